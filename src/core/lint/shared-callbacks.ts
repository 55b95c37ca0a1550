/** Callbacks that several clients have in common: what a look at one client cannot show. */

import { readUri } from '../uri/uri-reading.ts'
import { isLoopback } from '../uri/uri-scheme-rules.ts'
import type { Finding, RuleText } from './rule.ts'
import { listed } from './uri-mends.ts'

/** So many clients are many. */
export const MANY = 3

/** The rule; it has no finding for one client alone. */
export const SHARED_CALLBACK: RuleText = {
  id: 'shared_callback',
  severity: 'info',
  says: `a callback, not on the machine itself, that ${MANY} or more clients share`,
  source: 'RFC 9700 section 4.5',
}

/** A finding about several clients, named in the order in which they were given. */
export interface SharedFinding<R> extends Finding {
  readonly clients: readonly R[]
  /** How many they are, where not all are named. */
  readonly count: number
}

/** The finding about one callback and those who have it; `undefined` where there is none. */
export function sharedCallback<R>(
  uri: string,
  clients: readonly R[],
  count: number,
): SharedFinding<R> | undefined {
  if (count < MANY || isLoopback(readUri(uri))) return undefined
  const { id, severity, source } = SHARED_CALLBACK
  return {
    rule: id,
    severity,
    field: 'client.callbacks',
    message: `client.callbacks of ${count} clients have ${listed([uri])}: an answer sent there can be mistaken for another client's, and no client can change the URI alone.`,
    source,
    clients,
    count,
  }
}
