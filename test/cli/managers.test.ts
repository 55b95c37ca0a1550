/** Several files for one client: each manager's values come and go with its file, and nothing else does. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { clientry } from './command-line.ts'

let auth0: Auth0Emulator
let folder: string

beforeEach(async () => {
  const credentials = [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }]
  auth0 = await startAuth0Emulator({ credentials })
  folder = mkdtempSync(join(tmpdir(), 'clientry-managers-'))
  const provider = {
    type: 'auth0',
    baseUrl: auth0.url,
    clientId: DEFAULT_CREDENTIAL.clientId,
    clientSecret: { env: 'AUTH0_SECRET' },
    listLagSeconds: 0,
  }
  const store = { type: 'sqlite', path: 'history.db', create: true }
  const config = { key: { env: 'KEY' }, store, providers: { auth0: provider } }
  writeFileSync(join(folder, 'clientry.json'), JSON.stringify(config))
  mkdirSync(join(folder, 'clients'))
})
afterEach(async () => {
  await auth0.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (line: string) =>
  clientry([...line.split(' '), '--config', 'clientry.json'], {
    folder,
    env: { KEY: Buffer.alloc(32, 3).toString('base64'), AUTH0_SECRET: 'management-secret' },
  })
const put = (more: object = {}) =>
  auth0.put({ ...fullAuth0Client, client_id: 'a', name: 'Portal', client_aliases: [], ...more })
const write = (name: string, text: string) => writeFileSync(join(folder, 'clients', name), text)
const remove = (name: string) => rmSync(join(folder, 'clients', name))
const url = (name: string) => `https://${name}.example.com/cb`
const callbacks = () => auth0.client('a')?.callbacks as readonly string[]
const BASE = url('base')

async function apply(): Promise<string> {
  const plan = await run('plan clients --out plan.json')
  expect(plan).toMatchObject({ code: 0 })
  expect(await run('apply plan.json --yes')).toMatchObject({ code: 0 })
  const again = await run('plan clients')
  expect(again.out).toContain('0 to create, 0 to change, 0 to delete.')
  expect(await run('drift clients')).toMatchObject({ code: 0 })
  return plan.out
}

const managed = (manager: string, ...names: readonly string[]) =>
  `provider: auth0\nid: a\nmanager: ${manager}\nclient:\n  callbacks: [${names.map(url).join(', ')}]\n`

it('two teams and a base file share one list', async () => {
  put({ callbacks: [BASE, url('stranger')] })
  write('base.yaml', `provider: auth0\nid: a\nclient:\n  name: Portal\n  callbacks: [${BASE}]\n`)
  write('shop.yaml', managed('team-shop', 'shop', 'shared'))
  write('docs.yaml', managed('team-docs', 'docs', 'shared'))
  const plan = await apply()
  expect(plan).toContain(`team-shop manages in callbacks: ${url('shop')}, ${url('shared')}`)
  const both = ['docs', 'shared', 'shop'].map(url)
  expect([...callbacks()].sort()).toEqual([BASE, ...both].sort())
  const values = await run('values auth0/a')
  expect(values.out).toContain(`${url('shared')}  managed by team-docs, managed by team-shop`)
  expect(values.out).toMatch(new RegExp(`${BASE}\n`))

  // One team drops two values, of which the other still has one.
  write('shop.yaml', managed('team-shop'))
  await apply()
  expect([...callbacks()].sort()).toEqual([BASE, url('docs'), url('shared')].sort())
  // What someone else adds is the affair of the base file, and what a manager had is put back.
  put({ callbacks: [BASE, url('docs'), url('stranger')] })
  const drift = await run('drift clients')
  expect(drift.code).toBe(1)
  expect(drift.out).toContain(`- ${url('stranger')}`)
  expect(drift.out).toContain(`+ ${url('shared')}`)
  await apply()
  expect([...callbacks()].sort()).toEqual([BASE, url('docs'), url('shared')].sort())
})

it('a file of a manager alone leaves the rest of the list alone', async () => {
  put({ callbacks: [BASE] })
  write('shop.yaml', managed('team-shop', 'shop'))
  await apply()
  expect(callbacks()).toEqual([BASE, url('shop')])
  remove('shop.yaml')
  write('base.yaml', `provider: auth0\nid: a\nclient:\n  callbacks: [${BASE}]\n`)
  const plan = await run('plan clients')
  expect(plan.out).toContain(
    `${url('shop')} in client.callbacks is left alone: team-shop manages it.`,
  )
  expect(plan.out).toContain('0 to change')
})

it('a manager whose file was removed is shown, and ended by name', async () => {
  put({ callbacks: [BASE] })
  auth0.put({ ...fullAuth0Client, client_id: 'b', name: 'Second', client_aliases: [] })
  write('base.yaml', `provider: auth0\nid: a\nclient:\n  callbacks: [${BASE}, ${url('both')}]\n`)
  write('shop.yaml', managed('team-shop', 'shop', 'both'))
  write('docs.yaml', managed('team-docs', 'docs'))
  write('second.yaml', managed('team-shop', 'shop').replace('id: a', 'id: b'))
  await apply()
  remove('shop.yaml')
  remove('second.yaml')
  const says =
    'team-shop: manages values of a, b without a file in this folder. They stay. If its file was removed, plan with --end-manager team-shop.'
  const left = await run('plan clients')
  expect(left.out).toContain(says)
  expect(left.out).not.toContain('team-docs: ')
  expect(left.out).toContain('0 to change')
  expect((await run('drift clients')).out).toContain(says)
  const idle = await run('plan clients --end-manager team-docs')
  expect(idle.out).toContain('team-docs: manages no value here without a file')
  expect(idle.out).toContain('0 to change')

  const plan = await run('plan clients --end-manager team-shop --out plan.json')
  expect(plan, plan.err).toMatchObject({ code: 0 })
  expect(plan.out).toContain('2 to change')
  expect(await run('apply plan.json --yes')).toMatchObject({ code: 0 })
  // What the base file and another manager name stays.
  expect([...callbacks()].sort()).toEqual([BASE, url('both'), url('docs')].sort())
  expect(auth0.client('b')?.callbacks).not.toContain(url('shop'))
  for (const line of ['plan clients', 'plan clients --end-manager team-shop']) {
    const again = await run(line)
    expect(again.out).toContain('0 to create, 0 to change, 0 to delete.')
  }
  expect((await run('drift clients')).out).not.toContain('team-shop')
  expect((await run('values auth0/a')).out).not.toContain('team-shop')
})

it('a new client has the values of its manager from the start', async () => {
  write(
    'new.yaml',
    `provider: auth0\nkind: web\nmanager: team-new\nclient:\n  name: Fresh\n  callbacks: [${url('new')}]\n`,
  )
  await apply()
  const id = /^id: (\S+)$/m.exec(readFileSync(join(folder, 'clients', 'new.yaml'), 'utf8'))?.[1]
  const values = await run(`values auth0/${id}`)
  expect(values.out).toContain(`${url('new')}  managed by team-new`)
})

it('refuses two files that would undo each other, and names what the server refuses by its own file', async () => {
  put()
  write('one.yaml', managed('team-shop', 'one'))
  write('two.yaml', managed('team-shop', 'two'))
  const twice = await run('plan clients')
  expect(twice.code).toBe(7)
  expect(twice.err).toContain('clients/two.yaml: is for the same client as clients/one.yaml (a)')
  write('two.yaml', `${managed('team-docs', 'two')}  name: Other\n`)
  write('one.yaml', `${managed('team-shop', 'one')}  name: Portal\n`)
  expect((await run('plan clients')).err).toContain(
    'clients/two.yaml: names client.name, as clients/one.yaml does for the same client',
  )
  write('one.yaml', managed('team-shop', 'one'))
  write(
    'two.yaml',
    'provider: auth0\nid: a\nmanager: team-docs\nclient:\n  callbacks: [https://ok.example.com/cb, http://bad.example.com/cb]\n',
  )
  const refused = await run('plan clients')
  expect(refused.err).toContain('clients/two.yaml:5 (auth0/a): client.callbacks[1] ')
  expect(refused.err).not.toContain('one.yaml')
  write('two.yaml', 'provider: auth0\nid: a\nmanager: m\nclient:\n  callbacks: { add: [] }\n')
  expect((await run('plan clients')).err).toContain(
    'clients/two.yaml: has a manager, so client.callbacks',
  )
})

it('what a client did not have when it was exported is noticed when someone sets it', async () => {
  put({ client_metadata: { team: 'identity' } })
  await auth0.put({ ...auth0.client('a'), organization_usage: undefined, sso: undefined } as never)
  expect(await run('export clients')).toMatchObject({ code: 0 })
  expect(await run('drift clients')).toMatchObject({ code: 0 })
  const before = auth0.client('a')
  auth0.put({
    ...before,
    organization_usage: 'require',
    sso: true,
    require_proof_of_possession: false,
    client_metadata: { team: 'identity', stray: 'x' },
  } as never)
  const drift = await run('drift clients --json')
  expect(drift.code).toBe(1)
  const { differences } = JSON.parse(drift.out)
  // One client, although no plan can clear all of it.
  expect(differences).toHaveLength(1)
  const fields = differences.flatMap(({ changes }: { changes: { field: string }[] }) =>
    changes.map(({ field }) => field),
  )
  expect(fields.sort()).toEqual([
    'clientMetadata.stray',
    'providerSettings.organization_usage',
    // Off is not absent: someone has decided it.
    'providerSettings.require_proof_of_possession',
    'providerSettings.sso',
  ])
  // What no update can clear keeps no one from planning the rest.
  const plan = await run('plan clients --out plan.json')
  expect(plan, plan.err).toMatchObject({ code: 0 })
  expect(plan.out).toContain(
    'client.providerSettings.sso is set and not in the file, which excludes others; it cannot be cleared, so name it there.',
  )
  expect(await run('apply plan.json --yes')).toMatchObject({ code: 0 })
  expect(auth0.client('a')).toMatchObject({ sso: true, client_metadata: { team: 'identity' } })
  expect(auth0.client('a')?.organization_usage ?? null).toBeNull()
  expect(await run('drift clients')).toMatchObject({ code: 1 })
  expect(await run('export clients --overwrite')).toMatchObject({ code: 0 })
  expect(await run('drift clients')).toMatchObject({ code: 0 })
})

it('exclusive members have no others beside them', async () => {
  put({ client_metadata: { team: 'identity', stray: 'x' }, organization_usage: 'allow' })
  write(
    'a.yaml',
    'provider: auth0\nid: a\nexclusive: [clientMetadata]\nclient:\n  clientMetadata: { team: identity }\n',
  )
  expect((await run('drift clients')).out).toContain('clientMetadata.stray')
  await apply()
  expect(auth0.client('a')?.client_metadata).toEqual({ team: 'identity' })
  write(
    'a.yaml',
    'provider: auth0\nid: a\nexclusive: [providerSettings]\nclient:\n  providerSettings: { sso_disabled: false }\n',
  )
  const drift = await run('drift clients')
  expect(drift.code).toBe(1)
  expect(drift.out).toContain('providerSettings.organization_usage')
  expect(drift.out).not.toContain('providerSettings.tenant')
})
