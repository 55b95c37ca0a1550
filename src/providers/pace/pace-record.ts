/** The record by which instances share buckets, as it is read and written. */

import { isRecord } from '../../core/json/json.ts'
import {
  hasCompany,
  type Renewal,
  type Renewed,
  renewShare,
  returnShare,
  type SharedBucket,
} from './pace-shares.ts'

export interface PaceRecord {
  /** When it was written (epoch milliseconds). */
  readonly at: number
  readonly buckets: Readonly<Record<string, SharedBucket>>
}

/** What an instance says of one bucket. */
export interface Share extends Omit<Renewal, 'id' | 'now'> {
  readonly name: string
  /** It does not use the bucket any more. */
  readonly isLast: boolean
}

/** A bucket is forgotten after this: it is full by then (milliseconds). */
const FORGOTTEN_MS = 600_000

/** What a text says; one that cannot be read is none, and is replaced. */
export function recordOf(text: string | undefined): PaceRecord {
  const value = parsed(text)
  return isRecord(value) && typeof value.at === 'number' && isRecord(value.buckets)
    ? (value as unknown as PaceRecord)
    : { at: 0, buckets: {} }
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const textOf = (record: PaceRecord): string => JSON.stringify(record)

/** The record with what one instance uses from now on, and its shares by the names of their buckets. */
export function changedRecord(
  { buckets }: PaceRecord,
  { id, now }: Pick<Renewal, 'id' | 'now'>,
  shares: readonly Share[],
): { readonly record: PaceRecord; readonly renewed: ReadonlyMap<string, Renewed> } {
  const changed = new Map(Object.entries(buckets).filter(([, { at }]) => now - at < FORGOTTEN_MS))
  const renewed = new Map<string, Renewed>()
  for (const { name, isLast, ...share } of shares) {
    const before = changed.get(name)
    if (isLast) {
      if (before !== undefined) changed.set(name, returnShare(before, { id, now, ...share }))
      continue
    }
    const after = renewShare(before, { id, now, ...share })
    renewed.set(name, after)
    changed.set(name, after.bucket)
  }
  return { record: { at: now, buckets: Object.fromEntries(changed) }, renewed }
}

/** Whether no other instance was there lately, in any bucket. */
export const isPrivate = ({ buckets }: PaceRecord, id: string, now: number): boolean =>
  !Object.values(buckets).some((bucket) => hasCompany(bucket, id, now))
