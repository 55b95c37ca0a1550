/**
 * How instances divide what an account allows. Each writes what it has sent, what it would use and what it takes into one record,
 * which it replaces only where no one else has meanwhile; so what all take together is never more than is there. A
 * share that is not renewed ends by itself. Times are epoch milliseconds, rates are calls a second.
 */

/** One instance's part of a bucket. */
export interface Member {
  /** When it was renewed. */
  readonly at: number
  /** Calls a second that it would use. */
  readonly want: number
  /** Calls a second that it has, and calls that it could make at once. */
  readonly rate: number
  readonly tokens: number
}

export interface SharedBucket {
  /** When it was written last. */
  readonly at: number
  /** Calls that are there, less those that were reported by then; below zero where more were made. */
  readonly fill: number
  /** When more than one instance had a part of it; absent: never. */
  readonly sharedAt?: number
  readonly members: Readonly<Record<string, Member>>
}

/** A share that is older is gone: a renewal every second, and some time for one that is late (milliseconds). */
export const LIFE_MS = 1_250
/** For so long after others were there something is left for the next one to come (milliseconds). */
const COMPANY_MS = 60_000

/** What all instances may use together. */
export interface Permitted {
  readonly perSecond: number
  readonly burst: number
}

export interface Renewal {
  readonly id: string
  readonly now: number
  readonly want: number
  /** Calls made since the last renewal, and those that could be made at once. */
  readonly spent: number
  readonly tokens: number
  readonly permitted: Permitted
  /** It has a share that it wrote. */
  readonly isWritten: boolean
}

export interface Renewed {
  readonly bucket: SharedBucket
  readonly rate: number
  readonly tokens: number
}

/** Takes a share for the next second, of what others have not taken. */
export function renewShare(before: SharedBucket | undefined, renewal: Renewal): Renewed {
  const { id, now, want, permitted } = renewal
  const { perSecond } = permitted
  const others = othersOf(before, id, now)
  const fill = filled(before, renewal)
  const sharedAt = others.size === 0 ? before?.sharedAt : now
  // With no one about there is no one to leave anything for.
  const isPrivate = before === undefined || !hasCompany(before, id, now)
  const target = isPrivate ? perSecond : targetOf(renewal, others)
  const rate = Math.max(0, Math.min(target, perSecond - takenBy(others)))
  // What no one holds, or more than is there.
  const free = fill - heldBy(others, now) - renewal.tokens
  // Others may come at this very moment, so the first one leaves half, and one call more.
  const isFirst = others.size === 0 && !isMember(before, id, now)
  const part = isFirst && free > 0 ? Math.max(0, free / 2 - 1) : (free * rate) / perSecond
  const tokens = renewal.tokens + part
  const own = { at: now, want, rate, tokens }
  return {
    bucket: {
      at: now,
      fill,
      ...(sharedAt === undefined ? {} : { sharedAt }),
      members: { ...Object.fromEntries(others), [id]: own },
    },
    rate,
    tokens,
  }
}

/** Gives a share back. */
export function returnShare(before: SharedBucket, renewal: Renewal): SharedBucket {
  const { id, now } = renewal
  const members = Object.fromEntries(othersOf(before, id, now))
  return { ...before, at: now, fill: filled(before, renewal), members }
}

/** Whether another instance has a part of it, or had one lately. */
export function hasCompany(bucket: SharedBucket, id: string, now: number): boolean {
  const { sharedAt } = bucket
  const isLate = sharedAt !== undefined && now - sharedAt < COMPANY_MS
  return isLate || othersOf(bucket, id, now).size > 0
}

/**
 * What a rate has become since it was written: what those leave who have gone is divided between those who have
 * too little. Others do the same with the same record, so it needs no writing.
 */
export function grownRate(bucket: SharedBucket, id: string, now: number, perSecond: number) {
  const own = bucket.members[id]
  if (own === undefined) return 0
  const all = new Map([...othersOf(bucket, id, now), [id, own]])
  const fair = fairRates(all, perSecond)
  const lackOf = ([name, { rate }]: readonly [string, Member]) =>
    Math.max(0, (fair.get(name) ?? 0) - rate)
  const lacking = Array.from(all, lackOf).reduce(sum, 0)
  const lack = lackOf([id, own])
  const free = Math.max(0, perSecond - takenBy(all))
  return lack === 0 ? own.rate : own.rate + Math.min(lack, (free * lack) / lacking)
}

/** What is there now, by what was reported. Of who has gone without a word all counts as spent that could have been. */
function filled(before: SharedBucket | undefined, renewal: Renewal): number {
  const { id, now, permitted, isWritten } = renewal
  const { perSecond, burst } = permitted
  if (before === undefined) return burst - renewal.spent
  // Where others have given it up, they have counted that as spent.
  const spent = isWritten && before.members[id] === undefined ? 0 : renewal.spent
  const lost = Object.entries(before.members)
    .filter(([name, { at }]) => name !== id && now - at >= LIFE_MS)
    .map(([, { tokens, rate }]) => tokens + (rate * LIFE_MS) / 1_000)
    .reduce(sum, 0)
  const gained = (perSecond * Math.max(0, now - before.at)) / 1_000
  // Others may have spent what they got since they reported, and so made room for more.
  const room = Array.from(othersOf(before, id, now).values(), drippedBy(now)).reduce(sum, 0)
  // What was made without the store is no debt for ever.
  return Math.max(-burst, Math.min(burst + room, before.fill - lost + gained - spent))
}

/** Its fair rate, and a part of what no one wants; one more part is left for the next instance to come. */
function targetOf({ id, now, want, permitted }: Renewal, others: Members): number {
  const all = new Map([...others, [id, { at: now, want, rate: 0, tokens: 0 }]])
  const wanted = Array.from(all.values(), (one) => one.want).reduce(sum, 0)
  const surplus = Math.max(0, permitted.perSecond - wanted) / (all.size + 1)
  return (fairRates(all, permitted.perSecond).get(id) ?? 0) + surplus
}

type Members = ReadonlyMap<string, Member>

/** The instances beside one whose shares are in force. */
function othersOf(bucket: SharedBucket | undefined, id: string, now: number): Members {
  const members = Object.entries(bucket?.members ?? {})
  return new Map(members.filter(([name, { at }]) => name !== id && now - at < LIFE_MS))
}

function isMember(bucket: SharedBucket | undefined, id: string, now: number): boolean {
  const own = bucket?.members[id]
  return own !== undefined && now - own.at < LIFE_MS
}

const sum = (one: number, other: number) => one + other

const takenBy = (members: Members) =>
  Array.from(members.values(), ({ rate }) => rate).reduce(sum, 0)

/** What others hold, or have spent since they were renewed. */
const heldBy = (members: Members, now: number) =>
  Array.from(members.values(), (one) => one.tokens + drippedBy(now)(one)).reduce(sum, 0)

const drippedBy =
  (now: number) =>
  ({ at, rate }: Member) =>
    (rate * Math.max(0, now - at)) / 1_000

/** To each what it wants, and of what is too little for all, the same to those who want more (max-min fairness). */
function fairRates(members: Members, perSecond: number): ReadonlyMap<string, number> {
  const rates = new Map<string, number>()
  let left = perSecond
  const byWant = Array.from(members).sort(([, one], [, other]) => one.want - other.want)
  byWant.forEach(([name, { want }], index) => {
    const rate = Math.min(want, left / (byWant.length - index))
    rates.set(name, rate)
    left -= rate
  })
  return rates
}
