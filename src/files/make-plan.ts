/**
 * Makes a plan: the server plans each difference, since it knows the rules, the
 * limits and the spellings of its provider. Differences that would change nothing are left out.
 */

import type { FieldChange } from '../core/diff.ts'
import { inParallel } from '../core/in-parallel.ts'
import { isRecord, type Json, type JsonObject, memberOf, same, without } from '../core/json/json.ts'
import type { Warning } from '../core/mapping/row.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import { ClientryError } from '../sdk/error.ts'
import type { Api, Client, ClientPatch, Creation, ManagedLists } from '../sdk/index.ts'
import { compare, type LiveClient } from './compare.ts'
import { creationParts } from './creation.ts'
import { keptNotes, strangersAt, withoutMembersOf } from './kept-settings.ts'
import { liveOf } from './live.ts'
import { managersOfNew } from './managers.ts'
import type { Comparison, Matched } from './plan.ts'
import type { CreateItem, DeleteItem, PlanItem, UpdateItem } from './plan-file.ts'
import type { Capabilities } from './render.ts'
import { type Fault, triedWhole } from './review/fault.ts'

/** The part of the API that planning needs. */
export type PlanningApi = Pick<
  Api,
  'updateClient' | 'putValues' | 'createClient' | 'deleteClient' | 'getProvider'
>

export interface PlanOptions {
  /** Also plans to delete the clients that have no file. */
  readonly deleteUnmanaged: boolean
  newKey(): string
  /** Called after each client that the server has planned. */
  progress?(done: number, of: number): void
}

/** Something to know before the plan is applied. */
export interface Note {
  /** A file, or a client without a file. */
  readonly about: string
  readonly says: string
}

/** A difference that the server refuses to bring about as the file has it. */
export interface Refused {
  readonly one: Matched
  readonly faults: readonly Fault[]
}

/** Members that a file excludes and that are there all the same, since the provider cannot clear them. */
export interface Kept {
  readonly one: Matched & { readonly kind: 'present' }
  /** What would clear them. */
  readonly patch: FieldPatches
}

export interface PlanDraft {
  readonly items: readonly PlanItem[]
  readonly notes: readonly Note[]
  readonly refused: readonly Refused[]
  readonly kept: readonly Kept[]
}

/** Requests in flight at once; the server limits the pace towards the providers. */
const AT_ONCE = 16

/**
 * Plans the differences that a comparison found. What the server refuses does not hide the rest.
 * @throws ClientryError if the server cannot be asked
 */
export async function makePlan(
  api: PlanningApi,
  { matched, unmanaged }: Pick<Comparison, 'matched' | 'unmanaged'>,
  options: PlanOptions,
): Promise<PlanDraft> {
  const removed = options.deleteUnmanaged ? unmanaged : []
  const work = [
    ...matched.filter(isChange).map((one) => () => plan(api, one, options)),
    ...removed.map((live) => () => planRemoval(api, live, options)),
  ]
  let done = 0
  const results = await inParallel(work, AT_ONCE, async (one) => {
    const result = await one()
    done += 1
    options.progress?.(done, work.length)
    return result
  })
  return {
    items: results.flatMap(({ items }) => items),
    notes: [...matched.flatMap(omissionNotes), ...results.flatMap(({ notes }) => notes)],
    refused: results.flatMap(({ refused = [] }) => refused),
    kept: results.flatMap(({ kept = [] }) => kept),
  }
}

const isChange = (one: Matched) =>
  one.kind === 'new' || Object.keys({ ...one.patch, ...one.strangers, ...one.managers }).length > 0

const omissionNotes = (one: Matched): readonly Note[] =>
  one.kind === 'new'
    ? []
    : one.omissions.map(({ what, why }) => ({
        about: one.file.path,
        says: `${what} is left alone: ${why}.`,
      }))

type Part = Omit<PlanDraft, 'refused' | 'kept'> & Partial<Pick<PlanDraft, 'refused' | 'kept'>>

function plan(api: PlanningApi, one: Matched, { newKey }: PlanOptions): Promise<Part> {
  return one.kind === 'new' ? planCreation(api, one, newKey()) : planUpdate(api, one, newKey())
}

async function planCreation(
  api: PlanningApi,
  one: Matched & { readonly kind: 'new' },
  key: string,
): Promise<Part> {
  const { file } = one
  const place = placeOf(file)
  const { kind = '' } = file
  const { body: capabilities } = await api.getProvider(file.provider)
  const parts = creationParts(file.client, capabilities as unknown as Capabilities)
  const tried = await triedWhole({ files: [file] }, parts.patch, (client) =>
    api.createClient({ ...place, kind, client } as Creation, { dryRun: true }),
  )
  if ('faults' in tried) return { items: [], notes: [], refused: [{ one, faults: tried.faults }] }
  const { changes, warnings, client } = tried.answer.body
  const { patch, afterwards, left } = parts
  const managers = managersOfNew(file)
  const item: CreateItem = {
    ...{ action: 'create', file: file.path, ...place, key, name: client.name ?? '', kind, patch },
    ...(Object.keys(afterwards).length === 0 ? {} : { afterwards }),
    ...(Object.keys(managers).length === 0 ? {} : { managers }),
    ...(left.length === 0 ? {} : { left }),
    changes,
  }
  const notes = left.map((path) => ({
    about: file.path,
    says: `client.providerSettings.${path} ${ELSEWHERE}`,
  }))
  return { items: [item], notes: [...notes, ...notesOf(file.path, warnings)] }
}

const ELSEWHERE =
  'is left out, and taken out of the file once the client is there: it names credentials of another client, or holds a secret, and secrets are in no file. Environments that have a client keep it in their overrides.'

async function planUpdate(
  api: PlanningApi,
  one: Matched & { readonly kind: 'present' },
  key: string,
): Promise<Part> {
  const { file, live, parts, managers } = one
  const { id, name } = live
  const address = { ...placeOf(live), id }
  const [first = file, ...more] = parts
  const judged = { files: [first, ...more] as const, client: Object.values(address).join('/') }
  const send = (part: FieldPatches) => sendUpdate(api, { address, patch: part, managers })
  const withAdditions = (part: FieldPatches) => joined(part, additionsOf(managers)) as FieldPatches
  let patch = joined(one.patch, one.strangers) as FieldPatches
  let tried = await triedWhole(judged, patch, send, withAdditions)
  const kept = 'faults' in tried ? strangersAt(tried.faults, one.strangers) : {}
  if (Object.keys(kept).length > 0) {
    patch = joined(one.patch, withoutMembersOf(one.strangers, kept)) as FieldPatches
    tried = await triedWhole(judged, patch, send, withAdditions)
  }
  const others = Object.keys(kept).length === 0 ? {} : { kept: [{ one, patch: kept }] }
  if ('answer' in tried) {
    // A change may move what another line of the file has differently: then both are asked for.
    const whole = withRest(patch, file.client, tried.answer.body.client)
    const again = whole === undefined ? tried : await triedWhole(judged, whole, send, withAdditions)
    const isMore =
      !('answer' in again) || !sameChanges(again.answer.body.changes, tried.answer.body.changes)
    if (whole !== undefined && isMore) [patch, tried] = [whole, again]
  }
  if ('faults' in tried) {
    return { items: [], notes: [], refused: [{ one, faults: tried.faults }] }
  }
  const { body, etag = '*' } = tried.answer
  const { changes, warnings } = body
  const notes = [...keptNotes(file.path, kept), ...notesOf(file.path, warnings)]
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
  { updateClient, putValues }: Pick<Api, 'updateClient' | 'putValues'>,
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

/** The values of managers as the patch that the server judges. */
function additionsOf(managers: ManagedLists): JsonObject {
  const lists = Object.values(managers).map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, values]) => [name, { add: values }])),
  )
  return lists.reduce<JsonObject>((whole, one) => joined(whole, one as JsonObject), {})
}

/** The patch with what would differ from the file after it; `undefined`: nothing would, or it is not shown. */
function withRest(
  patch: FieldPatches,
  managed: FieldPatches,
  after: Client,
): FieldPatches | undefined {
  if (after.withheld === true) return undefined
  const rest = compare(managed, liveOf(after)).patch
  return Object.keys(rest).length === 0 ? undefined : (joined(patch, rest) as FieldPatches)
}

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

async function planRemoval(
  api: PlanningApi,
  live: LiveClient,
  { newKey }: PlanOptions,
): Promise<Part> {
  const { id, name } = live
  const address = { ...placeOf(live), id }
  if (live.protected === true) {
    return { items: [], notes: [{ about: id, says: 'is protected, so it is not deleted.' }] }
  }
  const planned = await api.deleteClient(address, { dryRun: true }).catch(needed)
  if (planned === undefined) {
    const says = 'is not deleted, because the server or the provider depends on it.'
    return { items: [], notes: [{ about: id, says }] }
  }
  const { body, etag = '*' } = planned
  const { lost } = body
  const item: DeleteItem = { action: 'delete', ...address, key: newKey(), name, etag, lost }
  const says = `is deleted. This cannot be restored: ${lost.join(', ')}.`
  return { items: [item], notes: lost.length === 0 ? [] : [{ about: id, says }] }
}

/** A plan contains nothing that the server does only on explicit request. */
function needed(error: unknown): undefined {
  if (!(error instanceof ClientryError) || error.code !== 'own_client') throw error
}

const placeOf = ({ provider, userPoolId }: { provider: string; userPoolId?: string }) => ({
  provider,
  ...(userPoolId === undefined ? {} : { userPoolId }),
})

/** The members were checked when the file was read, and the server checks them again. */
export const asPatch = (patch: FieldPatches) => patch as unknown as ClientPatch

const notesOf = (about: string, warnings: readonly Warning[]): readonly Note[] =>
  warnings.map(({ message }) => ({ about, says: message }))
