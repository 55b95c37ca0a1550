/**
 * Makes a plan: the server plans each difference, since it knows the rules, the
 * limits and the spellings of its provider. Differences that would change nothing are left out.
 */

import { inParallel } from '../core/in-parallel.ts'
import type { Warning } from '../core/mapping/row.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import { ClientryError } from '../sdk/error.ts'
import type { Api, ClientPatch, Creation } from '../sdk/index.ts'
import type { LiveClient } from './compare.ts'
import { type Comparison, creationPatch, type Matched } from './plan.ts'
import type { CreateItem, DeleteItem, PlanItem, UpdateItem } from './plan-file.ts'

/** The part of the API that planning needs. */
export type PlanningApi = Pick<Api, 'updateClient' | 'createClient' | 'deleteClient'>

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

export interface PlanDraft {
  readonly items: readonly PlanItem[]
  readonly notes: readonly Note[]
}

/** Requests in flight at once; the server limits the pace towards the providers. */
const AT_ONCE = 16

/**
 * Plans the differences that a comparison found.
 * @throws ClientryError if the server refuses a change
 */
export async function makePlan(
  api: PlanningApi,
  { matched, unmanaged }: Comparison,
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
  }
}

const isChange = (one: Matched) => one.kind === 'new' || Object.keys(one.patch).length > 0

const omissionNotes = (one: Matched): readonly Note[] =>
  one.kind === 'new'
    ? []
    : one.omissions.map(({ what, why }) => ({
        about: one.file.path,
        says: `${what} is left alone: ${why}.`,
      }))

async function plan(api: PlanningApi, one: Matched, { newKey }: PlanOptions): Promise<PlanDraft> {
  const { file } = one
  const place = placeOf(file)
  if (one.kind === 'new') {
    const { kind = '' } = file
    const patch = creationPatch(file.client)
    const creation = { ...place, kind, client: patch } as Creation
    const { body } = await api.createClient(creation, { dryRun: true })
    const name = body.client.name ?? ''
    const item: CreateItem = {
      action: 'create',
      file: file.path,
      ...place,
      key: newKey(),
      name,
      kind,
      patch,
      changes: body.changes,
    }
    return { items: [item], notes: notesOf(file.path, body.warnings) }
  }
  const { id, name } = one.live
  const address = { ...place, id }
  const { body, etag = '*' } = await api.updateClient(address, asPatch(one.patch), { dryRun: true })
  const notes = notesOf(file.path, body.warnings)
  if (body.changes.length === 0) return { items: [], notes }
  const { changes } = body
  const patch = one.patch
  const item: UpdateItem = {
    action: 'update',
    file: file.path,
    ...address,
    key: newKey(),
    name,
    etag,
    patch,
    changes,
  }
  return { items: [item], notes }
}

async function planRemoval(
  api: PlanningApi,
  live: LiveClient,
  { newKey }: PlanOptions,
): Promise<PlanDraft> {
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
