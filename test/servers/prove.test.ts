/** `clientry check PLACE --prove` at a real Keycloak and a real Hydra, by its registration and its admin API: the rules hold. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { configure, failing, proven } from '../cli/proving.ts'
import { unlessChosen } from './chosen.ts'
import { startHydra } from './hydra.ts'
import { newRealm, realmName, startKeycloak } from './keycloak.ts'

const noKeycloak = unlessChosen('keycloak')
const noHydra = unlessChosen('hydra')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-prove-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function hold(provider: JsonObject, env = {}): Promise<void> {
  configure(folder, provider)
  const proof = await proven(folder, 'it', env)
  expect(failing(proof)).toEqual([])
  expect(proof.rules.length).toBeGreaterThanOrEqual(4)
  expect(proof.calls).toBeLessThanOrEqual(30)
}

describe.skipIf(noKeycloak !== undefined)('Keycloak', () => {
  it('keeps the rules of its dialect, and has no client more than before', async () => {
    const keycloak = await startKeycloak()
    try {
      const realm = realmName('prove')
      const { registrationEndpoint, initialAccessToken } = await newRealm(keycloak, realm)
      const clients = async () =>
        ((await keycloak.admin('GET', `/${realm}/clients`)).body as { clientId: string }[])
          .map(({ clientId }) => clientId)
          .sort()
      const before = await clients()
      await hold(
        {
          type: 'rfc7592',
          registrationEndpoint,
          dialect: 'keycloak',
          initialAccessToken: { env: 'KEYCLOAK_TOKEN' },
        },
        { KEYCLOAK_TOKEN: initialAccessToken },
      )
      expect(await clients()).toEqual(before)
    } finally {
      await keycloak.stop()
    }
  })
})

describe.skipIf(noHydra !== undefined)('Hydra', () => {
  it('keeps the rules of its admin API, and those of its dialect', async () => {
    const hydra = await startHydra()
    try {
      await hold({ type: 'hydra', baseUrl: hydra.adminUrl })
      const registrationEndpoint = `${hydra.publicUrl}/oauth2/register`
      await hold({ type: 'rfc7592', registrationEndpoint, dialect: 'hydra' })
      const left = await fetch(`${hydra.adminUrl}/admin/clients`)
      expect(await left.json()).toEqual([])
    } finally {
      await hydra.stop()
    }
  })
})
