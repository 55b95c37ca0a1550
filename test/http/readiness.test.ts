/** `GET /readyz` and the log where the keys of the issuer cannot be fetched. */

import { expect } from 'vitest'
import { startWorld, type World } from '../contract/world.ts'
import { onFresh } from '../fixtures/opened.ts'

let world: World
const it = onFresh(startWorld, (opened) => {
  world = opened
})

async function readiness() {
  const request = { method: 'GET', path: '/readyz', query: '', headers: {}, body: undefined }
  const answer = await world.clientry.app({ ...request, deadline: Date.now() + 5_000 })
  return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) }
}

it('says that the keys are unavailable before they were ever fetched, and the log says why', async () => {
  world.failKeys()
  const { status, headers, body } = await readiness()
  expect(status).toBe(503)
  expect(headers).toHaveProperty('retry-after')
  expect(body).toMatchObject({ code: 'keys_unavailable', keys: 'unavailable' })
  expect(world.log.find(({ message }) => message === 'keys not fetched')).toMatchObject({
    level: 'warn',
    issuer: 'https://issuer.example/',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/jwks\.json$/),
    status: 500,
    cause: 'it answered 500',
  })
})

it('fetches the keys itself, and stays ready when they cannot be fetched any more', async () => {
  expect(await readiness()).toMatchObject({ status: 200, body: { status: 'ready' } })
  world.failKeys()
  expect(await readiness()).toMatchObject({ status: 200, body: { status: 'ready' } })
})

it('has the keys fetched by a sweep, before any token comes', async () => {
  await world.clientry.sweep()
  world.failKeys()
  expect(await readiness()).toMatchObject({ status: 200 })
})
