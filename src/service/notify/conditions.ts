/**
 * What is to be reported although nothing is recorded of it: due work that does not succeed, and secrets and
 * credentials that end soon. Both are found again as long as they last, and reported once.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { lintClient } from '../../core/lint/lint.ts'
import { dueOf, type Standing } from '../../store/log/standing.ts'
import {
  type ClientName,
  jobIdOf,
  refOf,
  registeredClientOf,
  requestIdOf,
} from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import { mirroredOf, placesOf } from '../mirror/mirror.ts'
import { type ClientEvent, conditionEvent } from './client-event.ts'

/** Work that was due so long ago does not succeed (milliseconds): three calls of a schedule of five minutes. */
const OVERDUE_MS = 900_000
/** How often what ends soon is looked for (milliseconds). */
const LOOK_EVERY_MS = 86_400_000
/** The most that are reported of each at once, so that a position stays small. */
const MOST = 2_000
/** Clients that are judged at once. */
const PAGE = 200

/** Rules that find the end of what lets a client in. */
export const ENDING_RULES: readonly string[] = [
  'secret_expired',
  'secret_expires',
  'credential_ended',
  'credential_ending',
]

/** Due work that does not succeed. */
export async function overdueEvents({
  store,
  now,
}: Pick<Service, 'store' | 'now'>): Promise<readonly ClientEvent[]> {
  const before = now() - OVERDUE_MS
  const logs = (await store.due(before)).filter(isOfClient).slice(0, MOST)
  const events = await Promise.all(
    logs.map(async (resource) =>
      overdueIn((await store.last(resource))?.standing ?? {}, before).map(({ what, since, data }) =>
        conditionEvent('clientry.overdue', refOf(resource), {
          about: JSON.stringify([resource, what, since, data]),
          at: since,
          data: { what, since: new Date(since).toISOString(), ...data },
        }),
      ),
    ),
  )
  return events.flat().slice(0, MOST)
}

const isOfClient = (resource: string) =>
  jobIdOf(resource) === undefined &&
  requestIdOf(resource) === undefined &&
  registeredClientOf(resource) === undefined

interface Overdue {
  readonly what: 'lease' | 'secret' | 'move' | 'removal'
  /** Epoch milliseconds. */
  readonly since: number
  readonly data: JsonObject
}

function overdueIn(
  { leases = [], retirements = [], moves = [], removal }: Standing,
  before: number,
): readonly Overdue[] {
  const all: readonly Overdue[] = [
    ...leases.map(({ field, owner, expiresAt: since }) => ({
      what: 'lease' as const,
      since,
      data: { field, owner },
    })),
    ...retirements.map(({ secretId, at: since }) => ({
      what: 'secret' as const,
      since,
      data: { secretId },
    })),
    ...moves.flatMap((move) => {
      const since = dueOf(move)
      return since === undefined
        ? []
        : [{ what: 'move' as const, since, data: { operationId: move.operationId } }]
    }),
    ...(removal === undefined ? [] : [{ what: 'removal' as const, since: removal.at, data: {} }]),
  ]
  return all.filter(({ since }) => since <= before)
}

/** What ends soon, as the mirror knows the clients; `undefined`: it was looked for lately, or there is no mirror. */
export async function endingEvents(
  service: Pick<Service, 'store' | 'now' | 'providers' | 'seal'>,
  lookedAt: number,
): Promise<readonly ClientEvent[] | undefined> {
  const { mirror } = service.store
  const at = service.now()
  if (mirror === undefined || at < lookedAt + LOOK_EVERY_MS) return undefined
  const places = placesOf(service)
  const events: ClientEvent[] = []
  let after: number | undefined
  do {
    const request = { places, terms: [], limit: PAGE, ...(after === undefined ? {} : { after }) }
    const { matches, next } = await mirror.search(request)
    for (const match of matches) events.push(...endingsOf(service, match, at))
    after = next
  } while (after !== undefined && events.length < MOST)
  return events.slice(0, MOST)
}

function endingsOf(
  service: Pick<Service, 'providers' | 'seal'>,
  match: Parameters<typeof mirroredOf>[1],
  at: number,
): readonly ClientEvent[] {
  const client: ClientName = match.client
  const mapping = service.providers.get(client.provider)?.mapping
  const mirrored = mirroredOf(service, match)
  if (mapping === undefined || mirrored === undefined) return []
  return lintClient(mapping, mirrored.native, [], { now: at })
    .filter(({ rule }) => ENDING_RULES.includes(rule))
    .map(({ rule, message }) =>
      conditionEvent('clientry.ends_soon', client, {
        about: JSON.stringify([
          client.provider,
          client.userPoolId ?? null,
          client.id,
          rule,
          message,
        ]),
        at,
        data: { rule, message },
      }),
    )
}
