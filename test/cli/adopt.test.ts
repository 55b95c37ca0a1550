/** `clientry adopt` on a file of registrations, without a server, at a real authorization server. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import { fullRegisteredClient } from '../fixtures/registered.ts'
import { startLocalPeer } from '../peers/local.ts'
import { INITIAL_TOKEN, type Peer } from '../peers/oidc.ts'
import { clientry } from './command-line.ts'

const { member_of_tomorrow: _, ...CLIENT } = fullRegisteredClient
let peer: Peer
let folder: string

beforeAll(async () => {
  peer = await startLocalPeer(true)
  folder = mkdtempSync(join(tmpdir(), 'clientry-adopt-'))
  writeFileSync(
    join(folder, 'clientry.yaml'),
    `
key: { env: KEY }
store: { type: sqlite, path: history.db, create: true }
providers:
  partners: { type: rfc7592, issuer: "${peer.settings.issuer}", dialect: oidc-provider }
`,
  )
})
afterAll(async () => {
  await peer.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (line: string, input = '') =>
  clientry([...line.split(' '), '--config', 'clientry.yaml'], {
    folder,
    env: { KEY: Buffer.alloc(32, 3).toString('base64'), INITIAL_TOKEN },
    input,
  })

it('takes in those that can be opened, and names those that cannot', async () => {
  for (const id of ['one', 'two']) peer.put({ ...CLIENT, client_id: id })
  const registration = (id: string, token: string) => ({
    ...CLIENT,
    client_id: id,
    registration_access_token: token,
    registration_client_uri: `${peer.settings.issuer}/reg/${id}`,
  })
  const tokens = [peer.token('one'), peer.token('two')] as const
  const file = [registration('one', tokens[0]), registration('three', 'no-token')]
  writeFileSync(join(folder, 'registered.json'), JSON.stringify(file))
  const mixed = await run('adopt registered.json --yes')
  expect(mixed).toMatchObject({ code: EXIT.refused.code, out: 'one: adopted\n' })
  expect(mixed.err).toMatch(/^three: The server does not accept this registration access token/)
  const input = JSON.stringify(registration('two', tokens[1]))
  expect(await run('adopt - --yes', input)).toMatchObject({ code: 0, out: 'two: adopted\n' })
  const shown = await run('get two --json')
  expect(JSON.parse(shown.out)).toMatchObject({ id: 'two', name: 'Example' })
})

it('repeats nothing of a file that it cannot read', async () => {
  const broken = await run('adopt - --yes', '{"registration_access_token": "a-token"')
  expect(broken).toMatchObject({ code: EXIT.usage.code, out: '' })
  expect(broken.err).not.toContain('a-token')
  const missing = await run('adopt - --yes', '[{"client_id": "x"}]')
  expect(missing.code).toBe(EXIT.usage.code)
})
