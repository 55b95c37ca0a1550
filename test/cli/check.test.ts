/** `clientry check` as a process of its own, and what the server logs of the same configuration. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import { clientry, ended, start } from './command-line.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-check-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = {
  CLIENTRY_KEY: Buffer.alloc(32, 3).toString('base64'),
  AUTH0_CLIENT_SECRET: 'a-client-secret',
}
const check = (text: string, more: readonly string[] = []) => {
  writeFileSync(join(folder, 'clientry.yaml'), text)
  return clientry(['check', '--config', 'clientry.yaml', ...more], { folder, env })
}
/** The issuers of the example are no one's. */
const checkOffline = (text: string, more: readonly string[] = []) =>
  check(text, ['--offline', ...more])

const EXAMPLE = readFileSync('docs/examples/clientry.yaml', 'utf8')

it('names each overlap of the example, and what follows', async () => {
  const { code, out, err } = await checkOffline(EXAMPLE)
  expect([code, err]).toEqual([EXIT.differs.code, ''])
  const lines = out.trim().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^auth\.issuers\[0\].*belongs to the provider auth0.*access:grant/)
  expect(lines[1]).toMatch(/^auth\.issuers\[1\].*eu-central-1_AbCdEf123 of customers/)
  expect(lines[2]).toBe('The configuration can be used.')
  const { warnings } = JSON.parse((await checkOffline(EXAMPLE, ['--json'])).out)
  expect(warnings).toEqual(lines.slice(0, 2))
})

it('finds nothing where the issuer is one of its own', async () => {
  const own = EXAMPLE.replace(/ {2}issuers:[\s\S]*?\nlimits/, (auth) =>
    auth
      .replace(/ {4}- issuer: https:\/\/cognito[\s\S]*?(?= {2}permissions)/, '')
      .replace(
        / {4}- scope: clients:read\n {6}issuer: https:\/\/cognito[\s\S]*?(?= {4}- scope)/,
        '',
      )
      .replaceAll('https://example.eu.auth0.com/', 'https://login.example.com/'),
  )
  expect(await checkOffline(own)).toMatchObject({ code: 0, err: '' })
})

it('names address, status and cause where the keys of an issuer cannot be fetched', async () => {
  const issuer = createServer((_, response) => response.writeHead(418).end())
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  const { port } = issuer.address() as AddressInfo
  const at = `http://127.0.0.1:${port}`
  const text = `
key: { env: CLIENTRY_KEY }
store: { type: sqlite, path: /nowhere/clientry.db }
providers: { r: { type: cognito, pools: { eu-west-1_abc: {} } } }
auth:
  issuers:
    - { issuer: ${at}, jwksUrl: ${at}/keys.json, audience: [a] }
    - { issuer: ${at}/other, audience: [a] }
  permissions: []
`
  const { code, out } = await check(text).finally(() => issuer.close())
  expect(code).toBe(EXIT.differs.code)
  expect(out).toContain(`auth.issuers[0] (${at}) provides no keys`)
  expect(out).toContain(`${at}/keys.json, status 418: `)
  expect(out).toContain(`${at}/.well-known/oauth-authorization-server/other, status 418: `)
  expect((await checkOffline(text)).code).toBe(0)
})

it('says of a configuration of earlier versions what to write', async () => {
  const old = EXAMPLE.replaceAll(/ {6}issuer: .*\n/g, '')
  const { code, err } = await checkOffline(old)
  expect(code).toBe(EXIT.usage.code)
  expect(err).toMatch(/auth\.permissions\[0\] must name the issuer.*issuer: https:.* or any/)
})

it('is what the server logs at its start', async () => {
  const text = EXAMPLE.replace('port: 8787', 'port: 0')
  writeFileSync(join(folder, 'serve.yaml'), text)
  const server = start(['serve', '--config', 'serve.yaml', '--create-store'], { folder, env })
  const gone = ended(server)
  await new Promise<void>((resolve) => {
    let said = ''
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('"listening"')) resolve()
    })
    server.once('exit', () => resolve())
  })
  server.kill('SIGTERM')
  const { out } = await gone
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const said = lines.filter(({ message }) => message === 'configuration')
  expect(said.map(({ level }) => level)).toEqual(['warn', 'warn'])
  expect(said[0].warning).toMatch(/belongs to the provider auth0/)
})
