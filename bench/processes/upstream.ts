/** What stands upstream: both emulators and the issuer's keys, and a stopwatch on the wire. */

import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { DEFAULT_CREDENTIAL } from '../../src/emulators/auth0/answers.ts'
import { startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { POOL_ID } from '../../test/fixtures/cognito.ts'
import { json, startKeyServer } from '../../test/http/auth/issuer.ts'
import { startRegistrationServer } from '../registration.ts'
import { AUTH0_SECRET, auth0Clients, cognitoClients } from '../subject.ts'
import { answering } from './control.ts'

/** From the end of Cognito's answer to a read to the arrival of the write (ms), by who sent it. */
let windows: { lane: string; milliseconds: number }[] = []
const readAt = new Map<string, number>()

const laneOf = ({ headers }: IncomingMessage) => String(headers['x-lane'] ?? 'clientry')
const isCall = ({ headers }: IncomingMessage, operation: string) =>
  String(headers['x-amz-target']).endsWith(`.${operation}`)

subscribe('http.server.response.finish', (message) => {
  const { request } = message as { request: IncomingMessage }
  if (isCall(request, 'DescribeUserPoolClient')) readAt.set(laneOf(request), performance.now())
})
subscribe('http.server.request.start', (message) => {
  const { request } = message as { request: IncomingMessage }
  const started = readAt.get(laneOf(request))
  if (started === undefined || !isCall(request, 'UpdateUserPoolClient')) return
  windows.push({ lane: laneOf(request), milliseconds: performance.now() - started })
})

const auth0 = await startAuth0Emulator({
  clients: auth0Clients,
  connections: [
    {
      id: 'con_1',
      name: 'users',
      strategy: 'auth0',
      enabledClients: ['floor', 'served', 'memory'],
    },
  ],
  credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: AUTH0_SECRET }],
})
const cognito = await startCognitoEmulator({
  pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: cognitoClients }],
  lockMs: 0,
})
const registration = await startRegistrationServer()
const keys = await startKeyServer()
keys.answer((response) => json(response, JSON.parse(process.env.BENCH_KEYS ?? '')))

answering('addresses', () => ({
  auth0: auth0.url,
  cognito: cognito.url,
  keys: keys.url,
  registration,
}))
answering('windows', () => {
  const taken = windows
  windows = []
  // The log of calls is for tests; here it would only grow.
  auth0.clearCalls()
  cognito.clearCalls()
  return taken
})
for (const delayMs of [0, 20]) {
  answering(`delay ${delayMs}`, () => {
    for (const emulator of [auth0, cognito]) {
      emulator.clearFaults()
      if (delayMs > 0) emulator.inject({ kind: 'delay', delayMs, times: Number.MAX_SAFE_INTEGER })
    }
    return true
  })
}
