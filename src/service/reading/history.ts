/**
 * The history as people read it: an intent and its outcome form one change. Entries contain secrets as
 * fingerprints only, so everyone who may read the history may see all of this.
 */

import { createHash } from 'node:crypto'
import type { FieldChange } from '../../core/diff.ts'
import { PAGE_CHARACTERS } from '../../core/patch/bounds.ts'
import type { Actor, ApprovalMark, JobOrigin } from '../../store/log/actor.ts'
import { ACTIONS, type Action, type Entry, type Intent } from '../../store/log/entry.ts'
import { type ClientName, refOf, resourceOf } from '../../store/resource.ts'
import {
  type Place,
  SEARCHED_OUTCOMES,
  type Search,
  type SearchedOutcome,
  type SearchResult,
} from '../../store/store.ts'
import { openEntry } from '../base/record-storage.ts'
import type { Lease } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { leaseChanges } from '../lease/leases.ts'

export type { Place }

/** The outcome of a change, or what was noticed; `open`: not known yet. */
export type HistoryOutcome = SearchedOutcome | 'open'

export const HISTORY_OUTCOMES: readonly HistoryOutcome[] = ['open', ...SEARCHED_OUTCOMES]

/** The kinds of changes that are not only changes of settings. */
export const HISTORY_ACTIONS = ACTIONS

export interface HistoryItem {
  readonly kind: 'change' | 'outside_change' | 'overlap'
  readonly client: ClientName
  /** The revision that a rollback can name: the state right after this item. */
  readonly revision: number
  /** When it began or was noticed; epoch milliseconds. */
  readonly at: number
  readonly outcome: HistoryOutcome
  readonly changes: readonly FieldChange[]
  readonly operationId?: string
  readonly requestId?: string
  readonly actor?: Actor
  /** The job that it belongs to, and the callers behind it. */
  readonly job?: JobOrigin
  /** Who approved it, where that was needed. */
  readonly approval?: ApprovalMark
  readonly rollbackTo?: number
  /** The kind of the change, if it was not only a change of settings. */
  readonly action?: Action
  /** The client that a new one is a copy of. */
  readonly copiedFrom?: ClientName
  /** The secret that was added or ended. */
  readonly secretId?: string
  /** The `kid` of the public key that was added or removed. */
  readonly keyId?: string
  /** The leases that it was to take, renew or end. */
  readonly leases?: { readonly taken: readonly Lease[]; readonly ended: readonly Lease[] }
  /** When its outcome was known; epoch milliseconds. */
  readonly endedAt?: number
  /** Who found the outcome: the request itself, or a later settlement. */
  readonly settledBy?: 'request' | 'settlement'
  /** For a creation that ended in a conflict: ids of the clients that it may have made. */
  readonly candidates?: readonly string[]
  /** What differed from the plan right after the write, or from the last known state if there was no plan. */
  readonly surprises?: readonly FieldChange[]
  /** Fields that the provider left at the value before, although it answered that it was done. */
  readonly missed?: readonly string[]
  /** What the provider said when it refused. */
  readonly providerMessage?: string
}

export interface HistoryPage<N> {
  readonly items: readonly HistoryItem[]
  /** Where the next page begins; absent on the last one. */
  readonly next?: N
}

/**
 * The history of one client, newest first; `below`: only revisions before that sequence number. A page ends
 * early once it has `PAGE_CHARACTERS`.
 */
export async function readHistory(
  service: Service,
  client: ClientName,
  { below, limit }: { readonly below?: number; readonly limit: number },
): Promise<HistoryPage<number>> {
  const items: HistoryItem[] = []
  let characters = 0
  let first = below ?? Number.POSITIVE_INFINITY
  for await (const { item, seq } of itemsBelow(service, resourceOf(client), below)) {
    items.push(item)
    first = seq
    characters += sizeOf(item)
    if (items.length === limit || characters >= PAGE_CHARACTERS) break
  }
  return { items, ...(items.length > 0 && first > 1 ? { next: first } : {}) }
}

/** How many entries are read at once: few while their size is unknown. */
const FIRST_BATCH = 4
const BATCH = { most: 64, characters: 4_194_304 }

/** Items, newest first, each with the number of its first entry. */
async function* itemsBelow(
  service: Service,
  resource: string,
  start: number | undefined,
): AsyncIterable<{ readonly item: HistoryItem; readonly seq: number }> {
  let below = start
  let limit = FIRST_BATCH
  for (;;) {
    const range = { newestFirst: true, limit, ...(below === undefined ? {} : { below }) }
    const read = await service.store.entries(resource, range)
    const entries = read.map((entry) => openEntry(service, entry))
    const isLast = entries.length < limit
    for (let index = 0; index < entries.length; ) {
      // The intent of an outcome may be in the next batch.
      if (!isLast && index === entries.length - 1 && entries[index]?.kind === 'outcome') break
      const { item, length } = itemAt(entries, index)
      index += length
      below = entries[index - 1]?.seq ?? 1
      yield { item, seq: below }
    }
    if (isLast) return
    const largest = Math.max(...entries.map(sizeOf))
    limit = Math.min(BATCH.most, Math.max(2, Math.floor(BATCH.characters / largest)))
  }
}

const sizeOf = (value: object) => JSON.stringify(value).length

/** The newest item at a position in entries that are sorted newest first. */
function itemAt(
  entries: readonly Entry[],
  index: number,
): { readonly item: HistoryItem; readonly length: number } {
  const [entry, before] = [entries[index], entries[index + 1]]
  if (entry === undefined) throw new RangeError('no entry')
  if (entry.kind === 'outcome' && before?.kind === 'intent') {
    return { item: itemOf(before, entry), length: 2 }
  }
  return { item: itemOf(entry), length: 1 }
}

function itemOf(entry: Entry, closing?: Entry): HistoryItem {
  const client = refOf(entry.resource)
  const { at } = entry
  switch (entry.kind) {
    case 'intent':
      return changeOf(entry, client, closing)
    case 'created': {
      const { operationId, requestId, actor, seq: revision } = entry
      const creation = { operationId, requestId, actor, changes: [], action: 'create' as const }
      const origin = originOf(entry)
      return { kind: 'change', client, revision, at, outcome: 'applied', ...creation, ...origin }
    }
    case 'outside_change':
      return {
        kind: entry.kind,
        client,
        revision: entry.seq,
        at,
        outcome: entry.kind,
        changes: entry.changes,
      }
    case 'overlap': {
      const { operationId, seq: revision } = entry
      return {
        kind: entry.kind,
        client,
        revision,
        at,
        outcome: entry.kind,
        changes: [],
        operationId,
      }
    }
    default:
      throw new TypeError(`${entry.kind} is no item of a history`)
  }
}

/** The source of a copy, and who approved what was done. */
const originOf = ({ copiedFrom, approval }: Pick<Intent, 'copiedFrom' | 'approval'>) => ({
  ...(copiedFrom === undefined ? {} : { copiedFrom: refOf(copiedFrom) }),
  ...(approval === undefined ? {} : { approval }),
})

function changeOf(intent: Intent, client: ClientName, closing: Entry | undefined): HistoryItem {
  const { at, operationId, requestId, actor, job, changes, rollbackTo, action } = intent
  const ended = closing?.kind === 'outcome' ? closing : undefined
  const id = ended?.created
  const secretId = intent.secretId ?? ended?.secretId
  return {
    kind: 'change',
    client: id === undefined ? client : { ...client, id },
    // The log of a client that was created here begins with its creation.
    revision: id === undefined ? (ended?.seq ?? intent.seq) : 1,
    at,
    outcome: ended?.outcome ?? 'open',
    changes,
    operationId,
    requestId,
    actor,
    ...(job === undefined ? {} : { job }),
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
    ...(action === undefined ? {} : { action }),
    ...originOf(intent),
    ...(secretId === undefined ? {} : { secretId }),
    ...(intent.keyId === undefined ? {} : { keyId: intent.keyId }),
    ...(ended?.candidates === undefined ? {} : { candidates: ended.candidates }),
    ...leasesOf(intent),
    ...(ended === undefined
      ? {}
      : { endedAt: ended.at, settledBy: ended.settledBy, surprises: ended.surprises }),
    ...(ended?.missed === undefined
      ? {}
      : { missed: ended.missed.map((name) => `client.${name}`) }),
    ...(ended?.providerMessage === undefined ? {} : { providerMessage: ended.providerMessage }),
  }
}

function leasesOf({ standing, becomes }: Intent): Pick<HistoryItem, 'leases'> {
  if (becomes === undefined) return {}
  const leases = leaseChanges(standing, becomes)
  return leases.taken.length + leases.ended.length === 0 ? {} : { leases }
}

/** The filter of the history of all clients. */
export interface HistorySearch extends Omit<Search, 'provider' | 'outcome'> {
  /** Those that the caller may see, in any order. */
  readonly providers: readonly string[]
  readonly outcome?: HistoryOutcome
  /** The issuer of the actor, within which a subject is unique. */
  readonly actorIssuer?: string
}

/** Searches what ended or was noticed at several providers, newest first. */
export async function searchHistory(
  service: Service,
  { providers, outcome, limit, actorIssuer, ...search }: HistorySearch,
): Promise<HistoryPage<Place>> {
  const issuer = actorIssuer === undefined ? {} : { actorIssuer }
  if (outcome === 'open') return openChanges(service, { providers, limit, ...search, ...issuer })
  const query = { ...search, ...(outcome === undefined ? {} : { outcome }), limit: limit + 1 }
  const lists = await Promise.all(
    providers.map((provider) => service.store.search({ ...query, provider })),
  )
  const entries = lists.flat().sort((one, other) => newerFirst(one.place, other.place))
  const items: HistoryItem[] = []
  let characters = 0
  while (items.length < Math.min(entries.length, limit) && characters < PAGE_CHARACTERS) {
    const batch = entries.slice(items.length, Math.min(items.length + FIRST_BATCH, limit))
    const read = await Promise.all(batch.map((one) => itemOfPlace(service, one)))
    items.push(...read)
    characters += read.reduce((sum, item) => sum + sizeOf(item), 0)
  }
  const last = entries[items.length - 1]
  return {
    items: items.filter(isBy(actorIssuer)),
    ...(entries.length > items.length && last !== undefined ? { next: last.place } : {}),
  }
}

/** The item of a place in the history across clients. */
export async function itemOfPlace(
  service: Service,
  { resource, seq }: SearchResult,
): Promise<HistoryItem> {
  const range = { from: seq - 1, below: seq + 1, newestFirst: true }
  const entries = await service.store.entries(resource, range)
  return itemAt(
    entries.map((entry) => openEntry(service, entry)),
    0,
  ).item
}

/** Whether it was done with a token of an issuer; `undefined`: of any issuer. */
const isBy =
  (issuer: string | undefined) =>
  ({ actor }: Pick<HistoryItem, 'actor'>): boolean =>
    issuer === undefined || actor?.issuer === issuer

function newerFirst(one: Place, other: Place): number {
  if (one.at !== other.at) return other.at - one.at
  return one.mark < other.mark ? 1 : -1
}

/** Changes whose outcome is not known yet: running, or left open by a crash or a missing provider. */
async function openChanges(
  service: Service,
  {
    providers,
    actor,
    actorIssuer,
    after,
    limit,
    from = 0,
    to = Number.MAX_SAFE_INTEGER,
  }: HistorySearch,
): Promise<HistoryPage<Place>> {
  const intents = await service.store.openIntents()
  const matching = intents
    .filter(({ resource }) => providers.includes(refOf(resource).provider))
    .filter((intent) => actor === undefined || intent.actor.subject === actor)
    .filter(isBy(actorIssuer))
    .filter(({ at }) => at >= from && at < to)
    .map((intent) => ({ intent, place: placeOfOpen(intent) }))
    .filter(({ place }) => after === undefined || newerFirst(place, after) > 0)
    .sort((one, other) => newerFirst(one.place, other.place))
  const items: HistoryItem[] = []
  let characters = 0
  for (const { intent } of matching.slice(0, limit)) {
    if (characters >= PAGE_CHARACTERS) break
    const item = itemOf(openEntry(service, intent))
    items.push(item)
    characters += sizeOf(item)
  }
  const last = matching[items.length - 1]
  return {
    items,
    ...(matching.length > items.length && last !== undefined ? { next: last.place } : {}),
  }
}

/** A log has at most one open change. */
function placeOfOpen({ at, resource }: Intent): Place {
  return { at, mark: createHash('sha256').update(resource).digest('hex').slice(0, 32) }
}

/** One operation, whatever its outcome; `undefined` if there is none. */
export async function readOperation(
  service: Service,
  operationId: string,
): Promise<HistoryItem | undefined> {
  const intent = await service.store.operation(operationId)
  if (intent === undefined) return undefined
  const next = { from: intent.seq + 1, limit: 1 }
  const [closing] = await service.store.entries(intent.resource, next)
  return itemOf(openEntry(service, intent), closing && openEntry(service, closing))
}
