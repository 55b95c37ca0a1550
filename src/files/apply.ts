/**
 * Applies a plan. First every item is checked against its client as it is now: if the client has
 * changed, or if a dry run of the item would do something else than the plan shows, the whole plan
 * is refused before anything is sent. Then each item is sent for exactly the state that it was
 * planned from, so that a change made meanwhile is not overwritten either.
 */

import { inParallel } from '../core/in-parallel.ts'
import { type Json, same } from '../core/json/json.ts'
import type { Answer, Api, Client, Creation } from '../sdk/index.ts'
import { ClientryError } from '../sdk/index.ts'
import { isStated } from './managers.ts'
import type { CreateItem, DeleteItem, PlanFile, PlanItem, UpdateItem } from './plan-file.ts'
import { asPatch } from './planning/plan-update.ts'
import { isRefusal } from './review/fault.ts'

/** The part of the API that applying a plan needs. */
export type ApplyingApi = Pick<
  Api,
  'getClient' | 'updateClient' | 'putValues' | 'createClient' | 'deleteClient'
>

/** An item whose client is no longer in the state that it was planned from. */
export interface Moved {
  readonly item: PlanItem
  /** The reason, as a clause. */
  readonly why: string
}

export interface Checked {
  /** What remains to be done. */
  readonly open: readonly PlanItem[]
  /** What an earlier run of this plan, or someone else, has already done. */
  readonly done: readonly PlanItem[]
  readonly moved: readonly Moved[]
  /** Items of which the server does not say what they would do, each with its refusal. */
  readonly failures: readonly Failure[]
}

export type Progress = (done: number, of: number) => void

const AT_ONCE = 16

/**
 * Checks every client of a plan as it is now. One that cannot be checked hides nothing of the others.
 * @throws ClientryError if the server cannot be asked
 */
export async function checkPlan(
  api: ApplyingApi,
  { items }: Pick<PlanFile, 'items'>,
  progress?: Progress,
): Promise<Checked> {
  let looked = 0
  const states = await inParallel(items, AT_ONCE, async (item) => {
    const state = await stateOf(api, item).catch(failed)
    looked += 1
    progress?.(looked, items.length)
    return { item, state }
  })
  const of = (kind: string) => states.filter(({ state }) => state.kind === kind)
  return {
    open: of('open').map(({ item }) => item),
    done: of('done').map(({ item }) => item),
    moved: states.flatMap(({ item, state }) =>
      state.kind === 'moved' ? [{ item, why: state.why }] : [],
    ),
    failures: states.flatMap(({ item, state }) =>
      state.kind === 'failed' ? [{ item, error: state.error }] : [],
    ),
  }
}

/** @throws what says something of the server, and nothing of one client */
function failed(error: unknown): State {
  if (!isRefusal(error)) throw error
  return { kind: 'failed', error }
}

type State =
  | { readonly kind: 'open' }
  | { readonly kind: 'done' }
  | { readonly kind: 'moved'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: ClientryError }

function stateOf(api: ApplyingApi, item: PlanItem): Promise<State> {
  switch (item.action) {
    case 'create':
      return creationState(api, item)
    case 'delete':
      return removalState(api, item)
    case 'update':
      return updateState(api, item)
  }
}

/** A new client has no state yet; its key shows whether it was created before. */
async function creationState(api: ApplyingApi, item: CreateItem): Promise<State> {
  const { body } = await api.createClient(creationOf(item), { dryRun: true })
  return asShown(item, { name: body.client.name, changes: body.changes })
}

async function removalState(api: ApplyingApi, item: DeleteItem): Promise<State> {
  const read = await present(api.getClient(item))
  if (read === undefined) return { kind: 'done' }
  if (!isSameState(read.etag, item.etag)) return moved
  const { body } = await api.deleteClient(item, { dryRun: true, ifMatch: item.etag })
  return asShown(item, { name: read.body.name, lost: body.lost })
}

async function updateState(api: ApplyingApi, item: UpdateItem): Promise<State> {
  const read = await present(api.getClient(item))
  if (read === undefined) return { kind: 'moved', why: 'the client no longer exists' }
  const { patch, managers } = item
  const { body } = await (managers === undefined
    ? api.updateClient(item, asPatch(patch), { dryRun: true })
    : api.putValues(item, { managers, client: asPatch(patch) }, { dryRun: true }))
  if (isSameState(read.etag, item.etag)) {
    return asShown(item, { name: read.body.name, changes: body.changes })
  }
  const isDone = body.changes.length === 0 && isStated(managers ?? {}, read.body.managed)
  return isDone ? { kind: 'done' } : moved
}

/** Whether a dry run now shows what the plan shows, which is what people have agreed to. */
function asShown(item: PlanItem, now: object): State {
  const agrees = Object.entries(now).every(([name, value]) =>
    same(value as Json, (item as unknown as Record<string, Json>)[name] ?? null),
  )
  return agrees ? { kind: 'open' } : other
}

/** A tag is `"<state>.<view>"`; a dry run and a read of the same state have different views. */
function isSameState(one = '', other: string): boolean {
  const stateOf = (tag: string) => tag.replace(/\.[^.]*"$/, '"')
  return stateOf(one) === stateOf(other)
}

const moved: State = { kind: 'moved', why: 'the client has changed since the plan was made' }
const other: State = {
  kind: 'moved',
  why: 'applying it would do something else than the plan shows',
}

async function present(reading: Promise<Answer<Client>>): Promise<Answer<Client> | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof ClientryError && error.code === 'not_found') return undefined
    throw error
  }
}

export interface Applied {
  readonly item: PlanItem
  readonly operationId?: string | undefined
  /** The client, if it was created. */
  readonly client?: Client
  /** It was created, and what is set afterwards was not. */
  readonly error?: unknown
}

/** An item that failed, and everything that was done before that was known. */
export interface Failure {
  readonly item: PlanItem
  readonly error: unknown
}

/**
 * Applies the open items, several at a time; after the first failure no other is started. What waits for the approval of
 * someone else is asked for and holds up nothing. What was done stays in place: the same plan can be applied again, or a new one made.
 */
export async function applyItems(
  api: ApplyingApi,
  items: readonly PlanItem[],
  progress?: Progress,
): Promise<{ readonly applied: readonly Applied[]; readonly failures: readonly Failure[] }> {
  const applied: Applied[] = []
  const failures: Failure[] = []
  await inParallel(items, AT_ONCE, async (item) => {
    if (failures.some(({ error }) => !isWaiting(error))) return
    try {
      const one = await applyItem(api, item)
      applied.push(one)
      if (one.error !== undefined) failures.push({ item, error: one.error })
      progress?.(applied.length, items.length)
    } catch (error) {
      failures.push({ item, error })
    }
  })
  return { applied, failures }
}

/** Whether a change was stored, for someone else to approve. */
export const isWaiting = (error: unknown): error is ClientryError =>
  error instanceof ClientryError &&
  error.code === 'approval_required' &&
  error.request !== undefined

function applyItem(api: ApplyingApi, item: PlanItem): Promise<Applied> {
  switch (item.action) {
    case 'update':
      return applyUpdate(api, item)
    case 'create':
      return applyCreation(api, item)
    case 'delete':
      return applyRemoval(api, item)
  }
}

async function applyUpdate(api: ApplyingApi, item: UpdateItem): Promise<Applied> {
  const options = { ifMatch: item.etag, idempotencyKey: item.key }
  const { patch, managers } = item
  const { operationId } = await (managers === undefined
    ? api.updateClient(item, asPatch(patch), options)
    : api.putValues(item, { managers, client: asPatch(patch) }, options))
  return { item, operationId }
}

/** The longest that a key can be with what follows it. */
const KEY_LENGTH = 200

async function applyCreation(api: ApplyingApi, item: CreateItem): Promise<Applied> {
  const options = { idempotencyKey: item.key }
  const { body, operationId } = await api.createClient(creationOf(item), options)
  const { provider, userPoolId, afterwards, managers, key } = item
  if (afterwards !== undefined || managers !== undefined) {
    const address = { provider, ...(userPoolId === undefined ? {} : { userPoolId }), id: body.id }
    const again = { idempotencyKey: `${key.slice(0, KEY_LENGTH)}-afterwards` }
    try {
      const client = asPatch(afterwards ?? {})
      if (managers === undefined) await api.updateClient(address, client, again)
      else await api.putValues(address, { managers, client }, again)
    } catch (error) {
      return { item, operationId, client: body, error }
    }
  }
  return { item, operationId, client: body }
}

const creationOf = ({ provider, userPoolId, kind, patch }: CreateItem) =>
  ({ provider, userPoolId, kind, client: asPatch(patch) }) as Creation

async function applyRemoval(api: ApplyingApi, item: DeleteItem): Promise<Applied> {
  const options = { ifMatch: item.etag, idempotencyKey: item.key }
  const { operationId } = await api.deleteClient(item, options)
  return { item, operationId }
}
