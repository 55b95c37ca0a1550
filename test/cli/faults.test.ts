/**
 * A folder of files of which some are at fault: each is reported with its file, its client and its place, and hides
 * nothing of the others. Two emulated tenants, one of which may stop.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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

let staging: Auth0Emulator
let production: Auth0Emulator
let folder: string

beforeEach(async () => {
  const credentials = [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }]
  staging = await startAuth0Emulator({ credentials })
  production = await startAuth0Emulator({ credentials })
  folder = mkdtempSync(join(tmpdir(), 'clientry-faults-'))
  const provider = (emulator: Auth0Emulator) => ({
    type: 'auth0',
    baseUrl: emulator.url,
    clientId: DEFAULT_CREDENTIAL.clientId,
    clientSecret: { env: 'AUTH0_SECRET' },
    listLagSeconds: 0,
  })
  const config = {
    key: { env: 'KEY' },
    store: { type: 'sqlite', path: 'history.db', create: true },
    defaultProvider: 'staging',
    providers: { staging: provider(staging), production: provider(production) },
  }
  writeFileSync(join(folder, 'clientry.json'), JSON.stringify(config))
  mkdirSync(join(folder, 'clients'))
})
afterEach(async () => {
  await staging.close()
  await production.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (line: string) =>
  clientry([...line.split(' '), '--config', 'clientry.json'], {
    folder,
    env: { KEY: Buffer.alloc(32, 3).toString('base64'), AUTH0_SECRET: 'management-secret' },
  })
const put = (emulator: Auth0Emulator, id: string, more: object = {}) =>
  emulator.put({ ...fullAuth0Client, client_id: id, name: id, client_aliases: [], ...more })
const write = (name: string, text: string) => writeFileSync(join(folder, 'clients', name), text)

it('names every file, client and place that is refused, in the paths of the file', async () => {
  for (const id of ['a', 'b', 'c']) put(staging, id)
  write(
    'a.yaml',
    'provider: staging\nid: a\nclient:\n  callbacks:\n    - https://app.example.com/callback\n    - http://new.example.com/cb\n  logoUri: ftp://app.example.com\n',
  )
  write('b.yaml', 'provider: staging\nid: b\nclient:\n  providerSettings: { no_such_setting: 1 }\n')
  write('c.yaml', 'provider: staging\nid: c\nclient:\n  description: New\n')
  write('gone.yaml', 'provider: staging\nid: gone\nclient:\n  description: New\n')
  const plan = await run('plan clients --out plan.json')
  expect(plan.code).toBe(4)
  expect(plan.out).toContain('change staging/c c')
  expect(plan.err).toMatch(/clients\/a\.yaml:6 \(staging\/a\): client\.callbacks\[1\] /)
  expect(plan.err).toMatch(/clients\/a\.yaml:7 \(staging\/a\): client\.logoUri /)
  expect(plan.err).toMatch(
    /clients\/b\.yaml:4 \(staging\/b\): client\.providerSettings\.no_such_setting /,
  )
  expect(plan.err).toMatch(/clients\/gone\.yaml \(staging\/gone\): names the client gone/)
  expect(plan.err).not.toContain('.add[')
  expect(plan.err).toContain('plan.json was not written')
})

it('a client that is gone, and a tenant that does not answer, hide no difference', async () => {
  put(staging, 'moved')
  put(production, 'far')
  expect((await run('export clients')).code).toBe(0)
  put(staging, 'moved', { callbacks: ['https://elsewhere.example.com/cb'] })
  write('gone.yaml', 'provider: staging\nid: gone\nclient:\n  description: New\n')
  await production.close()
  const drift = await run('drift clients')
  expect(drift.code).toBe(1)
  expect(drift.out).toContain('https://elsewhere.example.com/cb')
  expect(drift.out).toContain('no longer there: staging/gone')
  expect(drift.err).toContain('production: cannot be read')
})

it('equal clients of two tenants do not differ, and a real difference is shown', async () => {
  put(staging, 'one', { tenant: 'acme-staging', name: 'Portal' })
  put(production, 'other', { tenant: 'acme', name: 'Portal' })
  const equal = await run('diff staging/one production/other')
  expect(equal).toMatchObject({ code: 0, out: '' })
  put(production, 'other', { tenant: 'acme', name: 'Portal', sso_disabled: true })
  const differs = await run('diff staging/one production/other')
  expect(differs.code).toBe(1)
  expect(differs.out).toContain('providerSettings.sso_disabled')
})

it('a file that is no UTF-8, and tags that no one knows, are refused with their lines', async () => {
  const latin = Buffer.from('provider: staging\nid: a\nclient:\n  name: Caf\xe9\n', 'latin1')
  writeFileSync(join(folder, 'clients', 'latin.yaml'), latin)
  write('tag.yaml', 'provider: staging\nid: b\nclient:\n  name: !secret abc\n')
  write('binary.yaml', 'provider: staging\nid: c\nclient:\n  name: !!binary SGk=\n')
  const { code, err } = await run('plan clients')
  expect(code).toBe(2)
  expect(err).toContain('clients/latin.yaml: is not UTF-8 (line 4)')
  expect(err).toMatch(/clients\/tag\.yaml: has a tag .*\(line 4, column \d+\)/)
  expect(err).toMatch(/clients\/binary\.yaml: has a tag .*\(line 4, column \d+\)/)
})

it('a file that cannot be read hides no refusal and no difference of the others', async () => {
  for (const id of ['a', 'b', 'c']) put(staging, id)
  write('a.yaml', 'provider: staging\nid: a\nclient: { callbacks: [http://new.example.com/cb] }\n')
  write('b.yaml', 'provider: staging\nid: b\nclient:\n  name: [unclosed\n')
  write('c.yaml', 'provider: staging\nid: c\nclient:\n  description: New\n')
  write('d.yaml', 'provider: staging\nid: d\nclient:\n  colour: red\n  logoUri: 5\n')
  const plan = await run('plan clients --out plan.json --delete-unmanaged')
  expect(plan.code).toBe(2)
  expect(plan.err).toContain('4 faults:')
  expect(plan.err).toMatch(/clients\/a\.yaml:3 \(staging\/a\): client\.callbacks\[0\] /)
  expect(plan.err).toMatch(/clients\/b\.yaml: .*line 5/)
  expect(plan.err).toMatch(
    /clients\/d\.yaml:4: client\.colour .*\n.*clients\/d\.yaml:5: client\.logoUri /,
  )
  expect(plan.err).toContain('plan.json was not written')
  expect(plan.out).toContain('change staging/c c')
  // The client of a file that cannot be read would look like one without a file.
  expect(plan.out).toContain('1 to change, 0 to delete.')
  const drift = await run('drift clients --unmanaged')
  expect(drift.code).toBe(1)
  expect(drift.out).toContain('description')
  expect(drift.out).not.toContain('without a file, left alone')
  expect(drift.err).toContain('clients/b.yaml')
  await staging.close()
  await production.close()
  const alone = await run('drift clients')
  expect(alone.err).toContain('clients/b.yaml')
  expect(alone.err).toContain('staging: cannot be read')
})

it('apply names every item that is at fault, and sends nothing', async () => {
  for (const id of ['a', 'b']) put(staging, id)
  put(production, 'p')
  write('a.yaml', 'provider: staging\nid: a\nclient:\n  description: New\n')
  write('new.yaml', 'provider: staging\nkind: spa\nclient:\n  name: Fresh\n')
  write('more.yaml', 'provider: staging\nkind: spa\nclient:\n  name: More\n')
  write('p.yaml', 'provider: production\nid: p\nclient:\n  description: New\n')
  expect(await run('plan clients --out plan.json')).toMatchObject({ code: 0 })
  write('new.yaml', 'provider: staging\nkind: spa\nclient: { name: [\n')
  write('more.yaml', 'provider: staging\nkind: spa\nclient:\n  name: Another\n')
  await production.close()
  const apply = await run('apply plan.json --yes')
  expect(apply.code).toBe(2)
  expect(apply.err).toContain('3 faults:')
  expect(apply.err).toMatch(/clients\/new\.yaml: /)
  expect(apply.err).toContain('clients/more.yaml: is not the file of the new client "More"')
  expect(apply.err).toContain('clients/p.yaml (production/p)')
  expect(apply.err).toContain('Nothing was sent.')
  expect(staging.client('a')?.description).not.toBe('New')
})

it('excluded clients are neither exported nor compared nor removed', async () => {
  put(staging, 'a', { name: 'Portal' })
  put(staging, 'b', { name: 'Deploy Tool' })
  put(staging, 'c', {
    name: 'Jobs',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
  })
  put(staging, 'd', { name: 'Partner', is_first_party: false })
  put(staging, 'e', { name: 'Other' })
  const terms =
    '--exclude name:Deploy* --exclude kind:machine --exclude firstParty:false --exclude id:e'
  expect(await run(`export clients --provider staging ${terms}`)).toMatchObject({ code: 0 })
  expect(readdirSync(join(folder, 'clients', 'staging'))).toEqual(['portal-a.yaml'])
  const plan = await run(`plan clients --delete-unmanaged ${terms}`)
  expect(plan.out).toContain('0 to create, 0 to change, 0 to delete.')
  expect(await run(`drift clients --unmanaged ${terms}`)).toMatchObject({ code: 0 })
  // Without them, each would be removed.
  expect((await run('plan clients --delete-unmanaged')).out).toContain('4 to delete.')
  const alone = await run('drift clients --exclude name:Port*')
  expect(alone).toMatchObject({ code: 0 })
  expect(alone.out).toContain('is left alone, because name:Port* is excluded.')
  const wrong = await run('drift clients --exclude colour:red')
  expect(wrong.err).toContain('The exclusion "colour:red" must be kind:KIND')
})

it('only the plan that was reviewed is applied', async () => {
  put(staging, 'a', { name: 'Portal' })
  write('a.yaml', 'provider: staging\nid: a\nclient:\n  description: New\n')
  const plan = await run('plan clients --out plan.json --format markdown')
  expect(plan).toMatchObject({ code: 0, err: '' })
  expect(plan.out).toContain('- `change staging/a Portal` in `clients/a.yaml`')
  const [, digest = ''] = /Digest of the plan: `([\da-f]{64})`/.exec(plan.out) ?? []
  const other = await run(`apply plan.json --yes --digest ${'0'.repeat(64)}`)
  expect(other.code).toBe(5)
  expect(other.err).toContain('not the one that was reviewed')
  expect(staging.client('a')?.description).not.toBe('New')
  const drift = await run('drift clients --format markdown')
  expect(drift.code).toBe(1)
  expect(drift.out).toContain('### Drift of clients')
  expect(await run(`apply plan.json --yes --digest ${digest}`)).toMatchObject({ code: 0 })
  expect(staging.client('a')?.description).toBe('New')
  const schema = JSON.parse((await run('schema')).out)
  expect(schema.$defs).toHaveProperty('of staging')
})
