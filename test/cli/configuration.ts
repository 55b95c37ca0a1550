/** A configuration of the command with a tenant of Auth0, as a test writes it into its folder. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Auth0Emulator, DEFAULT_CREDENTIAL } from '../../src/emulators/auth0/index.ts'

/** Writes it; `more` stands at its end. The command takes `KEY` and `AUTH0_SECRET` from its environment. */
export function writeConfiguration(folder: string, name: string, auth0: Auth0Emulator, more = '') {
  const text = `
key: { env: KEY }
store: { type: sqlite, path: history.db, create: true }
providers:
  auth0:
    type: auth0
    baseUrl: ${auth0.url}
    clientId: ${DEFAULT_CREDENTIAL.clientId}
    clientSecret: { env: AUTH0_SECRET }
${more}`
  writeFileSync(join(folder, name), text)
}
