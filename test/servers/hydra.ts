/** A real Ory Hydra for tests: built once with Go and a C compiler, with its database in memory or in a file. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { cacheFolder, finish, hasCommand, startProcess } from './process.ts'

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
  stop(): Promise<void>
  /** Ends it at once, and starts it again at the same address; with a file as its database. */
  restart(): Promise<void>
}

const binary = () => join(cacheFolder('hydra'), `hydra-${HYDRA_VERSION}`)

/** Why it cannot be started here; `undefined`: it can. */
export async function whyNoHydra(): Promise<string | undefined> {
  if (existsSync(binary())) return undefined
  if (!(await hasCommand('go', 'version'))) return 'Hydra needs go, which is not here.'
  if (!(await hasCommand('gcc', '--version'))) return 'Hydra needs gcc, which is not here.'
  return undefined
}

/** Starts one; the first time it is built, which takes minutes. `database`: a file that outlives its process. */
export async function startHydra(database?: string): Promise<Hydra> {
  const file = await built()
  const [publicPort, adminPort, loginPort] = [await freePort(), await freePort(), await freePort()]
  const [publicUrl, adminUrl] = [publicPort, adminPort].map((port) => `http://127.0.0.1:${port}`)
  const login = `http://127.0.0.1:${loginPort}`
  const ways = {
    cwd: cacheFolder('hydra'),
    env: {
      DSN: database === undefined ? 'memory' : `sqlite://${database}?_fk=true`,
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
    stop: () => running.stop(),
    restart: async () => {
      await running.kill()
      running = await start()
    },
  }
}

async function built(): Promise<string> {
  const file = binary()
  if (existsSync(file)) return file
  const folder = join(cacheFolder('hydra'), 'tool')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'go.mod'), MODULE)
  const source = 'github.com/ory/hydra/v2'
  await finish('go', ['get', '-tool', `${source}@v${HYDRA_VERSION}`], { cwd: folder })
  const tags = 'sqlite,sqlite_omit_load_extension'
  await finish('go', ['build', '-p', '2', '-tags', tags, '-o', file, source], { cwd: folder })
  return file
}
