/** Calls to the Management API: the shared token, pauses that are asked for, refused reads. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { callInTime, openBench } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'

const REF = { provider: 'auth0', id: 'exampleClientId' }
const TOKEN = 'POST /oauth/token'

let emulator: Auth0Emulator
let provider: Provider

beforeEach(async () => {
  emulator = await startAuth0Emulator({
    connections: [{ id: 'con_users', name: 'users', strategy: 'auth0' }],
  })
  emulator.put(fullAuth0Client)
  provider = await providerWith(DEFAULT_CREDENTIAL.clientId, DEFAULT_CREDENTIAL.clientSecret)
})
afterEach(() => emulator.close())

async function providerWith(clientId: string, clientSecret: string): Promise<Provider> {
  return (await auth0Over(emulator.url, { clientId, clientSecret })).get('auth0') as Provider
}

it('asks for one token for callers that come at once, and for those after them', async () => {
  await Promise.all([1, 2, 3].map(() => provider.read(REF, callInTime())))
  await provider.read(REF, callInTime())
  expect(emulator.calls.filter(({ operation }) => operation === TOKEN)).toHaveLength(1)
})

it('keeps the deadline of each of them, and lets no short one fail the others', async () => {
  emulator.inject({ kind: 'delay', delayMs: 1_000, operation: TOKEN })
  const ended: string[] = []
  const soon = { ...callInTime(), deadline: Date.now() + 100 }
  const hasty = provider.read(REF, soon).catch(({ code }: { code: string }) => ended.push(code))
  const patient = provider.read(REF, callInTime()).then(() => ended.push('read'))
  await Promise.all([hasty, patient])
  expect(ended).toEqual(['deadline_exceeded', 'read'])
})

it('takes a new token when the old one is no longer accepted', async () => {
  await provider.read(REF, callInTime())
  emulator.inject({ kind: 'expired_credentials', operation: 'GET /clients/{id}' })
  const refused = provider.read(REF, callInTime())
  await expect(refused).rejects.toMatchObject({ code: 'provider_unavailable' })
  await provider.read(REF, callInTime())
  expect(emulator.calls.filter(({ operation }) => operation === TOKEN)).toHaveLength(2)
})

it('reports the pause that Auth0 asks for, at the token endpoint too', async () => {
  emulator.inject({ kind: 'throttle', operation: TOKEN, retryAfter: 7 })
  await expect(provider.read(REF, callInTime())).rejects.toMatchObject({
    code: 'provider_throttled',
    details: { retryAfter: 7 },
  })
})

it('informs its own operator, not the caller, that its credentials are refused', async () => {
  const wrong = await providerWith(DEFAULT_CREDENTIAL.clientId, 'wrong-secret')
  await expect(wrong.read(REF, callInTime())).rejects.toMatchObject({
    code: 'provider_misconfigured',
  })
})

it('keeps the connections of the tenant out of the log', async () => {
  const bench = await openBench(new Map([['auth0', provider]]))
  const many = Array.from({ length: 150 }, (_, n) => ({
    id: `con_${n}`,
    name: `name-${n}`,
    strategy: 's',
  }))
  for (const connection of many) emulator.putConnection(connection)
  await bench.change(REF, { supportedIdp: { add: ['name-149'] } })
  const [intent] = await bench.service.store.entries(resourceOf(REF))
  expect(intent?.kind).toBe('intent')
  expect(JSON.stringify(intent).length).toBeLessThan(20_000)
  expect(JSON.stringify(intent)).not.toContain('name-7"')
  await bench.close()
})
