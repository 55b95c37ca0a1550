/**
 * A redirect URI is moved without a failed login on real servers: moves under logins of a real relying party that uses
 * the new one once it is reported, and the same by one change, in the same run.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
const KINDS: readonly string[] = ['keycloak itself', 'hydra itself', 'local']
const uris = (name: string) =>
  Array.from({ length: MOVES + 1 }, (_, index) => `https://app.example.com/${name}/${index}`)

const chosen = ENDPOINTS.filter(({ server, kind }) => server === CHOSEN && KINDS.includes(kind))

describe.each(chosen)('$name', ({ kind }) => {
  let world: World
  let bench: Bench
  beforeAll(async () => {
    world = await WORLDS[kind]()
    const providers = new Map<string, Provider>()
    bench = await openBench(providers, { upstreamTimeoutMs: 30_000, ...world.store })
    // Narrowed once no login is under way any more, so that there are no codes to wait for.
    const settings = { ...world.settings, moves: { codeSeconds: 0 }, ...issuerOf(world) }
    const provider = await providerOf({ ...world, settings }, bench)
    providers.set(world.place.provider, seeing(world, provider))
  })
  afterAll(async () => {
    await bench?.close()
    await world?.close()
  })

  it(`refuses no login while a redirect URI moves ${MOVES} times, and some while it is replaced`, async () => {
    const counted = async (name: string, how: 'move' | 'replace') => {
      const [first = '', ...others] = uris(name)
      const { id, party } = await world.make(`client-${name}`, [first])
      const mover = moverOf(bench.service, { ...world.place, id })
      const by: unknown[] = []
      const tally = await underLogins(
        [first, ...others],
        (uri) => logIn(world.flow, party, uri),
        async (from, to, application) => {
          by.push(await mover[how](from, to, application))
        },
      )
      expect(await world.callbacks(id)).toEqual(others.slice(-1))
      return { tally, by: new Set(by) }
    }
    const moved = await counted('moved', 'move')
    const replaced = await counted('replaced', 'replace')
    const says = ({ changes, logins, refused }: Tally) =>
      `${changes} under ${logins} logins, ${refused} refused`
    process.stdout.write(
      `${kind}: moves: ${says(moved.tally)}; replaced in one change: ${says(replaced.tally)}\n`,
    )
    expect([...moved.by]).toEqual(['endpoint'])
    expect(moved.tally.refused).toBe(0)
    // One login goes by between each change and the switch of the application.
    expect(replaced.tally.refused).toBeGreaterThanOrEqual(MOVES)
  })
})

/** The server is asked where its users are. */
const issuerOf = ({ settings, flow }: World) =>
  settings.type === 'hydra' ? { issuer: flow.issuer } : {}

/** The embedded provider, whose address only the program around it knows. */
function seeing({ settings, flow }: World, provider: Provider): Provider {
  if (settings.type !== 'local') return provider
  const [address] = Object.values(flow.routes)
  return { ...provider, authorization: { ...authorizationAt(`${address}/oidc`), codeSeconds: 0 } }
}
