/**
 * A redirect URI is moved without a failed login on real servers: moves under logins of a real relying party that uses
 * the new one once it is reported, and the same by one change, in the same run.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { authorizationAt } from '../../src/providers/local/openid/authorization.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { CHOSEN } from './chosen.ts'
import { logIn } from './flow.ts'
import { moverOf } from './mover.ts'
import { type Tally, underLogins } from './moving.ts'
import { ENDPOINTS } from './table.ts'
import { providerOf, type World } from './world.ts'
import { WORLDS } from './worlds.ts'

const MOVES = 50
/** So long that a login on a busy machine redeems its code in time (the default of Keycloak is 60). */
const CODE_SECONDS = 600
/** Where it is done under logins. */
const UNDER_LOGINS: readonly string[] = ['keycloak itself', 'hydra itself', 'local']
const uris = (name: string, count: number) =>
  Array.from({ length: count + 1 }, (_, index) => `https://app.example.com/${name}/${index}`)

const chosen = ENDPOINTS.filter(({ server }) => server === CHOSEN)

describe.each(chosen)('$name', ({ kind }) => {
  let world: World
  let bench: Bench
  beforeAll(async () => {
    world = await WORLDS[kind]()
    const providers = new Map<string, Provider>()
    bench = await openBench(providers, { upstreamTimeoutMs: 30_000, ...world.store })
    await world.setCodeSeconds?.(CODE_SECONDS)
    const settings = { ...world.settings, ...issuerOf(world) }
    const provider = await providerOf({ ...world, settings }, bench)
    providers.set(world.place.provider, seeing(world, provider))
  })
  afterAll(async () => {
    await bench?.close()
    await world?.close()
  })

  it('shows which redirect URI it takes, and never one that it does not', async () => {
    const [taken, other] = ['https://app.example.com/taken', 'https://app.example.com/other']
    const { id } = await world.make('client-looked-at', [taken])
    const provider = bench.service.providers.get(world.place.provider)
    const look = async (redirectUri: string) => {
      const call = { operationId: 'look', deadline: Date.now() + 60_000, timeoutMs: 30_000 }
      const isTaken = provider?.authorization?.look?.(
        { ref: { ...world.place, id }, redirectUri },
        call,
      )
      return (await isTaken) ?? false
    }
    expect(await look(other)).toBe(false)
    expect(await look(taken)).toBe(true)
  })

  it.skipIf(!UNDER_LOGINS.includes(kind))(
    `refuses no login while a redirect URI moves ${MOVES} times, and some while it is replaced`,
    async () => {
      const counted = async (how: 'move' | 'replace') => {
        const [first = '', ...others] = uris(how, MOVES)
        const { id, party } = await world.make(`client-${how}`, [first])
        const mover = moverOf(bench.service, { ...world.place, id })
        const by = new Set<unknown>()
        const tally = await underLogins(
          [first, ...others],
          (uri) => logIn(world.flow, party, uri),
          async (from, to, application) => {
            by.add(await mover[how](from, to, application))
          },
        )
        expect(await world.callbacks(id)).toEqual(others.slice(-1))
        return { tally, by }
      }
      const moved = await counted('move')
      const replaced = await counted('replace')
      const says = ({ changes, logins, refused }: Tally) =>
        `${changes} under ${logins} logins, ${refused} refused`
      process.stdout.write(
        `${kind}: moves: ${says(moved.tally)}; replaced in one change: ${says(replaced.tally)}\n`,
      )
      expect([...moved.by]).toEqual(['endpoint'])
      expect(moved.tally).toMatchObject({ changes: MOVES, refused: 0 })
      // One login goes by between each change and the switch of the application.
      expect(replaced.tally.refused).toBeGreaterThanOrEqual(MOVES)
    },
  )
})

/** The server is asked where its users are, by the issuer as its document spells it. */
function issuerOf({ settings, flow }: World): JsonObject {
  if (settings.type === 'hydra') return { issuer: flow.issuer }
  if (settings.type !== 'rfc7592') return {}
  const ownIssuer = settings.dialect === 'hydra' ? `${flow.issuer}/` : flow.issuer
  return { issuer: settings.issuer ?? ownIssuer }
}

/** The embedded provider, whose address only the program around it knows. */
function seeing({ settings, flow }: World, provider: Provider): Provider {
  if (settings.type !== 'local') return provider
  const [address] = Object.values(flow.routes)
  return { ...provider, authorization: authorizationAt(`${address}/oidc`) }
}
