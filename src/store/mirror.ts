/**
 * The contract of the mirror: the clients of all providers as they were last seen, so that they can be
 * found without asking. It is a cache with an age: the next round of reading adds what it lacks and removes
 * what it holds too long. Every call rejects with `ClientError` `store_unavailable` when the store cannot
 * do it.
 */

import type { ClientName } from './resource.ts'

/** Where clients live: a provider, or a user pool of one. */
export type Place = Omit<ClientName, 'id'>

/** A client as it was seen. */
export interface Sight {
  readonly client: ClientName
  /** Fingerprint of its state. */
  readonly tag: string
  /** The sealed record. */
  readonly record: string
  /** Epoch milliseconds at which the reading began, or the change that gave it ended. */
  readonly at: number
}

/** What a client is found by. */
export interface Findable {
  /** In lower case. */
  readonly text: string
  /** Each once. */
  readonly terms: readonly string[]
}

export interface MirrorEntry extends Sight {
  /** Its place in the order of the mirror; stays as long as the client does. */
  readonly position: number
}

export interface MirrorSearch {
  /** Where it is looked; in any order. */
  readonly places: readonly Place[]
  /** Part of the searched text, in lower case. */
  readonly text?: string
  readonly terms: readonly string[]
  /** Only what comes after this position. */
  readonly after?: number
  readonly limit: number
}

export interface MirrorPage {
  readonly matches: readonly MirrorEntry[]
  /**
   * Where to look on; absent at the end. A page can be short and still have a next one: how many
   * clients are looked at for one page has a bound, and so have their records (`PAGE_CHARACTERS`).
   */
  readonly next?: number
}

/** Those who have a term in common. */
export interface Holders {
  readonly count: number
  /** The first ones, in the order of the mirror. */
  readonly first: readonly { readonly position: number; readonly client: ClientName }[]
}

/** Those of several places as one; `limit` of them are named. */
export function joinedHolders(each: readonly Holders[], limit: number): Holders {
  const first = each.flatMap((one) => one.first).sort((one, other) => one.position - other.position)
  return { count: each.reduce((sum, { count }) => sum + count, 0), first: first.slice(0, limit) }
}

/** How well the mirror knows a place. */
export interface Knowledge {
  readonly place: Place
  /** A round has gone through all of it and read every client. */
  readonly complete: boolean
  /** `at` of the client that was seen the longest ago; absent where there is none. */
  readonly oldest?: number
}

/** What is to be done next in a round of reading a place; `done`: it has ended. */
export type Task =
  | { readonly kind: 'list'; readonly cursor: string | undefined }
  | { readonly kind: 'read'; readonly id: string }
  | { readonly kind: 'remove' }
  | { readonly kind: 'done' }

/** The server that reads through a place; one at a time, so that several servers on one file share the work. */
export interface Claim {
  readonly place: Place
  /** Names the server. */
  readonly owner: string
}

export interface Mirror {
  /**
   * Keeps a client as it was seen, unless what is kept is newer. `own`: as a change of ours left it,
   * which counts for more than a reading that began in the same millisecond. `resource`: the log whose outcome
   * left it so, which is no longer behind then.
   */
  put(sight: Sight & Findable, own: boolean, resource?: string): Promise<void>
  /** The client was gone at that time (epoch milliseconds): what was read before does not come back. */
  remove(client: ClientName, at: number, resource?: string): Promise<void>
  find(client: ClientName): Promise<MirrorEntry | undefined>
  search(search: MirrorSearch): Promise<MirrorPage>
  /** Clients with a term, at these places; `limit` of them are named. */
  holders(term: string, places: readonly Place[], limit: number): Promise<Holders>
  knowledge(places: readonly Place[]): Promise<readonly Knowledge[]>
  /** How many clients of each place it has. */
  sizes(places: readonly Place[]): Promise<readonly number[]>
  /** Logs of which the newest outcome is not in the mirror yet, the oldest first. */
  behind(limit: number): Promise<readonly string[]>
  /** What an outcome of a log left need not be in the mirror; `at`: that of the outcome. */
  caughtUp(resource: string, at: number): Promise<void>
  /** Forgets a place, as if it had never been read. */
  forget(place: Place): Promise<void>

  /** Takes or keeps the claim on a place until then (epoch ms); `false`: another server has it. */
  claim(claim: Claim, now: number, until: number): Promise<boolean>
  release(claim: Claim): Promise<void>
  /**
   * Goes on with the round of a place, or begins one where the last one began before `due`; gives when
   * it began (epoch ms), `undefined` where none is due.
   */
  round(claim: Claim, now: number, due: number): Promise<number | undefined>
  task(place: Place): Promise<Task>
  /** A page was listed: `seen` are there, `unread` are to be read. */
  listed(
    claim: Claim,
    page: { readonly seen: readonly string[]; readonly unread: readonly string[] },
    next: string | undefined,
  ): Promise<void>
  /** The list of this round begins anew. */
  relist(claim: Claim): Promise<void>
  /** A client was dealt with; `failed`: it could not be read, and is tried again later in the round. */
  settled(claim: Claim, id: string, failed: boolean): Promise<void>
  /** Removes some of those that the round did not see, and ends it when there are no more; gives how many. */
  removeUnseen(claim: Claim): Promise<number>
}

/** The same mirror with something around each call, which receives the call's name. */
export function around(mirror: Mirror, wrap: <T>(work: () => Promise<T>) => Promise<T>): Mirror {
  return {
    put: (...values) => wrap(() => mirror.put(...values)),
    remove: (...values) => wrap(() => mirror.remove(...values)),
    find: (...values) => wrap(() => mirror.find(...values)),
    search: (...values) => wrap(() => mirror.search(...values)),
    holders: (...values) => wrap(() => mirror.holders(...values)),
    knowledge: (...values) => wrap(() => mirror.knowledge(...values)),
    sizes: (...values) => wrap(() => mirror.sizes(...values)),
    behind: (...values) => wrap(() => mirror.behind(...values)),
    caughtUp: (...values) => wrap(() => mirror.caughtUp(...values)),
    forget: (...values) => wrap(() => mirror.forget(...values)),
    claim: (...values) => wrap(() => mirror.claim(...values)),
    release: (...values) => wrap(() => mirror.release(...values)),
    round: (...values) => wrap(() => mirror.round(...values)),
    task: (...values) => wrap(() => mirror.task(...values)),
    listed: (...values) => wrap(() => mirror.listed(...values)),
    relist: (...values) => wrap(() => mirror.relist(...values)),
    settled: (...values) => wrap(() => mirror.settled(...values)),
    removeUnseen: (...values) => wrap(() => mirror.removeUnseen(...values)),
  }
}

/** A mirror that is loaded at its first call. */
export function loadedLater(load: () => Promise<Mirror>): Mirror {
  return {
    put: async (...values) => (await load()).put(...values),
    remove: async (...values) => (await load()).remove(...values),
    find: async (...values) => (await load()).find(...values),
    search: async (...values) => (await load()).search(...values),
    holders: async (...values) => (await load()).holders(...values),
    knowledge: async (...values) => (await load()).knowledge(...values),
    sizes: async (...values) => (await load()).sizes(...values),
    behind: async (...values) => (await load()).behind(...values),
    caughtUp: async (...values) => (await load()).caughtUp(...values),
    forget: async (...values) => (await load()).forget(...values),
    claim: async (...values) => (await load()).claim(...values),
    release: async (...values) => (await load()).release(...values),
    round: async (...values) => (await load()).round(...values),
    task: async (...values) => (await load()).task(...values),
    listed: async (...values) => (await load()).listed(...values),
    relist: async (...values) => (await load()).relist(...values),
    settled: async (...values) => (await load()).settled(...values),
    removeUnseen: async (...values) => (await load()).removeUnseen(...values),
  }
}
