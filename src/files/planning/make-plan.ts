/**
 * Makes a plan: the server plans each difference, since it knows the rules, the
 * limits and the spellings of its provider. Differences that would change nothing are left out.
 */

import { inParallel } from '../../core/in-parallel.ts'
import type { Warning } from '../../core/mapping/row.ts'
import { ClientryError } from '../../sdk/error.ts'
import type { Api, Creation } from '../../sdk/index.ts'
import type { LiveClient } from '../compare.ts'
import { placeOf } from '../live.ts'
import { managersOfNew } from '../managers.ts'
import type { Comparison, Matched } from '../plan.ts'
import type { CreateItem, DeleteItem } from '../plan-file.ts'
import type { Capabilities } from '../render.ts'
import { triedWhole } from '../review/fault.ts'
import { creationParts } from './creation.ts'
import type { Note, Part, PlanDraft } from './plan-draft.ts'
import { planUpdate } from './plan-update.ts'

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

const notesOf = (about: string, warnings: readonly Warning[]): readonly Note[] =>
  warnings.map(({ message }) => ({ about, says: message }))
