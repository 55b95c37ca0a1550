/**
 * The development entry (`npm start`): the server, a store, which is a SQLite file unless another one is named, the local provider with
 * its OpenID Provider, and the Auth0 and Cognito emulators, so that the requests in the documentation work as written.
 */

import { resolve } from 'node:path'
import { portOf } from './config/config.ts'
import { parseConfig } from './config/config-parse.ts'
import { developmentFolder, environment } from './config/environment.ts'
import { ClientError, isClientError } from './core/errors.ts'
import type { Json } from './core/json/json.ts'
import { parseJson } from './core/json/json-text.ts'
import { loadAll } from './core/lazy.ts'
import { PERMISSIONS } from './core/rights/permissions.ts'
import {
  auth0Connections,
  auth0Example,
  cognitoExample,
  EXAMPLE_ID,
  EXAMPLE_POOL,
  localExample,
} from './dev/dev-clients.ts'
import { createGuard } from './dev/dev-guard.ts'
import { databasePath, loadKeys, saveAddress } from './dev/dev-state.ts'
import { welcome } from './dev/dev-welcome.ts'
import { DEFAULT_CREDENTIAL, startAuth0Emulator } from './emulators/auth0/index.ts'
import { startCognitoEmulator } from './emulators/cognito/index.ts'
import { createLog } from './http/log.ts'
import { createNodeServer } from './node/node-server.ts'
import { createMetrics } from './observe/metrics.ts'
import { createClientry } from './program/clientry.ts'
import { openStoreAndKeys } from './program/keys/open-keys.ts'
import { runUntilStopped, startFailure } from './program/run.ts'
import type { ProviderSettings } from './providers/configured.ts'
import { CONSOLE_CLIENT_ID, newClient } from './providers/local/clients.ts'
import { putLocalClient } from './providers/local/index.ts'
import { createOpenidProvider } from './providers/local/openid/openid.ts'
import type { RegistrationOptions } from './providers/local/openid/registration.ts'
import {
  COMMAND_LINE_SCOPE,
  fetchDevelopmentToken,
  putCommandLineClient,
  putConsoleClient,
  putDevelopmentClient,
} from './providers/local/openid/token.ts'
import type { Documents } from './store/documents.ts'

const HOST = '127.0.0.1'
/** The audience of access tokens for this API. */
const AUDIENCE = 'urn:clientry:development'
const AWS_SECRET = 'emulator-secret'

const log = createLog((text) => process.stdout.write(text))

async function main(): Promise<void> {
  await loadAll()
  const folder = developmentFolder()
  const keys = await loadKeys(folder)
  const auth0 = await startAuth0Emulator({ clients: [auth0Example] })
  for (const connection of auth0Connections) {
    const enabledClients = connection.id === 'con_users' ? [EXAMPLE_ID] : []
    auth0.putConnection({ ...connection, enabledClients })
  }
  const pool = { id: EXAMPLE_POOL, identityProviders: ['Google'], clients: [cognitoExample] }
  const cognito = await startCognitoEmulator({ pools: [pool], limits: 'aws' })
  const port = portOf(environment())
  const url = `http://localhost:${port}`

  const issuer = `${url}/oidc`
  const { CLIENTRY_DEV_INITIAL_TOKEN: initialToken } = environment()
  const registration =
    initialToken === undefined
      ? {}
      : { registration: { initialAccessToken: { env: 'INITIAL_TOKEN' } } }
  const config = parseConfig(
    {
      mode: 'development',
      server: { host: HOST, port },
      key: { env: 'KEY' },
      store: storeSettings(folder),
      defaultProvider: 'auth0',
      providers: {
        auth0: {
          type: 'auth0',
          baseUrl: auth0.url,
          clientId: DEFAULT_CREDENTIAL.clientId,
          clientSecret: { env: 'AUTH0_SECRET' },
        },
        'cognito-client': {
          type: 'cognito',
          pools: { [EXAMPLE_POOL]: { endpoint: cognito.url } },
          credentials: { accessKeyId: 'emulator', secretAccessKey: { env: 'AWS_SECRET' } },
        },
        local: { type: 'local', ...registration },
      },
      auth: {
        issuers: [
          {
            issuer,
            jwksUrl: `http://${HOST}:${port}/oidc/jwks`,
            audience: [AUDIENCE],
            provider: 'local',
          },
        ],
        // As in production, a token has the permissions of its scopes, and a token without scopes has none.
        permissions: PERMISSIONS.map((one) => ({ scope: one, issuer, grants: [one] })),
      },
      console: { url, clientId: CONSOLE_CLIENT_ID },
    },
    {
      ...environment(),
      KEY: keys.key,
      AUTH0_SECRET: DEFAULT_CREDENTIAL.clientSecret,
      AWS_SECRET,
      INITIAL_TOKEN: initialToken,
    },
  )
  if (config.store.type === 'dynamodb') throw withoutDocuments()
  const opened = await openStoreAndKeys(config, { threaded: true })
  const { store, keys: storeKeys } = opened
  const documents = await opened.documents?.(storeKeys)
  if (documents === undefined) throw withoutDocuments()
  await seed(documents)
  const openid = createOpenidProvider({
    issuer,
    documents,
    keys: keys.openid,
    api: { audience: AUDIENCE },
    registration: registrationOf(config.providers.local),
    now: Date.now,
    onFault: (fault) => {
      const name = fault instanceof Error ? fault.name : 'unknown'
      log({ time: new Date().toISOString(), level: 'error', message: 'openid fault', fault: name })
    },
  })
  const clientry = await createClientry(config, {
    store,
    keys: storeKeys,
    documents,
    openidAddress: `http://${HOST}:${port}${openid.prefix}`,
    metrics: createMetrics(Object.keys(config.providers)),
    environmentCredentials: () => undefined,
    entryUrl: import.meta.url,
    log,
  })
  const mounts = [{ prefix: openid.prefix, handler: openid.callback }]
  const server = createNodeServer(clientry.app, { mounts, guard: createGuard(openid.prefix) })
  await server.listen(port, HOST).catch((cause) => {
    throw new ClientError('port_in_use', `Port ${port} cannot be used. Set PORT to another one.`, {
      cause,
    })
  })
  const client = await putDevelopmentClient(documents, Date.now())
  await putConsoleClient(documents, `${url}/session/callback`, Date.now())
  const signIn = {
    issuer: openid.issuer,
    clientId: await putCommandLineClient(documents, Date.now()),
    scope: COMMAND_LINE_SCOPE,
    audience: AUDIENCE,
  }
  const address = { url, tokenEndpoint: `http://${HOST}:${port}/oidc/token`, ...client, signIn }
  saveAddress(folder, address)
  const token = await fetchDevelopmentToken(address)
  process.stdout.write(welcome({ url, token, auth0: auth0.url, cognito: cognito.url }))
  const cleanUp = async () => {
    await Promise.all([auth0.close(), cognito.close()])
  }
  await runUntilStopped({ clientry, server, log, cleanUp })
}

const withoutDocuments = () =>
  new ClientError(
    'invalid_request',
    'The development server has the provider local, which needs a store of the type sqlite or postgresql. Name such a one in CLIENTRY_DEV_STORE, or unset it.',
  )

/** The member `store` of the configuration: what the environment names, else a file in the folder. */
function storeSettings(folder: string): Json {
  const { CLIENTRY_DEV_STORE: text } = environment()
  if (text === undefined) return { type: 'sqlite', path: resolve(databasePath(folder)) }
  try {
    return parseJson(text)
  } catch (cause) {
    throw new ClientError(
      'invalid_request',
      'CLIENTRY_DEV_STORE must be the member store of a configuration as JSON, such as { "type": "postgresql", "url": "postgresql://clientry@localhost/clientry" }.',
      { cause },
    )
  }
}

/** How clients may register themselves at the OpenID Provider, if at all. */
function registrationOf(local: ProviderSettings | undefined): RegistrationOptions | undefined {
  if (local?.type !== 'local' || local.registration === undefined) return undefined
  const { initialAccessToken, renewsTokens } = local.registration
  return { initialAccessToken: initialAccessToken.reveal(), renewsTokens }
}

/** Adds the example at the first start; later changes to it are kept. */
async function seed(documents: Documents): Promise<void> {
  if ((await documents.get('client', EXAMPLE_ID)) !== undefined) return
  await putLocalClient(documents, newClient(localExample, Date.now()))
}

main().catch((error: unknown) => {
  if (!isClientError(error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(startFailure(error))
})
