/**
 * Snapshots on their way. Before its blobs are put, a marker names them; it goes when the manifest names them, or when they were
 * removed. Where a process dies in between, who reads places later finds the marker, and removes what it names. The marker
 * lies behind the steps of the log, and so comes with the query for what is new.
 */

import { randomUUID } from 'node:crypto'
import { type Item, MIRROR, timeOf } from '../dynamodb-items.ts'
import { checkInTime, ORPHAN_MS } from '../dynamodb-orphans.ts'
import type { Queries } from '../dynamodb-query.ts'
import type { Blobs } from './mirror-blobs.ts'

/** Sort keys of the markers, each with its time. */
const PENDING = '3:'

interface Calls extends Pick<Queries, 'put'> {
  readonly blobs: Blobs
  remove(key: Item): Promise<void>
  now(): number
}

/** A snapshot that is being made. */
export interface Attempt {
  /** An id for each of its blobs. */
  readonly ids: readonly string[]
  /** Whether it may still be named; its blobs may be gone otherwise. */
  check(): void
  /** It is named, or nothing is left of it. */
  end(): Promise<void>
}

export const isPending = ({ sk }: Item): boolean => sk?.S?.startsWith(PENDING) === true

export function createPending({ put, remove, blobs, now }: Calls) {
  return {
    /** `count`: how many blobs it will have. */
    begin: async (count: number): Promise<Attempt> => {
      const began = now()
      const ids = Array.from({ length: count }, () => randomUUID())
      const sk = { S: `${PENDING}${timeOf(began + ORPHAN_MS)}:${ids[0]}` }
      const key: Item = { pk: { S: MIRROR }, sk }
      await put({ ...key, blobs: { S: JSON.stringify(ids) } })
      return { ids, check: () => checkInTime(began, now()), end: () => remove(key) }
    },
    /** Removes what markers name whose time is over; `named` gives the ids that the manifest has now. */
    sweep: async (
      markers: readonly Item[],
      named: () => Promise<ReadonlySet<string>>,
    ): Promise<void> => {
      const until = `${PENDING}${timeOf(now())}`
      const over = markers.filter(({ sk }) => (sk?.S ?? '') < until)
      if (over.length === 0) return
      const kept = await named()
      for (const { pk = {}, sk = {}, blobs: names } of over) {
        const ids = JSON.parse(names?.S ?? '[]') as readonly string[]
        for (const id of ids) if (!kept.has(id)) await blobs.clear(id)
        await remove({ pk, sk })
      }
    },
  }
}
