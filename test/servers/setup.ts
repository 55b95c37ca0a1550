/**
 * Keycloak takes long to start: one for all files of a run, whose port is in `CLIENTRY_KEYCLOAK_PORT`, and whose database is
 * the file in `CLIENTRY_KEYCLOAK_DATABASE`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHOSEN } from './chosen.ts'
import { startKeycloak } from './keycloak.ts'

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.CLIENTRY_KEYCLOAK_PORT !== undefined
  if (CHOSEN !== 'keycloak' || given) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'clientry-keycloak-'))
  const database = join(folder, 'keycloak')
  const { url, stop } = await startKeycloak(database)
  process.env.CLIENTRY_KEYCLOAK_PORT = new URL(url).port
  process.env.CLIENTRY_KEYCLOAK_DATABASE = database
  return async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
