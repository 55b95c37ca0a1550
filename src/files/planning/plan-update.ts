/**
 * Plans the update of one client. The state after it is judged by every line of its files: what a file names and that state
 * does not hold is asked for as well, so that the server refuses two lines that contradict each other; what comes along
 * with a change although the file excludes it is refused here.
 */

import type { FieldChange } from '../../core/diff.ts'
import {
  isRecord,
  type Json,
  type JsonObject,
  memberOf,
  same,
  without,
} from '../../core/json/json.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import type { Answer, Api, Client, ClientPatch, ManagedLists, Plan } from '../../sdk/index.ts'
import type { ClientFile } from '../client-file.ts'
import { compare } from '../compare.ts'
import { clearing, strangersOf } from '../exclusive.ts'
import { liveOf, placeOf } from '../live.ts'
import type { Matched } from '../plan.ts'
import type { UpdateItem } from '../plan-file.ts'
import { type Fault, type Judged, triedWhole } from '../review/fault.ts'
import { comeFaults, keptNotes, strangersAt, withoutMembersOf } from './kept-settings.ts'
import type { Note, Part } from './plan-draft.ts'

type Present = Matched & { readonly kind: 'present' }
type UpdatingApi = Pick<Api, 'updateClient' | 'putValues'>
type DryRun = { readonly answer: Answer<Plan> } | { readonly faults: readonly [Fault, ...Fault[]] }

/** A patch and what the server made of it. */
interface Tried {
  readonly patch: FieldPatches
  readonly result: DryRun
}

/** The item that makes a client as its files have it, or what is at fault with them. */
export async function planUpdate(api: UpdatingApi, one: Present, key: string): Promise<Part> {
  const { file, live, parts, managers } = one
  const { id, name } = live
  const address = { ...placeOf(live), id }
  const [first = file, ...more] = parts
  const judged = { files: [first, ...more] as const, client: Object.values(address).join('/') }
  const send = (part: FieldPatches) => sendUpdate(api, { address, patch: part, managers })
  const withAdditions = (part: FieldPatches) => joined(part, additionsOf(managers)) as FieldPatches
  const dryRun = async (patch: FieldPatches): Promise<Tried> => ({
    patch,
    result: await triedWhole(judged, patch, send, withAdditions),
  })
  const whole = await dryRun(joined(one.patch, one.strangers) as FieldPatches)
  const kept = 'faults' in whole.result ? strangersAt(whole.result.faults, one.strangers) : {}
  const isKept = Object.keys(kept).length > 0
  const free = withoutMembersOf(one.strangers, kept)
  const start = isKept ? await dryRun(joined(one.patch, free) as FieldPatches) : whole
  const { patch, result } = await withoutCome(
    one,
    judged,
    await withRest(file, start, dryRun),
    dryRun,
  )
  if ('faults' in result) return { items: [], notes: [], refused: [{ one, faults: result.faults }] }
  const others = isKept ? { kept: [{ one, patch: kept }] } : {}
  const { body, etag = '*' } = result.answer
  const { changes, warnings } = body
  const warned = warnings.map(({ message }): Note => ({ about: file.path, says: message }))
  const notes = [...keptNotes(file.path, kept), ...warned]
  const isManaged = Object.keys(managers).length > 0
  if (changes.length === 0 && !isManaged) return { items: [], notes, ...others }
  const inFile = parts.length === 0 ? {} : { file: file.path }
  const about = { action: 'update', ...inFile, ...address, key } as const
  const stated = isManaged ? { managers } : {}
  const item: UpdateItem = { ...about, name, etag, patch, ...stated, changes }
  return { items: [item], notes, ...others }
}

/** The dry run of an update, with what managers state. */
function sendUpdate(
  { updateClient, putValues }: UpdatingApi,
  { address, patch, managers }: Update,
) {
  if (Object.keys(managers).length === 0) {
    return updateClient(address, asPatch(patch), { dryRun: true })
  }
  return putValues(address, { managers, client: asPatch(patch) }, { dryRun: true })
}

interface Update {
  readonly address: { readonly provider: string; readonly userPoolId?: string; readonly id: string }
  readonly patch: FieldPatches
  readonly managers: ManagedLists
}

/** The members were checked when the file was read, and the server checks them again. */
export const asPatch = (patch: FieldPatches) => patch as unknown as ClientPatch

/** The values of managers as the patch that the server judges. */
function additionsOf(managers: ManagedLists): JsonObject {
  const lists = Object.values(managers).map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, values]) => [name, { add: values }])),
  )
  return lists.reduce<JsonObject>((whole, one) => joined(whole, one as JsonObject), {})
}

/** A change may move what another line moves back, and that a third one. */
const ROUNDS = 3

/** Also asks for what would differ from the file after the change, until nothing of that changes anything. */
async function withRest(
  { client }: ClientFile,
  start: Tried,
  dryRun: (patch: FieldPatches) => Promise<Tried>,
): Promise<Tried> {
  let tried = start
  for (let round = 0; round < ROUNDS && 'answer' in tried.result; round += 1) {
    const { body } = tried.result.answer
    if (isWithheld(body.client)) break
    const rest = compare(client, liveOf(body.client)).patch
    if (Object.keys(rest).length === 0) break
    const again = await dryRun(joined(tried.patch, rest) as FieldPatches)
    // By its own rules the provider means the same by it.
    if ('answer' in again.result && sameChanges(again.result.answer.body.changes, body.changes))
      break
    tried = again
  }
  return tried
}

/** Also clears what would come along with the change although the file excludes it, or refuses the change. */
async function withoutCome(
  one: Present,
  judged: Judged,
  tried: Tried,
  dryRun: (patch: FieldPatches) => Promise<Tried>,
): Promise<Tried> {
  const come = comeIn(one, tried)
  if (Object.keys(come).length === 0) return tried
  const cleared = joined(tried.patch, clearing(come, one.capabilities)) as FieldPatches
  const again = await withRest(one.file, await dryRun(cleared), dryRun)
  const isCleared = 'answer' in again.result && Object.keys(comeIn(one, again)).length === 0
  if (isCleared) return again
  const [first, ...more] = comeFaults(judged, one.parts, come)
  return first === undefined ? tried : { ...tried, result: { faults: [first, ...more] } }
}

/** What is there after a change, was not there before, and is excluded. */
function comeIn({ file, strangers, capabilities }: Present, { result }: Tried): FieldPatches {
  if (!('answer' in result) || isWithheld(result.answer.body.client)) return {}
  const after = strangersOf(file, liveOf(result.answer.body.client), capabilities)
  return withoutMembersOf(after, strangers)
}

const isWithheld = ({ withheld }: Client) => withheld === true

/** Two patches as one; lists in parts have the parts of both. */
function joined(one: JsonObject, other: JsonObject): JsonObject {
  const members = Object.entries(other).map(([name, value]): [string, Json] => {
    const now = memberOf(one, name)
    if (Array.isArray(now) && Array.isArray(value)) return [name, [...now, ...without(value, now)]]
    return [name, isRecord(now) && isRecord(value) ? joined(now, value) : value]
  })
  return { ...one, ...Object.fromEntries(members) }
}

const sameChanges = (one: readonly FieldChange[], other: readonly FieldChange[]) =>
  same(one as unknown as Json, other as unknown as Json)
