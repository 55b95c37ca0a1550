/** Changes at each provider that someone may have to look at: open ones, those that ended in a conflict, and what others did. */

import type { Intent } from '../../store/log/entry.ts'
import { type ClientName, refOf } from '../../store/resource.ts'
import { isWithinReach, reachAt } from '../access/reach.ts'
import type { Service } from '../base/service.ts'
import { countHistory } from './history-counts.ts'

/** Of these a person may have to know. */
const OUTCOMES = ['outside_change', 'conflict'] as const

export interface ChangeCounts {
  readonly provider: string
  readonly open: number
  /** Epoch milliseconds; absent: none is open. */
  readonly openSince?: number
  readonly outsideChanges: number
  readonly conflicts: number
  /** Epoch milliseconds; later than asked for where there are too many. */
  readonly from: number
}

export interface ChangesRequest {
  /** Those where the caller may read histories. */
  readonly providers: readonly string[]
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly deadline: number
}

/**
 * Counts them, of clients whose history the caller may read; `unknown`: providers of which nothing can be said to this caller
 * without asking them.
 * @throws ClientError `deadline_exceeded`, `store_unavailable`
 */
export async function overviewOfChanges(
  service: Service,
  { providers, ...period }: ChangesRequest,
): Promise<{ readonly changes: readonly ChangeCounts[]; readonly unknown: readonly string[] }> {
  const unknown = providers.filter(
    (provider) => reachAt(service, { provider }, 'history:read') === 'unknown',
  )
  const intents = await service.store.openIntents()
  const mayKnow = (client: ClientName) => isWithinReach(service, client, 'history:read')
  const changes: ChangeCounts[] = []
  for (const provider of providers.filter((one) => !unknown.includes(one))) {
    const open: Intent[] = []
    for (const intent of intents) {
      const client = refOf(intent.resource)
      if (client.provider === provider && (await mayKnow(client))) open.push(intent)
    }
    const asked = { ...period, providers: [provider], outcomes: OUTCOMES, mayKnow }
    const { days, from } = await countHistory(service, asked)
    const sumOf = (outcome: (typeof OUTCOMES)[number]) =>
      [...days.values()].reduce((sum, counts) => sum + (counts[outcome] ?? 0), 0)
    changes.push({
      provider,
      open: open.length,
      ...(open.length > 0 && { openSince: Math.min(...open.map(({ at }) => at)) }),
      outsideChanges: sumOf('outside_change'),
      conflicts: sumOf('conflict'),
      from,
    })
  }
  return { changes, unknown }
}
