/** Query parameters: all there are, and reading those of a request by them. */

import type { Operation } from '../../contract/operations.ts'
import type { QueryName } from '../../contract/query.ts'
import { LEASE_FIELDS } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { isWritable } from '../../core/mapping/times.ts'
import { quoted } from '../../core/patch/quoted.ts'
import { REQUEST_STATES } from '../../service/approval/request-states.ts'
import { MAX_OWNER_LENGTH, MAX_VALUE_LENGTH } from '../../service/base/request.ts'

const RFC_3339 = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$'
const A_TIME = 'a time as in RFC 3339, such as 2026-01-31T12:00:00Z'

/**
 * A time as RFC 3339 writes it, in epoch milliseconds; `undefined`: it is none, or one that UTC, as answers have it, writes
 * with more than four digits of a year.
 */
export function timeIn(value: string): number | undefined {
  if (!new RegExp(RFC_3339).test(value)) return undefined
  const time = Date.parse(value)
  // Some dates that do not exist are read as the day after (ECMA-262, Date.parse): 2026-02-30.
  const [date = '', day] = [value.slice(0, 10), Number(value.slice(8, 10))]
  const isDay = new Date(`${date}T00:00:00Z`).getUTCDate() === day
  // ECMA-262 also takes the hour 24 for the end of a day; RFC 3339 section 5.6 does not.
  return isWritable(time) && isDay && !value.includes('T24') ? time : undefined
}

/** Every query parameter, with the text that it must match, what it is, and that text in words. */
export const QUERY_PARAMETERS = {
  provider: {
    pattern: '^.{1,64}$',
    says: 'The provider of the client; absent: the default provider.',
  },
  userPoolId: { pattern: '^.{1,64}$', says: 'The user pool, for providers that have user pools.' },
  id: {
    pattern: '^[^\\u0000-\\u001f]{1,255}$',
    says: 'The id of the client, where `-` is in its place in the path: for ids with spaces or slashes, at providers that have such.',
    expects: 'an id of at most 255 characters',
  },
  dryRun: {
    pattern: '^(true|false)$',
    says: 'true: show what would change, and change nothing.',
    expects: 'true or false',
  },
  ownClient: {
    pattern: '^(true|false)$',
    says: 'true: also if this server or the provider depends on the client.',
    expects: 'true or false',
  },
  afterSeconds: {
    pattern: '^[1-9][0-9]{0,6}$',
    says: 'When the secret ends, in seconds from now; absent: now.',
    expects: 'a whole number of seconds from 1 to 7776000',
  },
  owner: { pattern: `^.{1,${MAX_OWNER_LENGTH}}$`, says: 'The owner of the lease.' },
  field: {
    pattern: `^(${LEASE_FIELDS.join('|')})$`,
    says: 'The list that the leased value is in; absent: any.',
    expects: `one of ${LEASE_FIELDS.join(', ')}`,
  },
  value: { pattern: `^.{1,${MAX_VALUE_LENGTH}}$`, says: 'The leased value; absent: any.' },
  actor: { pattern: '^.{1,255}$', says: '`sub` of the token with which a change was made.' },
  actorIssuer: {
    pattern: '^.{1,2048}$',
    says: '`iss` of that token; absent: the issuer of the caller. `any`: every issuer.',
  },
  outcome: {
    pattern: '^[a-z_]{1,20}$',
    says: 'The outcome of a change (`open`: not known yet), or what was noticed.',
  },
  state: {
    pattern: `^(${REQUEST_STATES.join('|')})$`,
    says: 'How a request for approval stands; absent: any.',
    expects: `one of ${REQUEST_STATES.join(', ')}`,
  },
  from: { pattern: RFC_3339, says: 'The start of the period, RFC 3339.', expects: A_TIME },
  to: { pattern: RFC_3339, says: 'The end of the period (exclusive), RFC 3339.', expects: A_TIME },
  limit: {
    pattern: '^([1-9][0-9]?|100)$',
    says: 'The number of items on a page.',
    expects: 'a number from 1 to 100',
  },
  cursor: { pattern: '^[A-Za-z0-9_-]{1,4000}$', says: '`next` of the previous page.' },
  q: {
    pattern: '^.{1,200}$',
    says: 'A part of the id, the name or a URL of the client; case-insensitive.',
    expects: 'a string of 1 to 200 characters',
  },
  filter: {
    pattern: '^.{1,2100}$',
    says: 'A field and its value, such as `grantTypes:implicit`; several, separated by commas, must all match.',
  },
  fresh: {
    pattern: '^(true|false)$',
    says: 'true: read the clients from their providers.',
    expects: 'true or false',
  },
  severity: {
    pattern: '^(error|warning|info)$',
    says: 'Only findings of at least this severity.',
    expects: 'error, warning or info',
  },
  reveal: {
    pattern: '^(true|false)$',
    says: 'true: show the secret, or refuse. A session of the console is shown none without it.',
    expects: 'true or false',
  },
} as const satisfies Readonly<Record<QueryName, QueryParameter>>

interface QueryParameter {
  readonly pattern: string
  readonly says: string
  /** Absent: a short text. */
  readonly expects?: string
}

/**
 * Reads the query of a request to an operation. A misspelt parameter must not turn a dry run into a change: what
 * the operation does not know is refused.
 * @throws ClientError `invalid_request`
 */
export function queryOf(
  { query: allowed, required = [], anyQuery }: Pick<Operation, 'query' | 'required' | 'anyQuery'>,
  query: string,
): Readonly<Record<string, string>> {
  checkUtf8(query)
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    const parameterName = allowed.find((one) => one === name)
    if (parameterName === undefined) {
      if (anyQuery === true) continue
      const expected = allowed.length === 0 ? 'none' : allowed.join(', ')
      throw badQuery(quoted(name), `is not known here; the parameters are: ${expected}`)
    }
    if (values.has(name)) throw badQuery(name, 'must not be repeated')
    const parameter: QueryParameter = QUERY_PARAMETERS[parameterName]
    if (!new RegExp(parameter.pattern).test(value)) {
      throw badQuery(name, `must be ${parameter.expects ?? 'a short text'}`)
    }
    values.set(name, value)
  }
  const missing = required.find((name) => !values.has(name))
  if (missing !== undefined) throw badQuery(missing, 'is needed')
  return Object.fromEntries(values)
}

/** RFC 3986 section 2.1 and RFC 3629: what is broken is refused, and not replaced by other characters. */
function checkUtf8(query: string): void {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: whatever is not ASCII is the point
    if (/^[\u0000-\u007f]*$/.test(query)) return void decodeURIComponent(query)
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause
  }
  throw new ClientError('invalid_request', 'The query must be percent-encoded UTF-8.')
}

const badQuery = (name: string, says: string) =>
  new ClientError('invalid_request', `The query parameter ${name} ${says}.`, { field: name })
