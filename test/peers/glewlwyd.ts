/**
 * A Glewlwyd of Debian's packages with its own SQLite file, set up through its own API: the OpenID
 * Connect plugin with client registration and its management, without an initial access token.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DatabaseSync } from '@photostructure/sqlite'
import type { JsonObject } from '../../src/core/json/json.ts'
import { freePort } from '../free-port.ts'
import type { Step } from '../servers/browser.ts'
import { ARCHITECTURES } from './debian.ts'
import { startFront } from './front.ts'
import { clientTable } from './glewlwyd-clients.ts'
import type { Peer } from './oidc.ts'

/** What the packaged set-up makes (its README). */
const ADMINISTRATOR = { username: 'admin', password: 'password' }
const PLUGIN = 'oidc'
const START_MS = 15_000
/** What a user may grant to a client. */
const USERS_LOG_IN = `
insert into g_user_scope (gus_name) values ('openid');
insert into g_user_scope_user (gu_id, gus_id)
  select gu_id, gus_id from g_user, g_user_scope where gu_username = 'admin' and gus_name = 'openid';
`

/** Starts a server from unpacked packages. */
export async function startGlewlwyd(root: string): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-glewlwyd-'))
  const file = join(folder, 'glewlwyd.db')
  const database = new DatabaseSync(file)
  database.exec('pragma busy_timeout = 5000')
  database.exec(packagedSchema(root))
  database.exec(USERS_LOG_IN)
  const clients = clientTable(database)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const front = await startFront({
    url: () => url,
    change: (id, members) => clients.put({ ...clients.get(id), ...(members as JsonObject) }),
  })
  const child = startProcess(root, folder, configuration({ root, file, port, url: front.url }))
  await setUp(url, front.url)
  const issuer = `${front.url}/api/${PLUGIN}`
  return {
    front,
    settings: { issuer, dialect: 'glewlwyd' },
    stored: clients.get,
    put: clients.put,
    token: (id) => {
      const token = randomBytes(16).toString('hex')
      const hash = `{SHA512}${createHash('sha512').update(token).digest('base64')}`
      database
        .prepare(
          `insert into gpo_client_registration
            (gpocr_plugin_name, gpocr_cient_id, gpocr_management_at_hash) values (?, ?, ?)`,
        )
        .run(PLUGIN, id, hash)
      return token
    },
    flow: {
      issuer,
      audience: `${issuer}/token`,
      routes: { [front.url]: url },
      fields: {},
      step: stepAt(url),
    },
    dropTokens: () => database.exec('delete from gpo_client_registration'),
    clear: () => {
      database.exec('delete from gpo_client_registration')
      clients.clear()
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin?.end()
      await ended
      await front.close()
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const packagedSchema = (root: string) =>
  gunzipSync(
    readFileSync(join(root, 'usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz')),
  ).toString()

interface Place {
  readonly root: string
  readonly file: string
  readonly port: number
  readonly url: string
}

function configuration({ root, file, port, url }: Place): string {
  const modules = join(root, 'usr/lib/glewlwyd')
  return `
port = ${port}
bind_address = "127.0.0.1"
external_url = "${url}"
login_url = "login.html"
api_prefix = "api"
log_mode = "console"
log_level = "ERROR"
cookie_secure = 0
session_key = "GLEWLWYD2_SESSION_ID"
session_expiration = 3600
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "${modules}/user"
client_module_path = "${modules}/client"
user_auth_scheme_module_path = "${modules}/scheme"
plugin_module_path = "${modules}/plugin"
hash_algorithm = "SHA512"
database = { type = "sqlite3"; path = "${file}"; };
`
}

function startProcess(root: string, folder: string, text: string): ChildProcess {
  const path = join(folder, 'glewlwyd.conf')
  writeFileSync(path, text)
  const libraries = join(root, 'usr/lib', `${ARCHITECTURES[process.arch]}-linux-gnu`)
  // It ends with the standard input of its shell: a test run that is cut short leaves nothing behind.
  const script = '"$0" "$1" & server=$!; cat > /dev/null; kill "$server"; wait "$server"'
  const words = ['-c', script, join(root, 'usr/bin/glewlwyd'), `--config-file=${path}`]
  return spawn('sh', words, {
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
}

async function setUp(url: string, external: string): Promise<void> {
  const cookie = await signIn(url)
  const answer = await fetch(`${url}/api/mod/plugin/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({
      module: 'oidc',
      name: PLUGIN,
      display_name: PLUGIN,
      enabled: true,
      parameters: {
        iss: `${external}/api/${PLUGIN}`,
        'jwt-type': 'sha',
        'jwt-key-size': '256',
        key: 'a-key-of-the-peer-for-tests-only',
        'code-duration': 600,
        'refresh-token-duration': 1_209_600,
        'access-token-duration': 3_600,
        'allow-non-oidc': true,
        'auth-type-client-enabled': true,
        'auth-type-code-enabled': true,
        'auth-type-refresh-enabled': true,
        'pkce-allowed': true,
        'request-parameter-allow': true,
        'client-jwks-parameter': 'jwks',
        'client-jwks_uri-parameter': 'jwks_uri',
        'register-client-allowed': true,
        'register-client-auth-scope': [],
        'register-client-credentials-scope': [],
        'register-client-management-allowed': true,
      },
    }),
  })
  if (!answer.ok) throw new Error(`Glewlwyd took no plugin: ${answer.status}`)
}

/** What its login page does by a program of its own: signs in, grants the scopes, and goes on. */
function stepAt(server: string): Step {
  return async (url, { cookies }) => {
    const { searchParams: asked } = url
    const next = asked.get('callback_url')
    if (!url.pathname.endsWith('/login.html') || next === null) return undefined
    const cookie = await signIn(server)
    const [name = '', value = ''] = cookie.split('=')
    cookies.set(name, value)
    await fetch(`${server}/api/auth/grant/${asked.get('client_id')}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify({ scope: asked.get('scope') }),
    })
    return new URL(`${next}&g_continue`)
  }
}

/** Signs in as soon as the server answers. */
async function signIn(url: string): Promise<string> {
  const end = Date.now() + START_MS
  for (;;) {
    const answer = await fetch(`${url}/api/auth/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMINISTRATOR),
    }).catch(() => undefined)
    const cookie = answer?.headers.get('set-cookie')?.split(';')[0]
    if (answer?.ok && cookie !== undefined) return cookie
    if (Date.now() > end) throw new Error('Glewlwyd did not start')
    await new Promise((resume) => setTimeout(resume, 50))
  }
}
