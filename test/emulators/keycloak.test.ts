/** The emulator of Keycloak does what the page about the provider says of the server, row by row. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startKeycloakEmulator } from '../../src/emulators/keycloak/index.ts'
import { tokenOf } from '../servers/keycloak.ts'
import { type CallerRole, keycloakTables } from '../servers/keycloak-cases.ts'

const ROLES: readonly CallerRole[] = ['none', 'query-clients', 'view-clients', 'manage-clients']

it('does what was seen of the server', async () => {
  const accounts = ROLES.map((role) => ({ clientId: role, clientSecret: `${role}-secret`, role }))
  const emulator = await startKeycloakEmulator({ accounts })
  const page = readFileSync(join(process.cwd(), 'docs', 'providers', 'keycloak.md'), 'utf8')
  const token = (role: CallerRole) =>
    tokenOf(emulator.url, 'test', { clientId: role, clientSecret: `${role}-secret` })
  const tables = await keycloakTables({ url: emulator.url, realm: 'test', token })
  for (const table of tables.split('\n\n')) expect(page).toContain(table)
  await emulator.close()
})

it('has realms apart, is filled and looked into by control routes, and starts anew', async () => {
  const emulator = await startKeycloakEmulator({
    realms: ['one', 'other'],
    clients: [{ clientId: 'a', name: 'A' }],
  })
  const control = (method: string, path: string, body?: object) =>
    fetch(`${emulator.url}/_emulator/${path}`, {
      method,
      headers: { 'X-Emulator-Control': '1', 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  expect((await control('PUT', 'clients?realm=other', { clientId: 'b' })).status).toBe(204)
  expect((await control('GET', 'clients/b')).status).toBe(404)
  expect(await (await control('GET', 'clients/b?realm=other')).json()).toMatchObject({
    clientId: 'b',
    enabled: true,
  })
  expect(emulator.client('a')).toMatchObject({ name: 'A' })
  expect(emulator.client('a', 'other')).toBeUndefined()
  await control('POST', 'reset')
  expect(emulator.client('b', 'other')).toBeUndefined()
  expect(await (await control('GET', 'clients')).json()).toHaveLength(7)
  await emulator.close()
})
