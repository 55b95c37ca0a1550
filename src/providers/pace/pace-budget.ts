/**
 * One pace for all instances that share a store: each leases a share of every bucket that it uses, for about a second, by
 * one write a second. No call waits for the store: the first one goes at once. Where the store cannot be reached, each
 * instance goes by its own pace, and by what the provider's answers report.
 */

import type { Notes } from '../../store/notes.ts'
import { createLease, type HeldLease, type Lease, type Shareable } from './pace-lease.ts'
import type { Clock } from './pace-queue.ts'
import { changedRecord, isPrivate, type PaceRecord, recordOf, textOf } from './pace-record.ts'
import { grownRate, LIFE_MS, renewShare } from './pace-shares.ts'

/** Where buckets are shared. */
export interface Budget {
  /** The share of a bucket; `onChange`: calls may have their turn earlier or later now. */
  lease(name: string, source: Shareable, onChange: () => void): Lease
}

export interface BudgetSettings extends Pick<Clock, 'now'>, Partial<Pick<Clock, 'after'>> {
  readonly notes: Notes
  /** Names this instance among all. */
  readonly id: string
}

/** No instance writes more often than this (milliseconds). */
const PERIOD_MS = 1_000
/** When an instance that has calls waiting looks what others have left meanwhile (milliseconds). */
const LOOK_MS = 500
/** A store that takes longer counts as out of reach until it has answered (milliseconds). */
const HANG_MS = 1_000
/** How often it is tried again where another instance was first, and the longest pause before (milliseconds). */
const TRIES = 10
const LONGEST_PAUSE_MS = 20
const NAME = 'pace'

/** Nothing is read before the first call. */
export function createBudget({ notes, id, now, after = onTimer }: BudgetSettings): Budget {
  const leases = new Map<string, HeldLease>()
  const onChanges = new Set<() => void>()
  let known: { readonly record: PaceRecord; readonly at: number } | undefined
  let offsetMs = 0
  let writtenAt = Number.NEGATIVE_INFINITY
  let isPlanned = false
  let isLost = false

  const changed = () => {
    for (const onChange of onChanges) onChange()
  }

  /** The record as it is, and the time. */
  async function read(): Promise<{ record: PaceRecord; text: string | undefined; time: number }> {
    const note = await notes.read(NAME)
    const record = recordOf(note.text)
    // Without a clock that all have, the one that is ahead counts.
    offsetMs = note.now === undefined ? Math.max(offsetMs, record.at - now()) : note.now - now()
    return { record, text: note.text, time: Math.max(record.at, now() + offsetMs) }
  }

  /** Renews all shares that are in use, and gives back the others. */
  async function renew(begun: number): Promise<void> {
    const used = [...leases].filter(([, one]) => one.isActive() || one.isHeld(begun))
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { record, text, time } = await read()
      const shares = used
        .filter(([, one]) => !one.isUnknown())
        .map(([name, one]) => ({ name, isLast: !one.isActive(), ...one.report(now()) }))
      const changed = changedRecord(record, { id, now: time }, shares)
      writtenAt = now()
      if (!(await notes.replace(NAME, textOf(changed.record), text))) {
        await new Promise<void>((resume) => after(Math.random() * LONGEST_PAUSE_MS, resume))
        continue
      }
      known = { record: changed.record, at: begun }
      for (const [name, one] of used) {
        const share = changed.renewed.get(name)
        if (share === undefined) one.release()
        else one.renewed({ ...share, isWritten: true }, begun, now())
      }
      return
    }
    throw new TypeError('other instances were always first')
  }

  function plan(): void {
    if (isPlanned) return
    isPlanned = true
    after(Math.max(0, writtenAt + PERIOD_MS - now()), run)
  }

  async function run(): Promise<void> {
    const begun = now()
    const isUsed = [...leases.values()].some((one) => one.isActive() || one.isHeld(begun))
    if (!isUsed) {
      isPlanned = false
      return
    }
    writtenAt = begun
    const lose = () => {
      isLost = true
      for (const one of leases.values()) if (one.isStale(now())) one.open()
      changed()
    }
    const callOff = after(HANG_MS, lose)
    try {
      await renew(begun)
      isLost = false
      changed()
      if ([...leases.values()].some((one) => one.isWaitedFor())) after(LOOK_MS, look)
    } catch {
      lose()
    } finally {
      callOff()
      isPlanned = false
      plan()
    }
  }

  /** Takes what others have left since the last renewal. */
  async function look(): Promise<void> {
    const seen = await read().catch(() => undefined)
    if (seen === undefined) return
    for (const [name, one] of leases) {
      const bucket = seen.record.buckets[name]
      if (bucket === undefined || !one.isHeld(now()) || !one.isWaitedFor()) continue
      const rate = grownRate(bucket, id, seen.time, one.rates().perSecond)
      if (rate > one.bucket.full) one.grow(rate, now())
    }
    changed()
  }

  /** Before a call waits. */
  function use(name: string, lease: HeldLease): void {
    const begun = now()
    if (lease.isUnknown()) {
      lease.bucket.open = true
      return
    }
    if (!lease.isHeld(begun) && !isLost) {
      const time = begun + offsetMs
      if (known !== undefined && begun < known.at + LIFE_MS && isPrivate(known.record, id, time)) {
        const share = { id, now: time, ...lease.report(begun) }
        const granted = renewShare(known.record.buckets[name], share)
        lease.renewed({ ...granted, isWritten: false }, known.at, begun)
      } else lease.first(begun)
    }
    plan()
  }

  return {
    lease: (name, source, onChange) => {
      const lease = createLease({ name, source, now, onUse: (one) => use(name, one) })
      leases.set(name, lease)
      onChanges.add(onChange)
      return lease
    },
  }
}

/** A process that has nothing else to do need not wait for a renewal. */
function onTimer(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds).unref()
  return () => clearTimeout(timer)
}
