/**
 * Entries of the log as events: CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) with the
 * extension `sequence`. An event names what changed and never holds a value: who receives it reads the client with rights of
 * their own.
 */

import { createHash } from 'node:crypto'
import type { JsonObject } from '../../core/json/json.ts'
import type { Actor } from '../../store/log/actor.ts'
import {
  type ActionName,
  actionOf,
  type Closing,
  type Intent,
  type OutsideChange,
  type Overlap,
} from '../../store/log/entry.ts'
import { type ClientName, refOf } from '../../store/resource.ts'

/** What can be reported; what else there is to report gets a type of its own. */
export const EVENT_TYPES = [
  'clientry.change',
  'clientry.outside_change',
  'clientry.overlap',
  'clientry.overdue',
  'clientry.ends_soon',
  'clientry.approval',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export interface ClientEvent {
  readonly specversion: '1.0'
  /** The same event has the same id whenever it is delivered. */
  readonly id: string
  /** Where the client is, as a path. */
  readonly source: string
  readonly type: EventType
  /** The id of the client. */
  readonly subject: string
  /** RFC 3339. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** The revision in the history of the client; events of one client sort by it as texts. Absent where it is no revision. */
  readonly sequence?: string
  readonly data: JsonObject
}

/** An end, or something that was noticed. */
export type Reported = Closing | OutsideChange | Overlap

/** So many digits that numbers sort as texts. */
const SEQUENCE_DIGITS = 16

/** The event of an entry; `intent`: that of an outcome. */
export function eventOf(entry: Reported, intent?: Intent): ClientEvent {
  const ref = refOf(entry.resource)
  const created = entry.kind === 'outcome' ? entry.created : undefined
  return {
    ...envelopeOf(created === undefined ? ref : { ...ref, id: created }, entry.at),
    id: entry.hash,
    type: TYPES[entry.kind],
    sequence: String(entry.seq).padStart(SEQUENCE_DIGITS, '0'),
    data: dataOf(entry, intent),
  }
}

const TYPES = {
  outcome: 'clientry.change',
  outside_change: 'clientry.outside_change',
  overlap: 'clientry.overlap',
} as const satisfies Readonly<Record<Reported['kind'], EventType>>

/** An event that is no entry: `about` makes its id. */
export const conditionEvent = (
  type: EventType,
  client: ClientName,
  { about, at, data }: { readonly about: string; readonly at: number; readonly data: JsonObject },
): ClientEvent => ({ ...envelopeOf(client, at), id: digestOf(type, about), type, data })

/** A short text in place of a long one. */
export const digestOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, DIGEST_LENGTH)
const DIGEST_LENGTH = 22

function envelopeOf({ provider, userPoolId, id }: ClientName, at: number) {
  const pool = userPoolId === undefined ? '' : `/pools/${encodeURIComponent(userPoolId)}`
  return {
    specversion: '1.0',
    source: `/providers/${encodeURIComponent(provider)}${pool}`,
    subject: id,
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
  } as const
}

function dataOf(entry: Reported, intent: Intent | undefined): JsonObject {
  const { provider, userPoolId, id } = refOf(entry.resource)
  const isMade = entry.kind === 'outcome' && id.startsWith('+')
  const made = entry.kind === 'outcome' ? entry.created : id
  const client = {
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    ...(isMade && made === undefined ? {} : { clientId: made ?? id }),
  }
  if (entry.kind === 'outside_change') return { ...client, fields: fieldsOf(entry.changes) }
  if (entry.kind === 'overlap') return { ...client, operationId: entry.operationId }
  return {
    ...client,
    operationId: entry.operationId,
    action: intent === undefined ? null : (actionOf(intent) satisfies ActionName),
    outcome: entry.outcome,
    fields: fieldsOf(intent?.changes ?? []),
    surprises: fieldsOf(entry.surprises),
    ...(entry.missed === undefined ? {} : { missed: entry.missed }),
    actor: actorIn(entry.actor),
    ...(intent?.job === undefined ? {} : { job: intent.job.id }),
    settledBy: entry.settledBy,
  }
}

const fieldsOf = (changes: readonly { readonly field: string }[]) => [
  ...new Set(changes.map(({ field }) => field)),
]

const actorIn = ({ subject, issuer, clientId }: Actor): JsonObject => ({
  subject,
  issuer,
  ...(clientId === undefined ? {} : { clientId }),
})
