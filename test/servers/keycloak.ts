/**
 * A real Keycloak for tests: fetched once by Maven, built once, with its database in memory. Needs `mvn`, `unzip`
 * and Java 17. `CLIENTRY_KEYCLOAK_PORT`: one that is running already, with admin/admin.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { cacheFolder, finish, hasCommand, startProcess } from './process.ts'

export const KEYCLOAK_VERSION = '26.7.4'

const JAVA = {
  JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m',
  JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
}

export interface Keycloak {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Calls the administration below `/admin/realms`, as the bootstrap administrator. */
  admin(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>
  stop(): Promise<void>
}

/** Why it cannot be started here; `undefined`: it can. */
export async function whyNoKeycloak(): Promise<string | undefined> {
  if (process.env.CLIENTRY_KEYCLOAK_PORT !== undefined || existsSync(distribution()))
    return undefined
  for (const [command, flag] of [
    ['java', '-version'],
    ['mvn', '-v'],
    ['unzip', '-v'],
  ] as const) {
    if (!(await hasCommand(command, flag))) return `Keycloak needs ${command}, which is not here.`
  }
  return undefined
}

const distribution = () => join(cacheFolder('keycloak'), `keycloak-${KEYCLOAK_VERSION}`)

/** Starts one; the first time it is fetched (177 MB) and built, which takes minutes. */
export async function startKeycloak(): Promise<Keycloak> {
  const given = process.env.CLIENTRY_KEYCLOAK_PORT
  if (given !== undefined) return keycloakAt(`http://127.0.0.1:${given}`, async () => {})
  const home = await fetched()
  const port = await freePort()
  const management = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { stop } = await startProcess(
    join(home, 'bin/kc.sh'),
    [
      'start',
      '--optimized',
      '--http-enabled=true',
      '--hostname-strict=false',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--http-management-port=${management}`,
    ],
    {
      cwd: home,
      env: { ...JAVA, KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin' },
      // The port is open long before the administrator is there.
      ready: async () => (await token(url)) !== '',
      withinMs: 240_000,
    },
  )
  return keycloakAt(url, stop)
}

async function fetched(): Promise<string> {
  const folder = cacheFolder('keycloak')
  const home = distribution()
  if (!existsSync(home)) {
    const repository = join(folder, 'm2')
    const artifact = `org.keycloak:keycloak-quarkus-dist:${KEYCLOAK_VERSION}:zip`
    await finish(
      'mvn',
      [
        '-q',
        '-B',
        'dependency:get',
        `-Dartifact=${artifact}`,
        '-Dtransitive=false',
        `-Dmaven.repo.local=${repository}`,
      ],
      { cwd: folder },
    )
    const place = `org/keycloak/keycloak-quarkus-dist/${KEYCLOAK_VERSION}`
    const zip = `keycloak-quarkus-dist-${KEYCLOAK_VERSION}.zip`
    await finish('unzip', ['-q', join(repository, place, zip)], { cwd: folder })
  }
  if (!existsSync(join(home, 'data/clientry-built'))) {
    const features = 'client-admin-api:v2,cimd,client-secret-rotation'
    await finish(
      join(home, 'bin/kc.sh'),
      ['build', '--db=dev-mem', `--features=${features}`, '--health-enabled=true', '--cache=local'],
      { cwd: home, env: JAVA },
    )
    await finish('mkdir', ['-p', join(home, 'data/clientry-built')], { cwd: home })
  }
  return home
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

function keycloakAt(url: string, stop: () => Promise<void>): Keycloak {
  let held = { token: '', until: 0 }
  const bearer = async () => {
    if (held.until < Date.now()) held = { token: await token(url), until: Date.now() + TOKEN_MS }
    return held.token
  }
  return {
    url,
    stop,
    admin: async (method, path, body) => {
      const answer = await fetch(`${url}/admin/realms${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await bearer()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
    },
  }
}

/** A new realm, and a token with which any number of clients can be registered in it. */
export async function newRealm(
  { admin, url }: Keycloak,
  realm: string,
): Promise<{ readonly registrationEndpoint: string; readonly initialAccessToken: string }> {
  await admin('POST', '', { realm, enabled: true })
  const made = await admin('POST', `/${realm}/clients-initial-access`, {
    count: 10_000,
    expiration: 86_400,
  })
  const { token: initialAccessToken } = made.body as { token: string }
  const registrationEndpoint = `${url}/realms/${realm}/clients-registrations/openid-connect`
  return { registrationEndpoint, initialAccessToken }
}
