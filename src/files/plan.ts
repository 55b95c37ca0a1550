/**
 * A plan: the changes that make the clients match their files, bound to the states that
 * it was made from. This part is pure; it sends no requests.
 */

import type { FieldPatches } from '../core/patch/patch.ts'
import type { ManagedLists } from '../sdk/index.ts'
import type { ClientFile } from './client-file.ts'
import { compare, type Difference, type LiveClient } from './compare.ts'
import type { Exclusions } from './exclusion.ts'
import { clearing, strangersOf } from './exclusive.ts'
import { isUnread, type Live, type Unread } from './live.ts'
import { managersDiffering, together, whyNotTogether } from './managers.ts'
import type { Capabilities } from './render.ts'
import type { Fault } from './review/fault.ts'

/** One file and the client that it describes. */
export type Matched =
  | { readonly kind: 'new'; readonly file: ClientFile }
  | ({
      readonly kind: 'present'
      readonly file: ClientFile
      readonly live: LiveClient
      /** The files that say it together. */
      readonly parts: readonly ClientFile[]
      /** What is to be stated of managers. */
      readonly managers: ManagedLists
      /** What is there beside the members that the file names as the only ones, cleared. */
      readonly strangers: FieldPatches
      /** What the provider can hold, as far as it matters to the file. */
      readonly capabilities: Capabilities
    } & Difference)

/** A file whose client is no longer there. */
export interface Gone {
  readonly file: ClientFile
  readonly id: string
}

export interface Comparison {
  readonly matched: readonly Matched[]
  readonly gone: readonly Gone[]
  /** Files that are left alone, each with the term that excludes its client. */
  readonly excluded: readonly { readonly file: ClientFile; readonly term: string }[]
  /** Files that cannot be compared, and places that could not be read. */
  readonly faults: readonly Fault[]
  /** Clients without a file, in the places that the files name. */
  readonly unmanaged: readonly LiveClient[]
}

/** A place as a string, for comparison. */
export const placeOf = ({ provider, userPoolId }: Pick<ClientFile, 'provider' | 'userPoolId'>) =>
  JSON.stringify([provider, userPoolId ?? null])

/** The places that the files name, each once, in the order of the files. */
export function placesOf(files: readonly ClientFile[]) {
  const places = files.map(({ provider, userPoolId }) => ({
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
  }))
  return [...new Map(places.map((place) => [placeOf(place), place])).values()]
}

/**
 * Finds the client of each file, by its id or else by its name, and the differences. A file that cannot be compared is
 * a fault: two files for one client, a name that several clients have, a new client without a kind. What is in a place
 * that could not be read is not compared at all.
 */
export function compareFiles(
  files: readonly ClientFile[],
  { clients, unread, capabilities }: Live,
  exclusions?: Exclusions,
): Comparison {
  const isOutOfSight = isUnread(unread)
  const all = files
    .filter((file) => !isOutOfSight(file))
    .map((file) => ({ file, ...findLive(file, clients) }))
  const termOf = ({ file, live }: (typeof all)[number]) =>
    live === undefined ? exclusions?.ofFile(file) : exclusions?.ofClient(live)
  const excluded = all.flatMap((one) => {
    const term = termOf(one)
    return term === undefined ? [] : [{ file: one.file, term }]
  })
  const matches = all.filter((one) => termOf(one) === undefined)
  const filesOf = new Map<LiveClient, [ClientFile, ...ClientFile[]]>()
  const faults: Fault[] = []
  const fresh: Matched[] = []
  for (const { file, live, says } of matches) {
    const parts = live === undefined ? undefined : filesOf.get(live)
    const twice = parts && live && whyNotTogether(file, parts, live.id)
    const fault = says ?? twice ?? (live === undefined ? whyNotNew(file, fresh) : undefined)
    if (fault !== undefined) faults.push(faultIn(file, fault))
    else if (live === undefined && file.id === undefined) fresh.push({ kind: 'new', file })
    else if (live !== undefined) filesOf.set(live, parts === undefined ? [file] : [...parts, file])
  }
  const present = [...filesOf].map(([live, parts]): Matched => {
    const { file } = together(parts)
    const { patch, omissions } = compare(file.client, live)
    const facts = capabilities?.get(live.provider) ?? { fields: {} }
    return {
      ...{ kind: 'present', file, live, parts, patch, omissions },
      managers: managersDiffering(parts, live),
      strangers: clearing(strangersOf(file, live, facts), facts),
      capabilities: facts,
    }
  })
  const order = new Map(files.map(({ path }, index) => [path, index]))
  const placeIn = ({ file }: Matched) => order.get(file.path) ?? 0
  const matched = [...present, ...fresh].sort((one, other) => placeIn(one) - placeIn(other))
  const isGone = ({ file, live, says }: (typeof matches)[number]) =>
    says === undefined && live === undefined && file.id !== undefined
  const places = new Set(files.map(placeOf))
  const unmanaged = clients.filter(
    (one) =>
      places.has(placeOf(one)) &&
      !filesOf.has(one) &&
      !isOutOfSight(one) &&
      exclusions?.ofClient(one) === undefined,
  )
  return {
    matched,
    gone: matches.filter(isGone).map(({ file }) => ({ file, id: file.id ?? '' })),
    excluded,
    faults: [...unread.map(unreadFault), ...faults],
    unmanaged,
  }
}

const faultIn = ({ path }: ClientFile, says: string): Fault => ({
  about: path,
  code: 'invalid_field',
  says: `${says}.`,
})

/** A place that could not be read. */
export const unreadFault = ({ provider, userPoolId, id, error }: Unread): Fault => ({
  about: [provider, userPoolId, id].filter((part) => part !== undefined).join('/'),
  code: error.code,
  says: `cannot be read, so ${id === undefined ? 'its clients are' : 'it is'} left out. ${error.message}`,
})

/** What stands for a file: a client, nothing, or a clause why that cannot be said. */
interface Found {
  readonly live?: LiveClient | undefined
  readonly says?: string
}

/** If the provider has user pools, a client is looked for only in the pool that its file names. */
function poolFault(file: ClientFile, live: readonly LiveClient[]): string | undefined {
  const there = live.filter(({ provider }) => provider === file.provider)
  const pools = new Set(there.flatMap(({ userPoolId }) => userPoolId ?? []))
  if (file.userPoolId !== undefined || pools.size === 0) return undefined
  return `must have a userPoolId, one of: ${[...pools].join(', ')}`
}

function findLive(file: ClientFile, live: readonly LiveClient[]): Found {
  const says = poolFault(file, live)
  if (says !== undefined) return { says }
  const place = placeOf(file)
  const there = live.filter((one) => placeOf(one) === place)
  if (file.id !== undefined) return { live: there.find(({ id }) => id === file.id) }
  const { name } = file.client
  const [first, ...more] = typeof name === 'string' ? there.filter((one) => one.name === name) : []
  if (more.length === 0) return { live: first }
  const ids = [first, ...more].map((one) => one?.id).join(', ')
  return { says: `has no id, and several clients are called ${JSON.stringify(name)}: ${ids}` }
}

/** Why a file cannot create its client; two of the same name could not be matched to them afterwards. */
function whyNotNew(file: ClientFile, before: readonly Matched[]): string | undefined {
  if (file.id !== undefined) return undefined
  if (typeof file.client.name !== 'string') {
    return 'must have an id or a client.name, to find its client by'
  }
  if (file.kind === undefined) {
    return 'is for a client that does not exist yet, so it must say its "kind"'
  }
  const nameOf = (one: ClientFile) => JSON.stringify([placeOf(one), one.client.name ?? null])
  const other = before.find((one) => one.kind === 'new' && nameOf(one.file) === nameOf(file))
  return other && `would create a client of the same name as ${other.file.path}`
}
