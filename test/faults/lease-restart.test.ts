/** G7: a lease outlives the server that took it (`kill -9`), and ends with the next one. */

import { expect } from 'vitest'
import { eventually } from '../eventually.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onFresh } from '../fixtures/opened.ts'
import { type ProcessWorld, startProcessWorld } from './process-world.ts'
import { ask, cognitoAt } from './servers.ts'

const PREVIEW = 'https://pr-7.preview.example/cb'

let world: ProcessWorld
const it = onFresh(startProcessWorld, (opened) => {
  world = opened
})

it('is ended by the next server, at its start', async () => {
  const callbacks = () =>
    world.cognito.client(POOL_ID, 'exampleClientId')?.CallbackURLs as readonly string[]
  const before = callbacks()
  const providers = { cognito: cognitoAt(world.cognito.url) }
  const first = await world.server(providers)
  const taken = await ask(`${first.url}/clients/exampleClientId/leases`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await world.issuer.token()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      userPoolId: POOL_ID,
      field: 'callbacks',
      value: PREVIEW,
      owner: 'pr-7',
      ttlSeconds: 1,
    }),
  })
  await first.kill()
  expect(taken?.status).toBe(200)
  expect(callbacks()).toContain(PREVIEW)
  const [lease] = (taken?.body.leases ?? []) as { expiresAt: string }[]
  await eventually(() => expect(Date.now()).toBeGreaterThan(Date.parse(lease?.expiresAt ?? '')))
  await world.server(providers)
  await eventually(() => expect(callbacks()).not.toContain(PREVIEW))
  expect([...callbacks()].sort()).toEqual([...before].sort())
})
