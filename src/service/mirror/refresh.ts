/**
 * Fills the mirror in the background: rounds through each place, page by page and client by client, at
 * the provider's pace and after all requests. Each step is stored, so that a restart
 * continues there, and each place belongs to one server at a time.
 */

import { isClientError } from '../../core/errors.ts'
import type { Call } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Claim, Mirror, Place } from '../../store/mirror.ts'
import { callOf, type Service } from '../base/service.ts'
import { catchUp } from './catch-up.ts'
import { placesOf } from './mirror.ts'
import { refreshClient } from './refresh-client.ts'

export interface RefreshOptions {
  /** The time from the beginning of one round of a place to the next (milliseconds). */
  readonly everyMs: number
  /** A round that began before is over, however young it is (epoch milliseconds). */
  readonly notBefore?: number
  /** When to stop (epoch milliseconds); the next call does the rest. */
  readonly until: number
  /** Identifies this server among those that share a file. */
  readonly owner: string
  /** Called between steps. */
  stopped?(): boolean
}

/** What was done at one place. */
export interface Refreshed {
  readonly place: Place
  readonly verified: number
  readonly drifted: number
  readonly removed: number
  /** Reads and lists that failed. */
  readonly failed: number
  /** There is more to do right away. */
  readonly more: boolean
}

/** A claim that is not renewed expires after this time (milliseconds), longer than any step takes. */
const CLAIM_MS = 90_000
/** How long one call may wait for its turn, and take (milliseconds). */
const STEP_MS = 30_000
/** A provider that fails or forgets its cursor this often in a row is left alone until the next call. */
const MAX_FAILURES = 3

/** The caller that these requests count for. */
const CALLER = '$mirror'

/** Works on all places at once until the time is over or nothing is due; no place delays another. */
export async function refreshMirror(
  service: Service,
  options: RefreshOptions,
): Promise<readonly Refreshed[]> {
  const { mirror } = service.store
  if (mirror === undefined) return []
  await catchUp(service, mirror)
  const sites = placesOf(service).flatMap((place): readonly Site[] => {
    const provider = service.providers.get(place.provider)
    return provider?.list === undefined ? [] : [{ place, provider, list: provider.list }]
  })
  return Promise.all(sites.map((site) => refreshPlace(service, mirror, site, options)))
}

/** A place and the provider that lists it. */
interface Site {
  readonly place: Place
  readonly provider: Provider
  readonly list: NonNullable<Provider['list']>
}

interface Run extends Omit<Site, 'place'> {
  readonly mirror: Mirror
  readonly claim: Claim
  readonly tally: { verified: number; drifted: number; removed: number; failed: number }
  /** How often the list began again. */
  relists: number
}

async function refreshPlace(
  service: Service,
  mirror: Mirror,
  { place, provider, list }: Site,
  options: RefreshOptions,
): Promise<Refreshed> {
  const tally = { verified: 0, drifted: 0, removed: 0, failed: 0 }
  const claim = { place, owner: options.owner }
  const run = { mirror, provider, list, claim, tally, relists: 0 }
  let failures = 0
  let more = true
  // A list that begins again does work each time, up to the cursor that is refused.
  while (more && failures < MAX_FAILURES && run.relists < MAX_FAILURES) {
    if (options.stopped?.() === true || service.now() >= options.until) break
    const step = await oneStep(service, run, options).catch((error: unknown) => {
      if (!isClientError(error)) throw error
      tally.failed += 1
      failures = isClientError(error, 'provider_throttled') ? MAX_FAILURES : failures + 1
      return 'failed' as const
    })
    if (step === 'worked') failures = 0
    if (step === 'idle') more = false
  }
  await mirror.release(claim).catch(() => undefined)
  return { place, ...tally, more: more && failures === 0 }
}

/** Returns `idle` if nothing is due, or if another server is working on it. */
async function oneStep(
  service: Service,
  run: Run,
  { everyMs, notBefore = 0 }: RefreshOptions,
): Promise<'worked' | 'idle'> {
  const { mirror, provider, claim, tally } = run
  const { place } = claim
  const now = service.now()
  if (!(await mirror.claim(claim, now, now + CLAIM_MS))) return 'idle'
  if ((await mirror.round(claim, now, Math.max(now - everyMs, notBefore))) === undefined)
    return 'idle'
  const task = await mirror.task(place)
  const call = callFor(service)
  switch (task.kind) {
    case 'list':
      await takePage(service, run, call, task.cursor)
      return 'worked'
    case 'read': {
      const ref = { ...place, id: task.id }
      try {
        count(tally, await refreshClient(service, { provider, mirror, call }, ref))
      } catch (error) {
        // A throttled call shows nothing about the client.
        if (!isClientError(error, 'provider_throttled')) await mirror.settled(claim, task.id, true)
        throw error
      }
      await mirror.settled(claim, task.id, false)
      return 'worked'
    }
    case 'remove':
      tally.removed += await mirror.removeUnseen(claim)
      return 'worked'
    case 'done':
      return 'idle'
  }
}

/** Lists one page, and stores the records that it contains completely. */
async function takePage(
  service: Service,
  run: Run,
  call: Call,
  cursor: string | undefined,
): Promise<void> {
  const { mirror, provider, list, claim, tally } = run
  const { place } = claim
  const at = service.now()
  const { items, next } = await list(place.userPoolId, call, cursor).catch(
    async (error: unknown) => {
      // If the provider has forgotten the cursor meanwhile, the list begins again.
      if (cursor !== undefined && isClientError(error, 'provider_refused')) {
        run.relists += 1
        await mirror.relist(claim)
      }
      throw error
    },
  )
  for (const { id, native } of items) {
    if (native === undefined) continue
    const ref = { ...place, id }
    count(tally, await refreshClient(service, { provider, mirror, call }, ref, { native, at }))
  }
  const unread = items.filter(({ native }) => native === undefined).map(({ id }) => id)
  const ids = items.map(({ id }) => id)
  await mirror.listed(claim, { seen: ids, unread }, next)
}

function count(tally: Run['tally'], read: Awaited<ReturnType<typeof refreshClient>>): void {
  if (typeof read === 'string') return
  tally.verified += 1
  if (read.drifted) tally.drifted += 1
}

function callFor(service: Service): Call {
  const operationId = service.newId()
  return callOf(service, { operationId, deadline: service.now() + STEP_MS, caller: CALLER })
}
