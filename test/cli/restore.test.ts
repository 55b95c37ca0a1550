/** `clientry restore`: a deleted client of an emulated Keycloak comes back, and what does not is said before. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  KEYCLOAK_ACCOUNT,
  type KeycloakEmulator,
  startKeycloakEmulator,
} from '../../src/emulators/keycloak/index.ts'
import { fullKeycloakClient } from '../fixtures/keycloak.ts'
import { clientry } from './command-line.ts'

const ID = 'exampleClientId'
let emulator: KeycloakEmulator
let folder: string
beforeAll(async () => {
  emulator = await startKeycloakEmulator({ clients: [fullKeycloakClient] })
  folder = mkdtempSync(join(tmpdir(), 'clientry-restore-'))
  const config = {
    key: { env: 'KEY' },
    store: { type: 'sqlite', path: 'history.db', create: true },
    providers: {
      sso: {
        type: 'keycloak',
        baseUrl: emulator.url,
        clientId: KEYCLOAK_ACCOUNT.clientId,
        pools: { customers: { realm: 'test', clientSecret: { env: 'SECRET' } } },
        listLagSeconds: 0,
      },
    },
  }
  // JSON is YAML.
  writeFileSync(join(folder, 'clientry.yaml'), JSON.stringify(config))
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (line: string) =>
  clientry(
    [...line.split(' '), '--provider', 'sso', '--pool', 'customers', '--config', 'clientry.yaml'],
    {
      folder,
      env: {
        KEY: Buffer.alloc(32, 3).toString('base64'),
        SECRET: KEYCLOAK_ACCOUNT.clientSecret,
      },
    },
  )

it('says what does not come back, then brings the rest back', async () => {
  const there = await run(`restore ${ID} --yes`)
  expect(there.code).not.toBe(0)
  expect(there.err).toContain('only one that was removed can be restored')
  expect((await run(`delete ${ID} --yes`)).code).toBe(0)
  const planned = await run(`restore ${ID} --dry-run`)
  expect([planned.code, planned.err]).toEqual([0, ''])
  expect(planned.out).toContain('what does not come back:')
  expect(planned.out).toContain('- the roles of the service account')
  expect(emulator.client(ID)).toBeUndefined()
  const done = await run(`restore ${ID} --yes`)
  expect([done.code, done.err]).toEqual([0, ''])
  expect(done.out).toContain('restored; what did not come back:')
  expect(done.out).not.toContain(String(fullKeycloakClient.secret))
  const { id, secret } = emulator.client(ID) ?? {}
  expect([id, secret]).toEqual([fullKeycloakClient.id, fullKeycloakClient.secret])
  const history = await run(`history ${ID}`)
  expect(history.out).toMatch(/applied restore[\s\S]*applied remove/)
})
