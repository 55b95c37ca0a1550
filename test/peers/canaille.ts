/** A Canaille of the Python package index in a process of its own, with its clients in memory. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import { isMade, made, type Recipe } from '../servers/cache.ts'
import type { Flow } from '../servers/flow.ts'
import { finish, missingProgram } from '../servers/process.ts'
import { startSyncClient } from '../servers/synchronous.ts'
import { startFront } from './front.ts'
import type { RegistrationServer } from './oidc.ts'

export const CANAILLE_VERSION = '0.3.6'

/** With a newer authlib every call of RFC 7592 is a 500: `'bool' object has no attribute 'check_client'`. */
const PACKAGES = [`canaille[oidc,front]==${CANAILLE_VERSION}`, 'authlib==1.7.2']
const RECIPE: Recipe = { name: 'canaille', parts: PACKAGES }

/** Every program of this repository is started in its root. */
const SERVER = join(process.cwd(), 'test', 'peers', 'canaille-server.py')
const USER = { login: 'alice', password: 'correct horse battery staple' }

/** Why it cannot be started here; `undefined`: it can. */
export async function whyNoCanaille(): Promise<string | undefined> {
  if (isMade(RECIPE)) return undefined
  const missing = await missingProgram({ python3: '--version' })
  return missing === undefined ? undefined : `Canaille needs ${missing}, which is not here.`
}

/** Fetches it, unless that was done, and gives the path of its Python. */
export async function fetchCanaille(): Promise<string> {
  const folder = await made(RECIPE, async (own) => {
    await finish('python3', ['-m', 'venv', own], { cwd: own })
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]
    await finish(join(own, 'bin', 'python'), args, { cwd: own })
  })
  return join(folder, 'bin', 'python')
}

export interface Canaille extends RegistrationServer {
  readonly flow: Flow
}

/** Starts one; the first time it is fetched. */
export async function startCanaille(): Promise<Canaille> {
  const program = await fetchCanaille()
  const { send, close } = startSyncClient()
  let target = ''
  const front = await startFront({
    url: () => target,
    change: (id, members) => put({ ...stored(id), ...(members as JsonObject) }),
  })
  const { host } = new URL(front.url)
  const behind = (method: string, path: string, body?: JsonObject) =>
    send(method, `${target}/_test/${path}`, body, { host })
  const stored = (id: string) => {
    const { status, body } = behind('GET', encodeURIComponent(id))
    return status === 200 ? body : undefined
  }
  const put = (record: JsonObject) => {
    const { status } = behind('PUT', encodeURIComponent(String(record.client_id)), record)
    if (status !== 200) throw new Error(`Canaille did not store the client: ${status}`)
  }
  const { child, port } = await startProcess(program, host)
  target = `http://127.0.0.1:${port}`
  return {
    front,
    settings: {
      issuer: front.url,
      dialect: 'merging',
      switches: { drops: ['dpop_bound_access_tokens', 'require_pushed_authorization_requests'] },
    },
    stored,
    put,
    token: (id) => String(behind('POST', `${encodeURIComponent(id)}/token`).body.token),
    flow: {
      issuer: front.url,
      routes: { [front.url]: target },
      fields: { ...USER, answer: 'accept' },
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin?.end()
      await ended
      await front.close()
      await close()
    },
  }
}

function startProcess(
  program: string,
  authority: string,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(program, [SERVER], {
    env: {
      ...process.env,
      AUTHORITY: authority,
      PASSWORD: USER.password,
      AUTHLIB_INSECURE_TRANSPORT: '1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`Canaille ended with ${code}`)))
    child.stdout?.once('data', (bytes: Buffer) => resolve({ child, port: Number(String(bytes)) }))
  })
}
