/**
 * A plan: the changes that make the clients match their files, bound to the states that
 * it was made from. This part is pure; it sends no requests.
 */

import { FIELDS, type FieldName } from '../core/client.ts'
import { ClientError } from '../core/errors.ts'
import { isRecord } from '../core/json/json.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import type { ClientFile } from './client-file.ts'
import { compare, type Difference, type LiveClient } from './compare.ts'

/** One file and the client that it describes. */
export type Matched =
  | { readonly kind: 'new'; readonly file: ClientFile }
  | ({
      readonly kind: 'present'
      readonly file: ClientFile
      readonly live: LiveClient
    } & Difference)

export interface Comparison {
  readonly matched: readonly Matched[]
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
 * Finds the client of each file, by its id or else by its name, and the differences.
 * @throws ClientError `invalid_field`: two files for one client, a name that several clients have, an id
 *   that does not exist, a new client without a kind
 */
export function compareFiles(
  files: readonly ClientFile[],
  live: readonly LiveClient[],
): Comparison {
  const fileOf = new Map<LiveClient, ClientFile>()
  const matched = files.map((file): Matched => {
    const match = findLive(file, live)
    if (match === undefined) return newOf(file)
    const other = fileOf.get(match)
    if (other !== undefined) {
      throw fault(file, `is for the same client as ${other.path} (${match.id})`)
    }
    fileOf.set(match, file)
    return { kind: 'present', file, live: match, ...compare(file.client, match) }
  })
  checkNewNames(matched)
  const places = new Set(files.map(placeOf))
  const unmanaged = live.filter((one) => places.has(placeOf(one)) && !fileOf.has(one))
  return { matched, unmanaged }
}

/** If the provider has user pools, a client is looked for only in the pool that its file names. */
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
    const match = there.find(({ id }) => id === file.id)
    if (match !== undefined) return match
    throw fault(
      file,
      `names the client ${file.id}, which does not exist; remove the id to create it again`,
    )
  }
  const { name } = file.client
  const [first, ...more] = typeof name === 'string' ? there.filter((one) => one.name === name) : []
  if (more.length === 0) return first
  const ids = [first, ...more].map((one) => one?.id).join(', ')
  throw fault(file, `has no id, and several clients are called ${JSON.stringify(name)}: ${ids}`)
}

function newOf(file: ClientFile): Matched {
  if (typeof file.client.name !== 'string') {
    throw fault(file, 'must have an id or a client.name, to find its client by')
  }
  if (file.kind === undefined) {
    throw fault(file, 'is for a client that does not exist yet, so it must say its "kind"')
  }
  return { kind: 'new', file }
}

/** Two files that create clients of the same name could not be matched to them afterwards. */
function checkNewNames(matched: readonly Matched[]): void {
  const byName = new Map<string, ClientFile>()
  for (const { kind, file } of matched) {
    if (kind !== 'new') continue
    const name = JSON.stringify([placeOf(file), file.client.name ?? null])
    const other = byName.get(name)
    if (other !== undefined)
      throw fault(file, `would create a client of the same name as ${other.path}`)
    byName.set(name, file)
  }
}

const fault = ({ path }: ClientFile, says: string) =>
  new ClientError('invalid_field', `${path} ${says}.`)

/** The patch that creates a client: of a list in parts, the values to be there. */
export function creationPatch(managed: FieldPatches): FieldPatches {
  const fields = Object.entries(managed).map(([field, value]) => {
    const inParts = FIELDS[field as FieldName].kind === 'list' && isRecord(value)
    return [field, inParts ? (value.add ?? []) : value]
  })
  return Object.fromEntries(fields)
}
