/**
 * docs/start.md from top to bottom, in one shell: two Auth0 tenants, a Cognito user pool and a Keycloak realm are emulated, and the
 * issuer is oidc-provider. What is put in the place of the page's own values is listed here, and nothing else.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEFAULT_CREDENTIAL, startAuth0Emulator } from '../src/emulators/auth0/index.ts'
import { startCognitoEmulator } from '../src/emulators/cognito/index.ts'
import { KEYCLOAK_ACCOUNT, startKeycloakEmulator } from '../src/emulators/keycloak/index.ts'
import { putOnPath, runShell } from './cli/command-line.ts'
import { fullAuth0Client } from './fixtures/auth0.ts'
import { fullCognitoClient } from './fixtures/cognito.ts'
import { fullKeycloakClient } from './fixtures/keycloak.ts'
import { freePort } from './free-port.ts'
import { AUDIENCE, SECRET, startOidcIssuer } from './tokens/issuer.ts'

const PAGE = readFileSync('docs/start.md', 'utf8')
const [cloning = '', ...BLOCKS] = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
  ([, block = '']) => block,
)
const POOL = 'eu-central-1_AbCdEf123'

let folder: string
const closers: (() => Promise<unknown>)[] = []
let replaced: readonly (readonly [string, string])[]
let auth0: Awaited<ReturnType<typeof startAuth0Emulator>>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-start-'))
  putOnPath(folder)
  const credentials = [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }]
  const staging = await startAuth0Emulator({ credentials })
  auth0 = await startAuth0Emulator({ credentials })
  staging.put(fullAuth0Client)
  auth0.put({ ...fullAuth0Client, client_id: 'portal', name: 'Portal' })
  const cognito = await startCognitoEmulator({
    pools: [
      {
        id: POOL,
        identityProviders: ['Google'],
        clients: [{ ...fullCognitoClient, ClientId: 'shop', UserPoolId: POOL }],
      },
    ],
  })
  // The fixture has one that no version knows.
  cognito.addFutureMember('MemberOfTomorrow')
  const keycloak = await startKeycloakEmulator({ realms: ['staff'] })
  keycloak.put({ ...fullKeycloakClient, clientId: 'desk' }, 'staff')
  const issuer = await startOidcIssuer()
  for (const one of [staging, auth0, cognito, keycloak, issuer]) closers.push(() => one.close())
  const port = await freePort()
  replaced = [
    ['domain: example-staging.eu.auth0.com', `baseUrl: ${staging.url}`],
    ['domain: example-production.eu.auth0.com', `baseUrl: ${auth0.url}`],
    ['kJ9zcXvQm2AbCdEfGhIjKlMnOpQrStUv', DEFAULT_CREDENTIAL.clientId],
    ['aBcDeFgHiJkLmNoPqRsTuVwXyZ012345', DEFAULT_CREDENTIAL.clientId],
    [`{ ${POOL}: {} }`, `{ ${POOL}: { endpoint: "${cognito.url}" } }`],
    ['https://sso.example.com', keycloak.url],
    ['https://login.example.com/', issuer.url],
    ['https://clientry.example.com', AUDIENCE],
    ['AUTH0_STAGING_SECRET=…', 'AUTH0_STAGING_SECRET=management-secret'],
    ['AUTH0_PRODUCTION_SECRET=…', 'AUTH0_PRODUCTION_SECRET=management-secret'],
    ['KEYCLOAK_STAFF_SECRET=…', `KEYCLOAK_STAFF_SECRET=${KEYCLOAK_ACCOUNT.clientSecret}`],
    ['AWS_ACCESS_KEY_ID=…', 'AWS_ACCESS_KEY_ID=emulator'],
    ['AWS_SECRET_ACCESS_KEY=…', 'AWS_SECRET_ACCESS_KEY=emulator-secret'],
    ['CI_SECRET=…', `CI_SECRET=${SECRET}`],
    ['--client-id ci ', '--client-id in-header '],
    ['8787', String(port)],
  ]
})
afterAll(async () => {
  for (const close of closers) await close()
  rmSync(folder, { recursive: true, force: true })
})

it('makes the command as CONTRIBUTING.md and docs/cli.md do', () => {
  expect(cloning).toMatch(/^git clone .*\ncd clientry && npm ci && npm run build && npm link/)
})

it('its commands run one after the other', async () => {
  const page = BLOCKS.join('\n')
  for (const [own] of replaced) expect(page).toContain(own)
  const script = replaced.reduce((text, [own, other]) => text.replaceAll(own, other), page)
  expect(script).not.toContain('…')
  // The server ends with the shell, as with a session that is closed.
  const { code, out, err } = await runShell(`trap 'kill $(jobs -p)' EXIT\n${script}`, folder)
  expect({ code, err, out }).toEqual({ code: 0, err: expect.any(String), out: expect.any(String) })
  const home = join(folder, 'clientry-home')
  const answer = JSON.parse(readFileSync(join(home, 'answer.json'), 'utf8'))
  expect(answer.callbacks).toContain('https://portal.example.com/third')
  expect(auth0.client('portal')?.callbacks).toEqual([
    ...(fullAuth0Client.callbacks as string[]),
    'https://portal.example.com/third',
  ])
  expect(out).toMatch(/0 to create, 0 to change, 0 to delete\.\n$/)
})
