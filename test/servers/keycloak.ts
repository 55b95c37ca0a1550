/**
 * A real Keycloak for tests: fetched once by Maven, built once, with its database in memory. Needs `mvn`, `unzip`
 * and Java 17. `CLIENTRY_KEYCLOAK_PORT`: one that is running already, with admin/admin.
 */

import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { isMade, made, type Recipe } from './cache.ts'
import { finish, missingProgram, startProcess } from './process.ts'

export const KEYCLOAK_VERSION = '26.7.4'

const JAVA = {
  JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m',
  JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1 -Dh2.bindAddress=127.0.0.1',
}

export interface Keycloak {
  /** Ends it at once, and starts it again at the same address; with a file as its database. */
  restart(): Promise<void>
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Runs statements on its database beside it; of one that keeps it in a file. */
  sql(...statements: readonly string[]): Promise<void>
  /** Calls the administration below `/admin/realms`, as the bootstrap administrator. */
  admin(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>
  stop(): Promise<void>
}

/** Build options: a file or memory as the database is chosen by its address at the start. */
const BUILD = [
  'build',
  '--db=dev-file',
  '--features=client-admin-api:v2,cimd,client-secret-rotation',
  '--health-enabled=true',
  '--cache=local',
]
const RECIPE: Recipe = { name: 'keycloak', parts: [KEYCLOAK_VERSION, ...BUILD] }

/** Why it cannot be started here; `undefined`: it can. */
export async function whyNoKeycloak(): Promise<string | undefined> {
  if (process.env.CLIENTRY_KEYCLOAK_PORT !== undefined) return undefined
  const programs = isMade(RECIPE)
    ? { java: '-version' }
    : { java: '-version', mvn: '-v', unzip: '-v' }
  const missing = await missingProgram(programs)
  return missing === undefined ? undefined : `Keycloak needs ${missing}, which is not here.`
}

/**
 * Starts one; the first time it is fetched (177 MB) and built, which takes minutes. `database`: a file that outlives its
 * process, without its extension, in which another process can look too.
 */
export async function startKeycloak(database?: string): Promise<Keycloak> {
  const given = process.env.CLIENTRY_KEYCLOAK_PORT
  if (given !== undefined && database === undefined) return running(`http://127.0.0.1:${given}`)
  if (database !== undefined && !existsSync(fileOf(database))) {
    copyFileSync(await newDatabase(), fileOf(database))
  }
  return launch(database)
}

const DATABASE: Recipe = { name: 'keycloak-database', parts: RECIPE.parts }

/** A database with its tables and the administrator: to make these takes half of a first start. */
async function newDatabase(): Promise<string> {
  const folder = await made(DATABASE, async (own) => {
    const { stop } = await launch(join(own, 'new'))
    await stop()
  })
  return fileOf(join(folder, 'new'))
}

/** As H2 names it. */
const fileOf = (database: string) => `${database}.mv.db`

async function launch(database?: string): Promise<Keycloak> {
  const home = await fetchKeycloak()
  const [port, management] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const place = database === undefined ? 'mem:keycloak;DB_CLOSE_DELAY=-1' : fileAt(database)
  const args = [
    'start',
    '--optimized',
    `--db-url=jdbc:h2:${place};NON_KEYWORDS=VALUE`,
    `--db-username=${DATABASE_USER.username}`,
    `--db-password=${DATABASE_USER.password}`,
    '--http-enabled=true',
    '--hostname-strict=false',
    '--http-host=127.0.0.1',
    `--http-port=${port}`,
    `--http-management-port=${management}`,
  ]
  const ways = {
    cwd: home,
    env: { ...JAVA, KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin' },
    // The port is open long before the administrator is there.
    ready: async () => (await token(url)) !== '',
    withinMs: 240_000,
  }
  const start = () => startProcess(join(home, 'bin/kc.sh'), args, ways)
  let child = await start()
  return {
    ...running(url, database),
    stop: () => child.stop(),
    restart: async () => {
      await child.kill()
      child = await start()
    },
  }
}

/** Of a new database. */
const DATABASE_USER = { username: 'keycloak', password: 'keycloak' }

/** H2 writes late unless it is asked not to: what was answered would be lost with the process. */
const fileAt = (database: string) => `file:${database};WRITE_DELAY=0;AUTO_SERVER=TRUE`

/** One that someone else starts and stops. */
function running(url: string, database = process.env.CLIENTRY_KEYCLOAK_DATABASE): Keycloak {
  const none = async () => {}
  return { ...keycloakAt(url), stop: none, restart: none, sql: sqlOn(database) }
}

/** By the shell of H2, which finds the process that has the file open. */
const sqlOn =
  (database: string | undefined): Keycloak['sql'] =>
  async (...statements) => {
    if (database === undefined) throw new Error('This Keycloak has no database in a file.')
    const jars = join(await fetchKeycloak(), 'lib/lib/main')
    const jar = readdirSync(jars).find((name) => name.startsWith('com.h2database.h2-')) ?? ''
    const shell = ['-cp', join(jars, jar), 'org.h2.tools.Shell']
    const url = ['-url', `jdbc:h2:${fileAt(database)};NON_KEYWORDS=VALUE`]
    const { username, password } = DATABASE_USER
    const user = ['-user', username, '-password', password, '-sql', statements.join(';')]
    await finish('java', [...shell, ...url, ...user], { cwd: jars })
  }

/** Fetches and builds it, unless that was done, and gives its folder. */
export async function fetchKeycloak(): Promise<string> {
  const name = `keycloak-${KEYCLOAK_VERSION}`
  const folder = await made(RECIPE, async (own) => {
    const repository = join(own, 'm2')
    const artifact = `org.keycloak:keycloak-quarkus-dist:${KEYCLOAK_VERSION}:zip`
    const ways = [
      `-Dartifact=${artifact}`,
      '-Dtransitive=false',
      `-Dmaven.repo.local=${repository}`,
    ]
    await finish('mvn', ['-q', '-B', 'dependency:get', ...ways], { cwd: own })
    const place = `org/keycloak/keycloak-quarkus-dist/${KEYCLOAK_VERSION}`
    const zip = join(repository, place, `keycloak-quarkus-dist-${KEYCLOAK_VERSION}.zip`)
    await finish('unzip', ['-q', zip], { cwd: own })
    rmSync(repository, { recursive: true })
    await finish(join(own, name, 'bin/kc.sh'), BUILD, { cwd: join(own, name), env: JAVA })
  })
  return join(folder, name)
}

async function token(url: string): Promise<string> {
  const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username: 'admin',
      password: 'admin',
    }),
  })
  const body = (await answer.json()) as { access_token?: string }
  return body.access_token ?? ''
}

/** A token of the administrator holds for a minute. */
const TOKEN_MS = 45_000

function keycloakAt(url: string): Pick<Keycloak, 'url' | 'admin'> {
  let held = { token: '', until: 0 }
  const bearer = async () => {
    if (held.until < Date.now()) held = { token: await token(url), until: Date.now() + TOKEN_MS }
    return held.token
  }
  return {
    url,
    admin: async (method, path, body) => {
      const send = async () =>
        fetch(`${url}/admin/realms${path}`, {
          method,
          headers: {
            authorization: `Bearer ${await bearer()}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
      let answer = await send()
      if (answer.status === 401) {
        // It is of before a restart.
        held = { token: '', until: 0 }
        answer = await send()
      }
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
    },
  }
}

/** One that no other test of the server has. */
export const realmName = (purpose: string): string => `${purpose}-${randomUUID().slice(0, 13)}`

/** Makes a realm, with these settings. */
export async function makeRealm(
  { admin }: Pick<Keycloak, 'admin'>,
  realm: string,
  settings: object = {},
): Promise<void> {
  const { status, body } = await admin('POST', '', { realm, enabled: true, ...settings })
  if (status === 201) return
  throw new Error(`Keycloak did not make the realm ${realm}: ${status} ${JSON.stringify(body)}`)
}

/** A new realm, and a token with which any number of clients can be registered in it. */
export async function newRealm(
  { admin, url }: Keycloak,
  realm: string,
): Promise<{ readonly registrationEndpoint: string; readonly initialAccessToken: string }> {
  await makeRealm({ admin }, realm)
  const made = await admin('POST', `/${realm}/clients-initial-access`, {
    count: 10_000,
    expiration: 86_400,
  })
  const { token: initialAccessToken } = made.body as { token: string }
  const registrationEndpoint = `${url}/realms/${realm}/clients-registrations/openid-connect`
  return { registrationEndpoint, initialAccessToken }
}

/** A confidential client whose service account has one role of `realm-management`, and no more. */
export interface ServiceAccount {
  readonly clientId: string
  readonly clientSecret: string
}

/** Makes one as docs/providers/keycloak.md says; `none` gives it no role, and `beside` more than it needs. */
export async function newServiceAccount(
  { admin }: Keycloak,
  realm: string,
  {
    clientId,
    role,
    beside = [],
  }: {
    readonly clientId: string
    readonly role: string
    readonly beside?: readonly string[]
  },
): Promise<ServiceAccount> {
  const clientSecret = `secret-of-${clientId}-0123456789`
  await admin('POST', `/${realm}/clients`, {
    clientId,
    secret: clientSecret,
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    directAccessGrantsEnabled: false,
    fullScopeAllowed: false,
  })
  const idOf = async (name: string) => {
    const { body } = await admin('GET', `/${realm}/clients?clientId=${name}`)
    return (body as readonly { id: string }[])[0]?.id
  }
  const [id, management] = [await idOf(clientId), await idOf('realm-management')]
  if (role !== 'none') {
    const roleNamed = async (name: string) =>
      (await admin('GET', `/${realm}/clients/${management}/roles/${name}`)).body as object
    const roles = await Promise.all([role, ...beside].map(roleNamed))
    const { body: user } = await admin('GET', `/${realm}/clients/${id}/service-account-user`)
    const users = `/${realm}/users/${(user as { id: string }).id}`
    await admin('POST', `${users}/role-mappings/clients/${management}`, roles)
    await admin('POST', `/${realm}/clients/${id}/scope-mappings/clients/${management}`, roles)
  }
  return { clientId, clientSecret }
}

/** A token of a service account. */
export async function tokenOf(
  url: string,
  realm: string,
  { clientId, clientSecret }: ServiceAccount,
): Promise<string> {
  const answer = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  })
  const body = (await answer.json()) as { access_token?: string }
  if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`)
  return body.access_token
}
