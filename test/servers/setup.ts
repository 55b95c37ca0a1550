/** Keycloak takes long to start: one for all files of a run, whose port is in `CLIENTRY_KEYCLOAK_PORT`. */

import { CHOSEN } from './chosen.ts'
import { startKeycloak } from './keycloak.ts'

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.CLIENTRY_KEYCLOAK_PORT !== undefined
  if (CHOSEN !== 'keycloak' || given) return undefined
  const { url, stop } = await startKeycloak()
  process.env.CLIENTRY_KEYCLOAK_PORT = new URL(url).port
  return stop
}
