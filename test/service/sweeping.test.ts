/** The parts of a sweep: what is in the way of one is not in the way of another. */

import { afterEach, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { CHECKPOINTS } from '../../src/store/resource.ts'
import { startWorld, type World } from '../contract/world.ts'

let world: World
afterEach(() => world.close())

it('adds a checkpoint although it cannot learn what is due, and says that something failed', async () => {
  const broken = () => Promise.reject(new ClientError('store_unavailable', 'It is slow.'))
  world = await startWorld({ around: (store) => ({ ...store, due: broken }) })
  const { app, service, sweep } = world.clientry
  const patched = await app({
    method: 'PATCH',
    path: '/clients/exampleClientId',
    query: 'provider=local',
    headers: {
      authorization: [`Bearer ${await world.token()}`],
      'content-type': ['application/json'],
    },
    body: Buffer.from(JSON.stringify({ client: { name: 'Changed' } })),
    deadline: Date.now() + 10_000,
  })
  expect(patched.status).toBe(200)
  await expect(sweep()).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(await service.store.last(CHECKPOINTS)).toMatchObject({ kind: 'checkpoint' })
})
