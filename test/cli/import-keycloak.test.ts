/** Realm exports and Terraform states of Keycloak, imported and planned against a realm that was made of them. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  KEYCLOAK_ACCOUNT,
  type KeycloakEmulator,
  startKeycloakEmulator,
} from '../../src/emulators/keycloak/index.ts'
import { clientry } from './command-line.ts'

const [, SECTION = ''] = readFileSync('docs/migrate.md', 'utf8').split(/^## From Keycloak/m)
const [, EXPORT = ''] = /```json\n([\s\S]*?)```/.exec(SECTION) ?? []
const REALM = JSON.parse(EXPORT)
const CANARY = 'canary-4f9d1c7e2b8a6035'

let emulator: KeycloakEmulator
let folder: string
beforeEach(async () => {
  emulator = await startKeycloakEmulator({ realms: ['customers'], clients: REALM.clients })
  folder = mkdtempSync(join(tmpdir(), 'clientry-keycloak-'))
  const account = `baseUrl: "${emulator.url}", clientId: ${KEYCLOAK_ACCOUNT.clientId}, clientSecret: { env: SECRET }`
  write(
    'clientry.yaml',
    `key: { env: KEY }\nstore: { type: sqlite, path: history.db, create: true }\ndefaultProvider: login\nproviders:\n  login: { type: keycloak, ${account}, pools: { customers: {} } }\n`,
  )
})
afterEach(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const run = async (line: string) => {
  const env = {
    KEY: Buffer.alloc(32, 3).toString('base64'),
    SECRET: KEYCLOAK_ACCOUNT.clientSecret,
  }
  const done = await clientry([...line.split(' '), '--config', 'clientry.yaml'], { folder, env })
  expect({ line, code: done.code }, done.err).toEqual({ line, code: 0 })
  return done.out
}

it('docs/migrate.md shows lines that work, and a realm is what its own export says', async () => {
  write('realm-export.json', EXPORT)
  const [block = ''] = /```sh\n[\s\S]*?```/.exec(SECTION) ?? []
  const lines = [...block.matchAll(/^clientry (.+)$/gm)].map(([, line = '']) => line)
  expect(lines.length).toBeGreaterThanOrEqual(4)
  const shown: string[] = []
  for (const line of lines) shown.push(await run(line))
  expect(shown[1]).toContain('0 to create, 0 to change, 0 to delete.')
  expect(parse(read('clients/login/customers/portal.yaml'))).toMatchObject({
    userPoolId: 'customers',
    id: 'portal',
    kind: 'spa',
    client: {
      callbacks: ['https://portal.example.com/cb'],
      grantTypes: ['authorization_code', 'refresh_token'],
      providerSettings: { attributes: { 'pkce.code.challenge.method': 'S256' } },
    },
  })
  expect(read('clients/import-report.md')).toContain('account-console | the client |')
})

it('a state is planned as a difference from the realm, applied, and is none after that', async () => {
  const attributes = {
    id: '0c5b',
    realm_id: 'customers',
    client_id: 'portal',
    name: 'Portal',
    enabled: true,
    access_type: 'PUBLIC',
    client_secret: CANARY,
    standard_flow_enabled: true,
    valid_redirect_uris: ['https://portal.example.com/cb', 'https://portal.example.com/second'],
    access_token_lifespan: '300',
    pkce_code_challenge_method: 'S256',
    extra_config: { api_key: CANARY },
  }
  const resource = { mode: 'managed', type: 'keycloak_openid_client', name: 'portal' }
  const state = { version: 4, resources: [{ ...resource, instances: [{ attributes }] }] }
  write('terraform.tfstate', JSON.stringify(state))
  const out = await run('import terraform terraform.tfstate')
  for (const text of [out, read('clients/import-report.md')]) expect(text).not.toContain(CANARY)
  expect(read('clients/login/customers/portal-portal.yaml')).not.toContain(CANARY)
  expect(await run('plan clients --out plan.json')).toContain('1 to change')
  await run('apply plan.json --yes')
  expect(await run('plan clients')).toContain('0 to create, 0 to change, 0 to delete.')
  expect(emulator.client('portal')).toMatchObject({
    name: 'Portal',
    attributes: { 'access.token.lifespan': '300', 'pkce.code.challenge.method': 'S256' },
  })
})

it('records that the admin API shows become files that plan nothing, but for what is only shown', async () => {
  const ids = ['account', 'broker', 'portal', 'realm-management']
  write('clients.json', JSON.stringify(ids.map((id) => emulator.client(id))))
  const [line = ''] =
    /import native clients\.json [^`]*/.exec(readFileSync('docs/providers/keycloak.md', 'utf8')) ??
    []
  const out = await run(line.replace('sso', 'login'))
  for (const record of [2, 4]) {
    expect(out).toContain(`record ${record}: the client: its provider only shows it`)
  }
  expect(readdirSync(join(folder, 'clients/login/customers')).sort()).toEqual([
    'client_account-account.yaml',
    'portal.yaml',
  ])
  expect(await run('plan clients')).toContain('0 to create, 0 to change, 0 to delete.')
})
