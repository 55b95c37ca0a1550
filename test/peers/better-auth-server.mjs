/**
 * Better Auth as a server in a process of its own, with its clients in memory. `MODULES`: the folder in which npm has put
 * it. It prints its address, and ends when its standard input does.
 */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { resolve } = createRequire(join(process.env.MODULES ?? '', 'package.json'))
const load = (name) => import(pathToFileURL(resolve(name)).href)

const [{ betterAuth }, { memoryAdapter }, { jwt }, { oauthProvider }, { toNodeHandler }] =
  await Promise.all(
    [
      'better-auth',
      'better-auth/adapters/memory',
      'better-auth/plugins',
      '@better-auth/oauth-provider',
      'better-auth/node',
    ].map(load),
  )

const TABLES = ['user', 'session', 'account', 'verification', 'jwks', 'oauthClient']
const MORE = ['oauthAccessToken', 'oauthRefreshToken', 'oauthConsent', 'oauthResource']
const tables = [...TABLES, ...MORE, 'oauthClientResource'].map((name) => [name, []])

const server = createServer((request, response) => handler(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const baseURL = `http://127.0.0.1:${server.address().port}`
const auth = betterAuth({
  baseURL,
  secret: 'a-secret-of-the-tests-a-secret-of-the-tests',
  database: memoryAdapter(Object.fromEntries(tables)),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  plugins: [jwt(), oauthProvider({ loginPage: '/login', consentPage: '/consent' })],
})
const handler = toNodeHandler(auth)
process.stdout.write(`${baseURL}\n`)
process.stdin.resume()
process.stdin.once('end', () => process.exit())
