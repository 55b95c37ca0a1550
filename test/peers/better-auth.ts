/** A Better Auth of the npm registry in a process of its own: what it does by itself, beside ours. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { made, type Recipe } from '../servers/cache.ts'
import { finish } from '../servers/process.ts'

const PACKAGES = ['better-auth@1.7.5', '@better-auth/oauth-provider@1.7.5']
const RECIPE: Recipe = { name: 'better-auth', parts: PACKAGES }
const SERVER = join(process.cwd(), 'test', 'peers', 'better-auth-server.mjs')

/** Fetches it, unless that was done, and gives the folder in which npm has put it. */
export const fetchBetterAuth = (): Promise<string> =>
  made(RECIPE, async (own) => {
    writeFileSync(join(own, 'package.json'), '{ "private": true }')
    const options = [
      '--legacy-peer-deps',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--silent',
    ]
    await finish('npm', ['install', ...options, ...PACKAGES], { cwd: own })
  })

export interface NativeServer {
  /** Makes a client with one redirect URI, and gives its id. */
  make(redirect: string): Promise<string>
  redirects(id: string): Promise<readonly string[]>
  /** Adds one as a script does: reads the client and writes it. Gives the status of the write. */
  add(id: string, redirect: string): Promise<number>
  close(): Promise<void>
}

/** Starts one, with a user who owns its clients. */
export async function startBetterAuth(): Promise<NativeServer> {
  const MODULES = await fetchBetterAuth()
  const child = spawn(process.execPath, [SERVER], {
    env: { ...process.env, MODULES },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const [bytes] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`Better Auth ended with ${code}.`)
    }),
  ])) as [Buffer]
  const url = String(bytes).trim()
  let cookie = ''
  const send = async (method: string, path: string, body?: object) =>
    fetch(`${url}/api/auth${path}`, {
      method,
      headers: { origin: url, cookie, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  const user = { email: 'alice@example.com', password: 'a-password-of-the-tests', name: 'Alice' }
  const signedUp = await send('POST', '/sign-up/email', user)
  cookie = signedUp.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const redirects = async (id: string) => {
    const answer = await send('GET', `/oauth2/get-client?client_id=${id}`)
    return ((await answer.json()) as { redirect_uris: string[] }).redirect_uris
  }
  return {
    make: async (redirect) => {
      const answer = await send('POST', '/oauth2/create-client', { redirect_uris: [redirect] })
      return ((await answer.json()) as { client_id: string }).client_id
    },
    redirects,
    add: async (id, redirect) => {
      const update = { redirect_uris: [...(await redirects(id)), redirect] }
      return (await send('POST', '/oauth2/update-client', { client_id: id, update })).status
    },
    close: async () => {
      child.stdin?.end()
      await once(child, 'exit')
    },
  }
}
