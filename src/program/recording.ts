/**
 * A recording of calls that can be given away: without secrets, without what is of the account, and with other ids. One
 * call is one line, in the form of the recordings by which the emulators are judged.
 */

import { isRecord, type Json, type JsonObject } from '../core/json/json.ts'
import { parseJson } from '../core/json/json-text.ts'
import type { Mapping } from '../core/mapping/mapping.ts'
import { hiddenTexts } from '../core/secrecy/provider-words.ts'
import { isSecretText } from '../core/secrecy/secret-looks.ts'
import type { Exchange, Place } from '../providers/call.ts'
import type { Provider } from '../providers/provider.ts'

/** One call. */
export interface RecordedCall {
  readonly source: 'clientry'
  /** Calls of one file belong together, in the order of their indexes. */
  readonly file: string
  readonly index: number
  readonly operation: string
  readonly method: string
  /** Of the URL; what server it is on is left out. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly request: Json
  readonly status: number
  readonly response: Json
}

const REDACTED = '[REDACTED]'
const EXAMPLE_ID = 'exampleClientId'
const EXAMPLE_POOL = 'us-east-1_EXAMPLE'
/** What opens a client, and where; names of RFC 7592 section 3. */
const OPENING = ['registration_access_token', 'registration_client_uri']

/** The calls as they can be given away. */
export function recordingOf(
  { mapping, proof, creation }: Provider,
  { userPoolId }: Place,
  exchanges: readonly Exchange[],
  file: string,
): readonly RecordedCall[] {
  const parsed = exchanges
    .filter(({ operation }) => !proof?.unrecorded.includes(operation))
    .map(({ body, answer = null, ...exchange }) => ({
      ...exchange,
      sent: body === undefined ? null : parseJson(body),
      answer,
    }))
  const bodies = parsed.flatMap(({ sent, answer }) => [sent, answer])
  const secrets = bodies.flatMap((body) => secretsIn(mapping, body))
  const ids = bodies.flatMap(recordsIn).flatMap((record) => creation?.idOf(record) ?? [])
  const names = new Map([
    ...ids.filter((id) => id !== 'undefined' && id !== '').map((id) => [id, EXAMPLE_ID] as const),
    ...(userPoolId === undefined ? [] : [[userPoolId, EXAMPLE_POOL] as const]),
  ])
  const hidden = [...(proof?.ofAccount ?? []), ...OPENING]
  const cleaned = (body: Json, standIn: (text: string) => string): Json =>
    withTexts(body, hidden, (text) => {
      if (secrets.includes(text) || isSecretText(text)) return standIn(text)
      return renamed(text, names)
    })
  return parsed.map(({ operation, method, url, sent, status, answer }, index) => {
    const { pathname, searchParams } = new URL(url)
    return {
      source: 'clientry',
      file,
      index,
      operation,
      method,
      path: renamed(decodeURIComponent(pathname), names),
      query: Object.fromEntries(searchParams),
      // What is sent again must be as long as it was.
      request: cleaned(sent, (text) => 'x'.repeat(text.length)),
      status,
      response: cleaned(answer, () => REDACTED),
    }
  })
}

/** The body and the records in it, in which a provider may wrap the client. */
const recordsIn = (body: Json): readonly JsonObject[] =>
  isRecord(body) ? [body, ...Object.values(body).filter(isRecord)] : []

const secretsIn = (mapping: Mapping, body: Json): readonly string[] =>
  recordsIn(body).flatMap((record) => hiddenTexts(mapping, record))

const renamed = (text: string, names: ReadonlyMap<string, string>): string =>
  [...names].reduce((changed, [name, other]) => changed.replaceAll(name, other), text)

/** Every text changed; members with these names are left without their values. */
function withTexts(value: Json, hidden: readonly string[], change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item: Json) => withTexts(item, hidden, change))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      hidden.includes(name) ? REDACTED : withTexts(member, hidden, change),
    ]),
  )
}
