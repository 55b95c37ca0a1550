/**
 * A redirect URI of the embedded OpenID Provider moves while users log in all the time: no login is refused, and by one
 * change some are. `npm run test:servers` does the same fifty times, at Keycloak and Hydra too.
 */

import { expect } from 'vitest'
import { authorizationAt } from '../../src/providers/local/openid/authorization.ts'
import { onShared } from '../fixtures/opened.ts'
import { ANYONE } from '../peers/oidc.ts'
import { logIn } from '../servers/flow.ts'
import { moverOf } from '../servers/mover.ts'
import { underLogins } from '../servers/moving.ts'
import { CODE_FLOW, SECRET } from '../servers/world.ts'
import { type LocalWorld, openLocalWorld } from './local-world.ts'

const MOVES = 3

let world: LocalWorld
const it = onShared(openLocalWorld, (opened) => {
  world = opened
})

async function under(id: string, how: 'move' | 'replace') {
  const { openid, provider, service } = world
  const uris = Array.from({ length: MOVES + 1 }, (_, index) => `https://app.example.com/${index}`)
  await world.put({
    client_id: id,
    client_name: 'Example',
    client_secret: SECRET,
    redirect_uris: uris.slice(0, 1),
    ...CODE_FLOW,
  })
  // Narrowed once no login is under way any more, so that there are no codes to wait for.
  const authorization = { ...authorizationAt(openid.issuer), codeSeconds: 0 }
  const providers = new Map([['local', { ...provider, authorization }]])
  const mover = moverOf({ ...service, providers }, { provider: 'local', id })
  const flow = { issuer: openid.issuer, routes: {}, fields: ANYONE }
  const by: unknown[] = []
  const tally = await underLogins(
    uris,
    (uri) => logIn(flow, { id, secret: SECRET }, uri),
    async (from, to, application) => {
      by.push(await mover[how](from, to, application))
    },
  )
  return { ...tally, by }
}

it('refuses no login, and the change of one step refuses some', async () => {
  const moved = await under('moved', 'move')
  expect(moved).toMatchObject({
    changes: MOVES,
    refused: 0,
    by: ['endpoint', 'endpoint', 'endpoint'],
  })
  expect(moved.logins).toBeGreaterThan(MOVES)
  const replaced = await under('replaced', 'replace')
  expect(replaced.refused).toBeGreaterThanOrEqual(MOVES)
})
