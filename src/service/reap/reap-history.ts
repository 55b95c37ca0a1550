/** What the history of a client says, apart from what a job has tried on it in vain. */

import type { ClientRef } from '../../providers/call.ts'
import type { Entry } from '../../store/log/entry.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'

/** Entries of one read. */
const PAGE = 20

/**
 * The newest entry of a client that is no attempt of the job without effect: neither an open intent of it nor
 * one that was not applied.
 */
export async function newestBeside(
  { store }: Pick<Service, 'store'>,
  ref: ClientRef,
  jobId: string,
): Promise<Entry | undefined> {
  let inVain: Entry | undefined
  for await (const entry of newestFirst(store, ref)) {
    if (inVain === undefined) {
      if (isOf(entry, jobId)) continue
      if (entry.kind !== 'outcome' || entry.outcome !== 'not_applied') return entry
      // Whose attempt it was, says the intent before it.
      inVain = entry
    } else if (isOf(entry, jobId)) inVain = undefined
    else return inVain
  }
  return inVain
}

/** The operation that has suspended a client or resumed it last, whatever came of it. */
export async function lastSuspension(
  { store }: Pick<Service, 'store'>,
  ref: ClientRef,
): Promise<string | undefined> {
  for await (const entry of newestFirst(store, ref)) {
    if (entry.kind !== 'intent') continue
    if (entry.action === 'suspend' || entry.action === 'resume') return entry.operationId
  }
  return undefined
}

async function* newestFirst(store: Service['store'], ref: ClientRef): AsyncIterable<Entry> {
  for (let below: number | undefined; ; ) {
    const from = below === undefined ? {} : { below }
    const range = { ...from, newestFirst: true, limit: PAGE }
    const entries = await store.entries(resourceOf(ref), range)
    yield* entries
    const last = entries.at(-1)
    if (last === undefined || entries.length < PAGE) return
    below = last.seq
  }
}

const isOf = (entry: Entry, jobId: string): boolean =>
  entry.kind === 'intent' && entry.job?.id === jobId
