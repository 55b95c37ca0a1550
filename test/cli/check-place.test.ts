/** `clientry check PLACE` against an emulator on a real socket: what holds, and what each failure says to do. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { clientry } from './command-line.ts'

let folder: string
let emulator: CognitoEmulator
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-check-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(async () => {
  emulator = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
})
afterEach(() => emulator.close())

const env = {
  CLIENTRY_KEY: Buffer.alloc(32, 3).toString('base64'),
  AWS_SECRET: 'emulator-secret',
}

function check(place: string, endpoint = emulator.url, accessKeyId = 'emulator') {
  writeFileSync(
    join(folder, 'clientry.yaml'),
    `mode: development
key: { env: CLIENTRY_KEY }
store: { type: sqlite, path: check.db, create: true }
auth:
  issuers: [{ issuer: "https://issuer.example", audience: ["urn:clientry"] }]
  permissions: []
defaultProvider: pools
providers:
  pools:
    type: cognito
    pools: { ${POOL_ID}: { region: us-east-1, endpoint: "${endpoint}" } }
    credentials: { accessKeyId: ${accessKeyId}, secretAccessKey: { env: AWS_SECRET } }
  own: { type: local }
`,
  )
  return clientry(['check', place, '--config', 'clientry.yaml'], { folder, env })
}

it('has one line for each condition that holds, and sends only reads', async () => {
  const { code, out, err } = await check(`pools/${POOL_ID}`)
  expect([code, err]).toEqual([0, ''])
  const conditions = out
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0])
  expect(conditions).toEqual(
    ['configuration', 'store', 'reachability', 'clock', 'credentials', 'rights'].map(
      (one) => `ok   ${one}`,
    ),
  )
  expect(
    emulator.calls
      .map(({ operation }) => operation)
      .filter((one) => !/^(List|Describe|GET )/.test(one)),
  ).toEqual([])
})

it('says what to do where the provider does not answer, and sends no credentials', async () => {
  const { code, out } = await check(`pools/${POOL_ID}`, 'http://127.0.0.1:9')
  expect(code).toBe(1)
  expect(out).toMatch(/FAIL reachability: .* Check the address/)
  expect(out).not.toContain('credentials')
})

it('names the pools of a provider that has some', async () => {
  const { code, err } = await check('pools')
  expect(code).not.toBe(0)
  expect(err).toContain(POOL_ID)
})

it('looks for nothing on the network where the provider is a part of the program', async () => {
  const { code, out, err } = await check('own')
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('ok   reachability: The provider is a part of this program.')
  expect(out).not.toContain('clock')
  const proof = await clientry(['check', 'own', '--prove', '--yes', '--config', 'clientry.yaml'], {
    folder,
    env,
  })
  expect(proof.err).toContain('a part of this program')
})
