/**
 * A real Ory Hydra for tests: built once with Go and a C compiler, with its database in memory, in a file or on a
 * PostgreSQL.
 */

import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { queryAt } from '../postgres/server.ts'
import { sharedServer } from '../postgres/shared.ts'
import type { Step } from './browser.ts'
import { isMade, made, type Recipe } from './cache.ts'
import type { Flow } from './flow.ts'
import { finish, missingProgram, startProcess } from './process.ts'

export const HYDRA_VERSION = '2.3.0'

/** Without the replacement it does not compile: `p.conn.Store.SQLDB undefined`. */
const MODULE = `module hydratool

go 1.24

replace github.com/gobuffalo/pop/v6 => github.com/ory/pop/v6 v6.2.1-0.20241121111754-e5dfc0f3344b
`

export interface Hydra {
  /** The port of clients and browsers, with `/oauth2/register`. */
  readonly publicUrl: string
  /** The port of administrators, with `/admin/clients`. */
  readonly adminUrl: string
  /** How users log in: the pages that Hydra leaves to others are those of its admin API here. */
  readonly flow: Flow
  stop(): Promise<void>
  /** Ends it at once, and starts it again at the same address; with a database that outlives it. */
  restart(): Promise<void>
}

const SOURCE = 'github.com/ory/hydra/v2'
const TAGS = 'sqlite,sqlite_omit_load_extension'
const RECIPE: Recipe = { name: 'hydra', parts: [HYDRA_VERSION, MODULE, TAGS] }

/** Why it cannot be built here; `undefined`: it can. */
export async function whyNoHydra(): Promise<string | undefined> {
  if (isMade(RECIPE)) return undefined
  const missing = await missingProgram({ go: 'version', gcc: '--version' })
  return missing === undefined ? undefined : `Hydra needs ${missing}, which is not here.`
}

/** Starts one; the first time it is built, which takes minutes. `database`: the URL of one that outlives its process. */
export async function startHydra(database?: string): Promise<Hydra> {
  const file = await buildHydra()
  const [publicPort, adminPort, loginPort] = [await freePort(), await freePort(), await freePort()]
  const [publicUrl, adminUrl] = [publicPort, adminPort].map((port) => `http://127.0.0.1:${port}`)
  const login = `http://127.0.0.1:${loginPort}`
  const ways = {
    cwd: tmpdir(),
    env: {
      DSN: database ?? 'memory',
      SECRETS_SYSTEM: '0123456789abcdef0123456789abcdef',
      URLS_SELF_ISSUER: `${publicUrl}/`,
      URLS_LOGIN: `${login}/login`,
      URLS_CONSENT: `${login}/consent`,
      SERVE_PUBLIC_HOST: '127.0.0.1',
      SERVE_PUBLIC_PORT: String(publicPort),
      SERVE_ADMIN_HOST: '127.0.0.1',
      SERVE_ADMIN_PORT: String(adminPort),
      SQA_OPT_OUT: 'true',
      OIDC_DYNAMIC_CLIENT_REGISTRATION_ENABLED: 'true',
      LOG_LEVEL: 'warn',
    },
    ready: async () => (await fetch(`${adminUrl}/health/ready`)).ok,
    withinMs: 60_000,
  }
  if (database !== undefined) await finish(file, ['migrate', 'sql', '-e', '--yes'], ways)
  const start = () => startProcess(file, ['serve', 'all', '--dev', '--sqa-opt-out'], ways)
  let running = await start()
  return {
    publicUrl: publicUrl ?? '',
    adminUrl: adminUrl ?? '',
    flow: { issuer: publicUrl ?? '', routes: {}, fields: {}, step: stepAt(adminUrl ?? '', login) },
    stop: () => running.stop(),
    restart: async () => {
      await running.kill()
      running = await start()
    },
  }
}

/** The URL of a database in a file. Writers wait for each other there; in memory, they are answered with 500. */
export const inFile = (file: string) =>
  `sqlite://${file}?_fk=true&_journal_mode=WAL&_txlock=immediate&_busy_timeout=30000`

/**
 * The URL of a new database on the PostgreSQL of the run. On SQLite a login and a change of its client may wait for
 * each other inside Hydra until it cuts both connections after 15 s, however few there are.
 */
export async function onPostgres(): Promise<string> {
  const port = await sharedServer()
  const name = `hydra_${randomUUID().replaceAll('-', '')}`
  await queryAt(port, `create database ${name}`)
  return `postgres://root@127.0.0.1:${port}/${name}?sslmode=disable`
}

/** Accepts each login and each consent (Hydra's "login and consent flow"). */
function stepAt(adminUrl: string, pages: string): Step {
  return async (url) => {
    if (url.origin !== pages) return undefined
    const [[name = '', challenge = ''] = []] = url.searchParams
    const kind = name.replace('_challenge', '')
    const answer = await fetch(
      `${adminUrl}/admin/oauth2/auth/requests/${kind}/accept?${name}=${challenge}`,
      {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(kind === 'login' ? { subject: 'alice' } : { grant_scope: ['openid'] }),
      },
    )
    const { redirect_to: next } = (await answer.json()) as { redirect_to?: string }
    return new URL(next ?? 'about:blank')
  }
}

/** Builds it, unless that was done, and gives the path of the program. */
export async function buildHydra(): Promise<string> {
  const folder = await made(RECIPE, async (own) => {
    writeFileSync(join(own, 'go.mod'), MODULE)
    const [modules, objects] = ['modules', 'objects'].map((name) => join(own, name))
    // Modules that can be removed again: no more of all that is kept than the program.
    const env = { GOMODCACHE: modules ?? '', GOCACHE: objects ?? '', GOFLAGS: '-modcacherw' }
    const go = (...args: readonly string[]) => finish('go', args, { cwd: own, env })
    await go('get', '-tool', `${SOURCE}@v${HYDRA_VERSION}`)
    await go('build', '-p', '2', '-tags', TAGS, '-o', join(own, 'hydra'), SOURCE)
    for (const one of [modules, objects]) rmSync(one ?? '', { recursive: true, force: true })
  })
  return join(folder, 'hydra')
}
