/** `GET /overview`: what there is to see at a glance, from the mirror and the logs. No provider is called. */

import type { OVERVIEW_OPERATIONS } from '../../contract/operations/overview/overview.ts'
import type { AbsentPart } from '../../contract/overview/overview.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import type { PaceState } from '../../providers/provider.ts'
import { overviewOfChanges } from '../../service/reading/overview-changes.ts'
import { overviewOfClients, type PlaceCounts } from '../../service/reading/overview-clients.ts'
import { type Ending, endingsUntil } from '../../service/reading/overview-endings.ts'
import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { callerOf, heldAt, visibleProviders } from '../target.ts'
import { knowledgeBody, readablePlaces } from './list.ts'

export const OVERVIEW_HANDLERS: Handlers<keyof typeof OVERVIEW_OPERATIONS> = { getOverview }

/** How far back changes are counted, and how far ahead ends are looked for (milliseconds). */
const PERIOD_MS = 30 * 86_400_000

/** What the caller may see; of what is not there the answer says why. */
async function getOverview(exchange: Exchange): Promise<Answer> {
  const { service } = exchange.settings
  const at = service.now()
  const clients = await clientParts(exchange, at + PERIOD_MS)
  const changes = await changeParts(exchange, at)
  const pace = paceParts(exchange, at)
  return {
    status: 200,
    body: {
      at: rfc3339(at),
      ...clients.body,
      ...changes.body,
      ...pace.body,
      absent: [...clients.absent, ...changes.absent, ...pace.absent] as unknown as JsonObject[],
    },
  }
}

/** A part of the answer, and what is not in it. */
interface Part {
  readonly body: JsonObject
  readonly absent: readonly AbsentPart[]
}

async function clientParts(exchange: Exchange, until: number): Promise<Part> {
  const { settings, request } = exchange
  const { service } = settings
  const { mirror } = service.store
  const places = readablePlaces(exchange)
  const { absent } = dividedBy(exchange, 'clients', 'clients:read')
  const lacking = (reason: 'limit' | 'mirror') => (place: (typeof places)[number]) =>
    ({ part: 'clients', ...place, reason, permission: 'clients:read' }) as const
  const { deadline } = request
  const found =
    mirror === undefined
      ? { places: [], rules: [], unknown: [] }
      : await overviewOfClients(service, mirror, { places, deadline })
  const { items, isCut } = await endingsUntil(
    service,
    places.filter((place) => !found.unknown.includes(place)),
    until,
  )
  return {
    body: {
      places: found.places.map(placeBody),
      rules: found.rules as unknown as JsonObject[],
      endings: { items: items.map(endingBody), isCut },
    },
    absent: [
      ...absent,
      ...(mirror === undefined ? places.map(lacking('mirror')) : []),
      ...found.unknown.map(lacking('limit')),
    ],
  }
}

async function changeParts(exchange: Exchange, to: number): Promise<Part> {
  const { settings, request } = exchange
  const { held, absent } = dividedBy(exchange, 'changes', 'history:read')
  const { changes, unknown } = await overviewOfChanges(settings.service, {
    ...{ providers: held, from: to - PERIOD_MS, to, deadline: request.deadline },
  })
  return {
    body: {
      changes: changes.map(({ openSince, from, ...counts }) => ({
        ...counts,
        ...(openSince === undefined ? {} : { openSince: rfc3339(openSince) }),
        from: rfc3339(from),
      })),
    },
    absent: [
      ...absent,
      ...unknown.map((provider) => {
        return { part: 'changes', provider, reason: 'limit', permission: 'history:read' } as const
      }),
    ],
  }
}

/** The pace is that of all clients of a provider, so a grant for some of them does not count. */
function paceParts(exchange: Exchange, now: number): Part {
  const { permissions, service } = exchange.settings
  const principal = callerOf(exchange)
  const { held, absent } = dividedBy(exchange, 'pace', 'metrics:read', (id) =>
    permissions.of(principal, id).has('metrics:read'),
  )
  const pace = held.flatMap((provider) =>
    (service.providers.get(provider)?.pace?.() ?? []).map((state) => ({
      provider,
      ...paceBody(state, now),
    })),
  )
  return { body: { pace }, absent }
}

/** The providers where the caller has a permission, and what is absent of the others. */
function dividedBy(
  exchange: Exchange,
  part: AbsentPart['part'],
  permission: Permission,
  has = (id: string) => heldAt(exchange, id).has(permission),
) {
  const visible = visibleProviders(exchange)
  const lacking = visible.filter((id) => !has(id))
  return {
    held: visible.filter((id) => !lacking.includes(id)),
    absent: lacking.map((provider): AbsentPart => {
      return { part, provider, reason: 'permission', permission }
    }),
  }
}

function placeBody({ clients, atLeast, checked, findings, ...knowledge }: PlaceCounts): JsonObject {
  const more = atLeast ? { atLeast } : {}
  return { ...knowledgeBody(knowledge), clients, ...more, checked, findings: { ...findings } }
}

const endingBody = ({ client, at, ...ending }: Ending): JsonObject => ({
  ...ending,
  client: { ...client },
  at: rfc3339(at),
})

function paceBody(state: PaceState, now: number): JsonObject {
  const { name: bucket, perSecond, tokens, burst, waiting, pausedUntil } = state
  return {
    bucket,
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(tokens === undefined ? {} : { left: tokens }),
    ...(burst === undefined ? {} : { burst }),
    waiting,
    ...(pausedUntil > now ? { pausedUntil: rfc3339(pausedUntil) } : {}),
  }
}

const rfc3339 = (time: number): Json & string => new Date(time).toISOString()
