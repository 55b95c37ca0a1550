/**
 * `clientry check PLACE --prove`: it asks first, tries each rule on a client of its own, touches no other, removes it, and
 * leaves a recording without secrets. Real Keycloak and Hydra: `test/servers/prove.test.ts`.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { startHydraEmulator } from '../../src/emulators/hydra/index.ts'
import { startOktaEmulator } from '../../src/emulators/okta/index.ts'
import type { EmulatorCall } from '../../src/emulators/server.ts'
import { createProviders } from '../../src/providers/configured.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { openBench } from '../contract/service.ts'
import { type Recorded, replay } from '../emulators/auth0-replay.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { startOidcPeer } from '../peers/oidc.ts'
import { start } from './command-line.ts'
import { check, configure, failing, type Proof, proven, SECRETS } from './proving.ts'

let folder: string
let closing: (() => Promise<void>)[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-prove-'))
  closing = []
})
afterEach(async () => {
  for (const close of closing) await close()
  rmSync(folder, { recursive: true, force: true })
})

async function onCognito(): Promise<CognitoEmulator> {
  const emulator = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  closing.push(emulator.close)
  configure(folder, {
    type: 'cognito',
    pools: { [POOL_ID]: { region: 'us-east-1', endpoint: emulator.url } },
    credentials: { accessKeyId: 'emulator', secretAccessKey: { env: 'PROVIDER_SECRET' } },
  })
  return emulator
}

async function onAuth0(): Promise<Auth0Emulator> {
  const emulator = await startAuth0Emulator({
    clients: [fullAuth0Client],
    credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: SECRETS.PROVIDER_SECRET }],
    connections: [{ id: 'con_1', name: 'users', strategy: 'auth0', enabledClients: [] }],
  })
  closing.push(emulator.close)
  configure(folder, {
    type: 'auth0',
    baseUrl: emulator.url,
    audience: `${emulator.url}/api/v2/`,
    clientId: DEFAULT_CREDENTIAL.clientId,
    clientSecret: { env: 'PROVIDER_SECRET' },
  })
  return emulator
}

const WRITES = /^(Update|Create|Delete|Add|POST|PATCH|PUT|DELETE)/
const writesOf = (calls: readonly EmulatorCall[]) =>
  calls.filter(({ operation }) => WRITES.test(operation) && !operation.endsWith('/oauth/token'))
const kindsOf = ({ rules }: Proof) => [...new Set(rules.map(({ kind }) => kind))].sort()

it('keeps the rules of Cognito, on no client but its own, in at most 30 calls', async () => {
  const emulator = await onCognito()
  const proof = await proven(folder, `it/${POOL_ID}`)
  expect(failing(proof)).toEqual([])
  expect(kindsOf(proof)).toEqual(['clear', 'default', 'frame', 'merge', 'reset', 'secret'])
  expect(proof.calls).toBeLessThanOrEqual(30)
  // Two of the calls that the emulator has seen were the check's own.
  expect(emulator.calls.length - proof.calls).toBeLessThanOrEqual(3)
  const { ClientId } = fullCognitoClient
  const written = writesOf(emulator.calls)
  expect(written.map(({ body }) => (body as JsonObject).ClientId)).not.toContain(ClientId)
  expect(emulator.client(POOL_ID, String(ClientId))).toMatchObject(fullCognitoClient)
  expect(written.map(({ operation }) => operation)).toContain('DeleteUserPoolClient')
  const { out } = await check(folder, [`it/${POOL_ID}`, '--prove', '--yes'])
  expect(out).toMatch(/ok {3}reset: .*\n {7}expected: .*callbacks = \[\].*\n {7}seen: {5}the same/)
})

it('keeps the rules of Auth0, and leaves a recording that the replay test accepts', async () => {
  const emulator = await onAuth0()
  const file = join(folder, 'recording.jsonl')
  const { code, out, err } = await check(folder, [
    'it',
    '--prove',
    '--yes',
    '--json',
    '--recording',
    'recording.jsonl',
  ])
  const proof = JSON.parse(out) as Proof
  expect(failing(proof)).toEqual([])
  expect([code, err]).toEqual([0, ''])
  expect(kindsOf(proof)).toEqual(['clear', 'default', 'frame', 'merge', 'reset', 'secret'])
  expect(proof.calls).toBeLessThanOrEqual(30)
  const { client_id: other } = fullAuth0Client
  expect(writesOf(emulator.calls).filter(({ path }) => path.includes(String(other)))).toEqual([])
  const recorded = readFileSync(file, 'utf8')
  const lines = recorded.trim().split('\n')
  const calls = lines.map((line) => JSON.parse(line) as Recorded)
  const { compared, silent } = await replay(calls)
  expect(compared.flatMap(({ differences }) => differences)).toEqual([])
  expect(silent).toEqual([])
  expect(compared).toHaveLength(calls.length)
})

describe('the recording', () => {
  it('holds no secret, no address and no id of the account', async () => {
    const emulator = await onCognito()
    const proof = await proven(folder, `it/${POOL_ID}`)
    const text = JSON.stringify(proof.recording)
    const made = emulator.calls.flatMap(({ body }) => Object.values((body ?? {}) as JsonObject))
    const id = made.find((one) => /^[a-z0-9]{26}$/.test(String(one)))
    expect(id).toBeDefined()
    expect(text).not.toContain(String(id))
    expect(text).not.toContain(POOL_ID)
    expect(text).not.toContain('127.0.0.1')
    const secrets = made.filter((one) => /^[0-9a-f]{40,64}$/.test(String(one)))
    expect(secrets).not.toEqual([])
    for (const one of secrets) expect(text).not.toContain(String(one))
    expect(text).toContain('[REDACTED]')
  })
})

it('keeps the rules of Hydra', async () => {
  const emulator = await startHydraEmulator({})
  closing.push(emulator.close)
  configure(folder, { type: 'hydra', baseUrl: emulator.url })
  const proof = await proven(folder, 'it')
  expect(failing(proof)).toEqual([])
  expect(proof.calls).toBeLessThanOrEqual(30)
})

it('keeps the rules of Okta', async () => {
  const emulator = await startOktaEmulator({ apiTokens: [SECRETS.PROVIDER_SECRET] })
  closing.push(emulator.close)
  const apiToken = { env: 'PROVIDER_SECRET' }
  configure(folder, { type: 'okta', baseUrl: emulator.url, apiToken, listLagSeconds: 0 })
  const proof = await proven(folder, 'it')
  expect(failing(proof)).toEqual([])
  expect(kindsOf(proof)).toEqual(['clear', 'default', 'frame', 'merge', 'reset', 'secret'])
  expect(proof.calls).toBeLessThanOrEqual(60)
  expect(emulator.calls.at(-1)?.operation).toBe('DELETE /apps/{id}')
  // No value of a secret, and nothing by which it could be recognised.
  const text = JSON.stringify(proof)
  const made = emulator.calls.flatMap(({ body }) => JSON.stringify(body ?? '').match(/[\w-]{64}/g))
  for (const value of made) if (value !== null) expect(text).not.toContain(value)
})

it('shows which rules of Okta do not hold, where no source proves them', async () => {
  const features = { otherwise: true }
  const emulator = await startOktaEmulator({ apiTokens: [SECRETS.PROVIDER_SECRET], features })
  closing.push(emulator.close)
  const apiToken = { env: 'PROVIDER_SECRET' }
  configure(folder, { type: 'okta', baseUrl: emulator.url, apiToken, listLagSeconds: 0 })
  const proof = await proven(folder, 'it')
  expect(failing(proof).map(({ rule, outcome }) => [rule.split('.')[0], outcome])).toEqual([
    ['An active application can be activated, and stays as it was', 'untried'],
    ['A PUT without client_secret keeps the secret', 'differs'],
    ['A change from one way with a secret to another makes a new secret', 'differs'],
    ['private_key_jwt ends the secrets', 'differs'],
    ['A way with a secret makes one again', 'differs'],
    ['none ends the secrets', 'differs'],
  ])
  expect(emulator.calls.at(-1)?.operation).toBe('DELETE /apps/{id}')
})

describe('a real oidc-provider', () => {
  it.each([true, false])('keeps the rules of its dialect (renews tokens: %s)', async (renews) => {
    const peer = await startOidcPeer(renews)
    closing.push(peer.close)
    configure(folder, { type: 'rfc7592', ...peer.settings })
    const proof = await proven(folder, 'it')
    expect(failing(proof)).toEqual([])
    expect(kindsOf(proof)).toEqual(['clear', 'default', 'frame', 'reset'])
    expect(proof.calls).toBeLessThanOrEqual(30)
    expect(JSON.stringify(proof.recording)).not.toContain('initial-access-token')
    expect(peer.front.calls.at(-1)?.method).toBe('DELETE')
  })

  it('does not keep those of another dialect, and the answer shows what it did instead', async () => {
    const peer = await startOidcPeer(false)
    closing.push(peer.close)
    configure(folder, { type: 'rfc7592', ...peer.settings, switches: { update: 'merges' } })
    const { code, out } = await check(folder, ['it', '--prove', '--yes'])
    expect(code).toBe(1)
    expect(out).toMatch(/FAIL frame: .*\n {7}expected: callbacks = .*\n {7}seen: .*name = null/)
    expect(out).toContain('SKIP merge: An update keeps')
    expect(peer.front.calls.at(-1)?.method).toBe('DELETE')
  })
})

it('asks first, and without anyone to ask it sends nothing', async () => {
  const emulator = await onCognito()
  const { code, out, err } = await check(folder, [`it/${POOL_ID}`, '--prove'])
  expect(code).toBe(2)
  expect(err).toContain('Add --yes')
  expect(out).toContain('ok   rights')
  expect(writesOf(emulator.calls)).toEqual([])
  expect((await check(folder, ['--prove', '--yes'])).err).toContain('Name the PLACE')
})

it('leaves a client to the sweep where it is killed, and the sweep removes that one alone', async () => {
  const emulator = await onCognito()
  emulator.inject({ kind: 'stall_after_apply', operation: 'UpdateUserPoolClient', skip: 1 })
  const words = ['check', `it/${POOL_ID}`, '--prove', '--yes', '--config', 'clientry.yaml']
  const child = start(words, { folder, env: SECRETS })
  const updates = () => emulator.calls.filter(({ operation }) => operation.startsWith('Update'))
  await expect.poll(() => updates().length).toBe(2)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  const idOf = (call: EmulatorCall | undefined) => String((call?.body as JsonObject)?.ClientId)
  const id = idOf(updates()[0])
  expect(emulator.client(POOL_ID, id)).toBeDefined()
  emulator.clearFaults()
  emulator.clearCalls()
  const bench = await openBench(await providersOf(emulator.url), {
    path: join(folder, 'prove.db'),
    key: Buffer.from(SECRETS.CLIENTRY_KEY, 'base64'),
  })
  closing.push(bench.close)
  const later = { ...bench.service, now: () => Date.now() + 11 * 60_000 }
  expect(await sweep(later)).toMatchObject({ left: 0 })
  expect(await carryOutDue(later, new Map())).toEqual({ done: 1, failed: [], notices: [] })
  expect(() => emulator.client(POOL_ID, id)).toThrow()
  expect(writesOf(emulator.calls).map(idOf)).toEqual([id])
  // Nothing is left to do.
  expect(await carryOutDue(later, new Map())).toEqual({ done: 0, failed: [], notices: [] })
})

const providersOf = (endpoint: string) =>
  createProviders(
    {
      it: {
        type: 'cognito',
        pools: { [POOL_ID]: { region: 'us-east-1', endpoint } },
      },
    },
    {
      now: Date.now,
      environmentCredentials: async () => ({
        accessKeyId: 'emulator',
        secretAccessKey: 'emulator-secret',
      }),
    },
  )
