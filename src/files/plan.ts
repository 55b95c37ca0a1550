/**
 * A plan: what has to be done so that the providers hold what the files say, bound to the states that
 * it was made from. Made of what is known; nothing is asked or sent here.
 */

import { FIELDS, type FieldName } from '../core/client.ts'
import { ClientError } from '../core/errors.ts'
import { isRecord } from '../core/json/json.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import type { ClientFile } from './client-file.ts'
import { compare, type Difference, type LiveClient } from './compare.ts'

/** One file and what it stands for. */
export type Matched =
  | { readonly kind: 'new'; readonly file: ClientFile }
  | ({
      readonly kind: 'present'
      readonly file: ClientFile
      readonly live: LiveClient
    } & Difference)

export interface Comparison {
  readonly matched: readonly Matched[]
  /** Clients in the places of the files that no file stands for. */
  readonly unmanaged: readonly LiveClient[]
}

/** A place as a text, to compare by. */
export const placeOf = ({ provider, userPoolId }: Pick<ClientFile, 'provider' | 'userPoolId'>) =>
  JSON.stringify([provider, userPoolId ?? null])

/** The places that files name, each once, in the order of the files. */
export function placesOf(files: readonly ClientFile[]) {
  const places = files.map(({ provider, userPoolId }) => ({
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
  }))
  return [...new Map(places.map((place) => [placeOf(place), place])).values()]
}

/**
 * Finds the client of each file, by its id or else by its name, and what differs there.
 * @throws ClientError `invalid_field`: two files for one client, a name that fits several, an id that is
 *   not there, a new client without a kind
 */
export function compareFiles(
  files: readonly ClientFile[],
  live: readonly LiveClient[],
): Comparison {
  const taken = new Map<LiveClient, ClientFile>()
  const matched = files.map((file): Matched => {
    const found = findLive(file, live)
    if (found === undefined) return newOf(file)
    const other = taken.get(found)
    if (other !== undefined) {
      throw fault(file, `is for the same client as ${other.path} (${found.id})`)
    }
    taken.set(found, file)
    return { kind: 'present', file, live: found, ...compare(file.client, found) }
  })
  checkNewNames(matched)
  const places = new Set(files.map(placeOf))
  const unmanaged = live.filter((one) => places.has(placeOf(one)) && !taken.has(one))
  return { matched, unmanaged }
}

/** A client of a provider with user pools is looked for in the one that its file names, and nowhere else. */
function checkPool(file: ClientFile, live: readonly LiveClient[]): void {
  const there = live.filter(({ provider }) => provider === file.provider)
  const pools = new Set(there.flatMap(({ userPoolId }) => userPoolId ?? []))
  if (file.userPoolId !== undefined || pools.size === 0) return
  throw fault(file, `must have a userPoolId, one of: ${[...pools].join(', ')}`)
}

function findLive(file: ClientFile, live: readonly LiveClient[]): LiveClient | undefined {
  checkPool(file, live)
  const place = placeOf(file)
  const there = live.filter((one) => placeOf(one) === place)
  if (file.id !== undefined) {
    const found = there.find(({ id }) => id === file.id)
    if (found !== undefined) return found
    throw fault(file, `names the client ${file.id}, which is not there; without id it is made anew`)
  }
  const { name } = file.client
  const [first, ...more] = typeof name === 'string' ? there.filter((one) => one.name === name) : []
  if (more.length === 0) return first
  const ids = [first, ...more].map((one) => one?.id).join(', ')
  throw fault(file, `has no id, and several clients are called ${JSON.stringify(name)}: ${ids}`)
}

function newOf(file: ClientFile): Matched {
  if (typeof file.client.name !== 'string') {
    throw fault(file, 'must have an id or a client.name, by which its client is found')
  }
  if (file.kind === undefined) {
    throw fault(file, 'is for a client that is not there yet; "kind" says what to make')
  }
  return { kind: 'new', file }
}

/** Two files that would make a client of one name could never be told apart again. */
function checkNewNames(matched: readonly Matched[]): void {
  const seen = new Map<string, ClientFile>()
  for (const { kind, file } of matched) {
    if (kind !== 'new') continue
    const name = JSON.stringify([placeOf(file), file.client.name ?? null])
    const other = seen.get(name)
    if (other !== undefined)
      throw fault(file, `would make a client of the same name as ${other.path}`)
    seen.set(name, file)
  }
}

const fault = ({ path }: ClientFile, says: string) =>
  new ClientError('invalid_field', `${path} ${says}.`)

/** What a new client is made with: of a list in parts, what is to be there. */
export function creationPatch(managed: FieldPatches): FieldPatches {
  const fields = Object.entries(managed).map(([field, value]) => {
    const inParts = FIELDS[field as FieldName].kind === 'list' && isRecord(value)
    return [field, inParts ? (value.add ?? []) : value]
  })
  return Object.fromEntries(fields)
}
