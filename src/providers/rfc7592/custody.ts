/**
 * Custody of registration access tokens: sealed entries in the store, one log a client. A token that a
 * server has renewed is appended before anything else is done with the answer that contained it, and the
 * one before it is kept beside it until the next renewal, so that whichever is in force can be found.
 */

import { isDeepStrictEqual } from 'node:util'
import { ClientError } from '../../core/errors.ts'
import { following } from '../../store/log/chain.ts'
import type { Entry, Registered, Registration } from '../../store/log/entry.ts'
import { registeredResource, registrationResource } from '../../store/resource.ts'
import type { Seal } from '../../store/seal.ts'
import type { Store } from '../../store/store.ts'
import { endOf, expiryAfter, expiryOf } from './secret-expiry.ts'

export interface CustodyParts {
  readonly store: Store
  readonly seal: Seal
  /** Epoch milliseconds. */
  now(): number
  /** The provider's name in the configuration. */
  readonly name: string
}

/** What opens one client. */
export interface CustodyRecord {
  readonly id: string
  /** The newest one first; never empty. */
  readonly openings: readonly Opening[]
  readonly condition: Registration['condition']
  /** Sequence number of the entry that holds it; grows with every renewal. */
  readonly seq: number
  /** When the secret ends (epoch milliseconds), as the server last said. */
  readonly secretExpiresAt?: number | undefined
}

/** One client of the list. */
export interface ListedId {
  readonly id: string
  readonly operationId: string
  readonly at: number
}

export interface Custody {
  /** @throws ClientError `not_found`: nothing is known that would open it, or it was removed */
  find(id: string): Promise<CustodyRecord>
  /** What is known of what opens it; `undefined`: nothing. */
  condition(id: string): Promise<Registration['condition'] | undefined>
  /**
   * Makes what opens a client durable, in front of what was known before. `secretExpiresAt`: when its secret ends, as the same answer
   * says (epoch milliseconds; 0: never); absent: it does not say.
   */
  keep(
    id: string,
    opening: Opening,
    operationId: string,
    secretExpiresAt?: number,
  ): Promise<CustodyRecord>
  /** Records that the operator has been notified. */
  noticed(id: string, operationId: string): Promise<void>
  /** Records what was found out, unless `held`, by which it was, is no longer the newest. */
  mark(
    custodyRecord: CustodyRecord,
    condition: Registration['condition'],
    operationId: string,
  ): Promise<CustodyRecord>
  /** Clients that are known and not removed, after a place in the list; the place after them. */
  list(after: number, limit: number): Promise<{ ids: readonly ListedId[]; next?: number }>
  /** The clients that one operation has made, among those listed since a time (epoch milliseconds). */
  madeBy(operationId: string, since: number): Promise<readonly string[]>
}

/** A token, and where it opens its client: it is sent nowhere else, whatever came in before or after it. */
export interface Opening {
  readonly token: string
  /** The client configuration endpoint as the server gave it, to be judged at each use; absent: it gave none. */
  readonly uri?: string | undefined
}

/** The one in force, and the one before it. */
const KEPT_TOKENS = 2

export function createCustody(parts: CustodyParts): Custody {
  const { store, seal, now, name } = parts
  /** Received and not yet durable, because the store failed: the process still knows them. */
  const unsaved = new Map<string, { readonly opening: Opening; readonly operationId: string }>()

  const last = async (id: string) =>
    (await store.last(registrationResource(name, id))) as Registration | undefined

  function heldOf(id: string, entry: Registration | undefined): CustodyRecord | undefined {
    if (entry?.sealed === undefined) return undefined
    const sealed = seal.open(entry.sealed, placeOf(entry)) as unknown as Sealed
    const { condition, seq, secretExpiresAt } = entry
    return { id, openings: openingsOf(sealed), condition, seq, secretExpiresAt }
  }

  async function append(
    id: string,
    before: Registration | undefined,
    body: Pick<
      Registration,
      'condition' | 'operationId' | 'listed' | 'secretExpiresAt' | 'noticeAt'
    >,
    openings: readonly Opening[] | undefined,
  ): Promise<boolean> {
    const resource = registrationResource(name, id)
    const place = placeOf({ resource, seq: (before?.seq ?? 0) + 1 })
    const entry = following(before as Entry | undefined, {
      kind: 'registration' as const,
      resource,
      at: now(),
      ...body,
      ...(openings === undefined
        ? {}
        : { sealed: seal.close({ openings: openings.map(plain) }, place) }),
    })
    return store.append(entry)
  }

  async function keepNow(
    id: string,
    opening: Opening,
    operationId: string,
    secretExpiresAt: number | undefined,
  ): Promise<CustodyRecord> {
    for (;;) {
      const before = await last(id)
      const custodyRecord = heldOf(id, before)
      const [newest] = custodyRecord?.openings ?? []
      const isSame = newest !== undefined && sameOpening(newest, opening)
      const expiry = expiryAfter(before, secretExpiresAt)
      const isKnown = isDeepStrictEqual(expiry, expiryOf(before))
      if (isSame && isKnown && custodyRecord?.condition === 'held') return custodyRecord
      // Listed first: a line without a registration is passed over, one without a line would be lost.
      const listed = before?.listed ?? (await addLine(parts, id, operationId))
      const others = (custodyRecord?.openings ?? []).filter(({ token }) => token !== opening.token)
      const openings = [opening, ...others].slice(0, KEPT_TOKENS)
      const body = { condition: 'held' as const, operationId, listed, ...expiry }
      if (await append(id, before, body, openings)) {
        return { id, openings, condition: 'held', seq: (before?.seq ?? 0) + 1 }
      }
    }
  }

  async function keep(
    id: string,
    opening: Opening,
    operationId: string,
    secretExpiresAt?: number,
  ): Promise<CustodyRecord> {
    unsaved.set(id, { opening, operationId })
    const custodyRecord = await keepNow(id, opening, operationId, secretExpiresAt)
    if (unsaved.get(id)?.opening === opening) unsaved.delete(id)
    return custodyRecord
  }

  return {
    keep,
    condition: async (id) => (await last(id))?.condition,
    find: async (id) => {
      const unsavedEntry = unsaved.get(id)
      if (unsavedEntry !== undefined)
        return keep(id, unsavedEntry.opening, unsavedEntry.operationId)
      const custodyRecord = heldOf(id, await last(id))
      if (custodyRecord !== undefined) return custodyRecord
      throw new ClientError(
        'not_found',
        'There is no such client, or its registration access token is not known here. Adopt it first.',
      )
    },
    mark: async (custodyRecord, condition, operationId) => {
      const { id, seq, openings } = custodyRecord
      const before = await last(id)
      // The faster writer knows more.
      if (before === undefined || before.seq !== seq || before.condition === condition)
        return custodyRecord
      const { listed } = before
      const remaining = condition === 'removed' ? undefined : openings
      const body = { condition, operationId, listed, ...endOf(before, condition, now()) }
      const appended = await append(id, before, body, remaining)
      return appended ? { ...custodyRecord, condition, seq: seq + 1 } : custodyRecord
    },
    noticed: async (id, operationId) => {
      const before = await last(id)
      const custodyRecord = heldOf(id, before)
      if (before?.noticeAt === undefined || before.noticeAt > now()) return
      if (custodyRecord === undefined) return
      const { noticeAt: _, ...ending } = expiryOf(before)
      const { condition, listed } = before
      await append(
        id,
        before,
        { condition, operationId, listed, ...ending },
        custodyRecord.openings,
      )
    },
    list: async (after, limit) => {
      const range = { from: after + 1, limit }
      const lines = (await store.entries(registeredResource(name), range)) as readonly Registered[]
      const entries = await Promise.all(
        lines.map(async (line) => {
          const entry = await last(line.id)
          return entry?.sealed !== undefined && entry.listed === line.seq ? [line] : []
        }),
      )
      const end = lines.at(-1)
      return {
        ids: entries.flat(),
        ...(lines.length === limit && end !== undefined ? { next: end.seq } : {}),
      }
    },
    madeBy: async (operationId, since) => {
      // Only this process knows the id of a new client whose token could not be stored when it arrived.
      for (const [id, unsavedEntry] of unsaved) {
        if (unsavedEntry.operationId === operationId)
          await keep(id, unsavedEntry.opening, operationId)
      }
      const ids: string[] = []
      for (let below: number | undefined; ; ) {
        const lines = (await store.entries(registeredResource(name), {
          newestFirst: true,
          limit: LINES,
          ...(below === undefined ? {} : { below }),
        })) as readonly Registered[]
        const young = lines.filter(({ at }) => at >= since)
        ids.push(...young.filter((line) => line.operationId === operationId).map(({ id }) => id))
        const end = lines.at(-1)
        if (end === undefined || young.length < lines.length || end.seq === 1) break
        below = end.seq
      }
      return [...new Set(ids)]
    },
  }
}

/** As it is sealed; earlier versions had one address for all tokens. */
type Sealed =
  | { readonly openings: readonly Opening[] }
  | { readonly uri?: string; readonly tokens: readonly string[] }

function openingsOf(sealed: Sealed): readonly Opening[] {
  if ('openings' in sealed) return sealed.openings
  const { uri, tokens } = sealed
  return tokens.map((token) => plain({ token, uri }))
}

const plain = ({ token, uri }: Opening) => (uri === undefined ? { token } : { token, uri })

/** Whether it is the same token for the same place. */
export const sameOpening = (one: Opening, other: Opening): boolean =>
  one.token === other.token && one.uri === other.uri

/** Lines that are looked at in one go. */
const LINES = 100

/** Where a sealed record belongs; it can be opened nowhere else. */
const placeOf = ({ resource, seq }: Pick<Registration, 'resource' | 'seq'>) =>
  JSON.stringify(['registration', resource, seq])

/** Appends a line to the list of clients; gives its place. */
async function addLine(
  { store, now, name }: CustodyParts,
  id: string,
  operationId: string,
): Promise<number> {
  const resource = registeredResource(name)
  for (;;) {
    const line = following(await store.last(resource), {
      kind: 'registered' as const,
      resource,
      at: now(),
      id,
      operationId,
    })
    if (await store.append(line)) return line.seq
  }
}
