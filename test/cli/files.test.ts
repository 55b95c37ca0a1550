/** Clients as files: exported, compared, planned and applied by the command, against real emulators. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect } from 'vitest'
import { parseClientFile } from '../../src/files/client-file.ts'
import type { PlanFile, PlanItem } from '../../src/files/plan-file.ts'
import { connect } from '../../src/sdk/index.ts'
import type { Client } from '../../src/sdk/types.ts'
import { onShared } from '../fixtures/opened.ts'
import { clientry, type DevServer, startDev } from './command-line.ts'

const EXAMPLE = 'auth0/example-exampleClientId.yaml'
const SECRET = 'auth0-example-secret-for-development-only'

let dev: DevServer
const it = onShared(startDev, (opened) => {
  dev = opened
})

const run = (line: string) => clientry(line.split(' '), { folder: dev.folder })
const path = (name: string) => join(dev.folder, 'clients', name)
const text = (name: string) => readFileSync(path(name), 'utf8')
const write = (name: string, content: string) => writeFileSync(path(name), content)
const replace = (name: string, from: string | RegExp, to: string) =>
  write(name, text(name).replace(from, to))
const held = async (name = 'exampleClientId') =>
  JSON.parse((await run(`get ${name} --json`)).out) as Client
const plan = async () => {
  const { code, err, out } = await run('plan clients --out plan.json')
  expect({ code, err: err.replace(/^Apply it with.*\n/, '') }, out).toEqual({ code: 0, err: '' })
  return JSON.parse(readFileSync(join(dev.folder, 'plan.json'), 'utf8')) as PlanFile
}

const writePlan = (content: object) =>
  writeFileSync(join(dev.folder, 'plan.json'), JSON.stringify(content))
/** The plan with its digest made anew, as someone who wants to slip something in would. */
function withDigest({ digest: _, ...plan }: Record<string, unknown>): object {
  const sorted = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(sorted)
    const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(members.map(([name, inner]) => [name, sorted(inner)]))
  }
  const text = JSON.stringify(sorted(plan))
  return { ...plan, digest: createHash('sha256').update(text).digest('hex') }
}

beforeEach(async () => {
  rmSync(join(dev.folder, 'clients'), { recursive: true, force: true })
  const { code, err } = await run('export clients')
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

describe('import native', () => {
  const native = (name: string, content: object) =>
    writeFileSync(join(dev.folder, name), JSON.stringify(content))

  it('writes what the provider itself holds, which is no drift, and leaves out what it does not name', async () => {
    const { id, name: shown, callbacks, grantTypes } = await held('local/exampleClientId')
    const record = {
      client_id: id,
      client_name: shown,
      client_secret: SECRET,
      redirect_uris: callbacks,
      grant_types: grantTypes,
    }
    native('native.json', { clients: [record] })
    rmSync(join(dev.folder, 'clients'), { recursive: true })
    const done = await run('import native native.json --provider local')
    expect(done).toMatchObject({ code: 0, err: '' })
    const [name = ''] = readdirSync(path('local'))
    const file = parseClientFile(name, text(`local/${name}`))
    expect(Object.keys(file.client).sort()).toEqual(['callbacks', 'grantTypes', 'name'])
    expect(text(`local/${name}`)).not.toContain(SECRET)
    expect((await plan()).items).toEqual([])
    native('native.json', { ...record, redirect_uris: ['https://app.example.com/other'] })
    const refused = await run('import native native.json --provider local')
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--overwrite') })
    await run('import native native.json --provider local --overwrite')
    expect((await plan()).items).toHaveLength(1)
  })

  it.each([
    ['{', /native\.json is not valid JSON/],
    [`{"client_secret":${SECRET}}`, /native\.json is not valid JSON/],
    ['[1]', /native\.json is no client/],
    ['{"ClientId":"a"}', /has neither id nor name where this provider has them/],
  ])('refuses %s', async (content, says) => {
    writeFileSync(join(dev.folder, 'native.json'), content)
    const { code, err } = await run('import native native.json --provider local')
    expect(code).not.toBe(0)
    expect(err).toMatch(says)
    expect(err).not.toContain(SECRET.slice(0, 6))
  })
})

describe('export', () => {
  it('writes each client once, by provider and pool, without a secret', () => {
    const names = readdirSync(join(dev.folder, 'clients'), { recursive: true, encoding: 'utf8' })
    const files = names.filter((name) => name.endsWith('.yaml')).sort()
    expect(files).toContain(EXAMPLE)
    expect(files.some((name) => name.startsWith('cognito-client/us-east-1_1234test/'))).toBe(true)
    expect(files.some((name) => name.startsWith('local/'))).toBe(true)
    for (const name of files) expect(text(name)).not.toMatch(/secret: |development-only/)
    expect(text(EXAMPLE)).not.toContain(SECRET)
  })

  it('is what the providers hold, at every one of them', async () => {
    expect(await run('drift clients --unmanaged')).toMatchObject({ code: 0, err: '' })
    expect((await plan()).items).toEqual([])
  })

  it('replaces no file that says something else, unless asked', async () => {
    replace(EXAMPLE, 'name: ', 'name: My ')
    const refused = await run('export clients')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain(EXAMPLE)
    expect((await run('export clients --overwrite')).code).toBe(0)
    expect(text(EXAMPLE)).not.toContain('My ')
  })
})

describe('drift', () => {
  it('ends with 1 and reports what differs, and what has no file where that is asked', async () => {
    await run('set exampleClientId --add-callback https://drift.example.com/cb --yes')
    const drift = await run('drift clients')
    expect(drift).toMatchObject({ code: 1, err: '' })
    expect(drift.out).toContain('- https://drift.example.com/cb')
    await run('set exampleClientId --remove-callback https://drift.example.com/cb --yes')
    expect((await run('drift clients')).code).toBe(0)
    rmSync(path(EXAMPLE))
    write('auth0/other.yaml', 'provider: auth0\nid: exampleClientId\nclient: {}\n')
    expect((await run('drift clients --unmanaged')).code).toBe(0)
    rmSync(path('local'), { recursive: true })
    expect((await run('drift clients')).code).toBe(0)
  })

  it('manages only what a file names', async () => {
    write(EXAMPLE, 'provider: auth0\nid: exampleClientId\nclient: { appType: regular_web }\n')
    await run('set exampleClientId description=elsewhere --yes')
    expect((await run('drift clients')).code).toBe(0)
  })

  it.each([
    ['auth0/exampleClientId', 'client.grantTypes'],
    [
      'cognito-client/us-east-1_1234test/exampleClientId',
      'client.grantTypes',
      'client.providerSettings.ExplicitAuthFlows',
    ],
  ])('leaves alone what a suspension of %s holds, and reports it', async (client, ...held) => {
    expect((await run(`suspend ${client} --yes`)).code).toBe(0)
    const drift = await run('drift clients')
    expect(drift).toMatchObject({ code: 0, err: '' })
    for (const what of held) expect(drift.out).toContain(`${what} is left alone`)
    await run('export clients --overwrite')
    expect((await run(`resume ${client} --yes`)).code).toBe(0)
    expect(await run('drift clients')).toMatchObject({ code: 0, err: '' })
  })

  it('leaves leased values alone, and reports them', async () => {
    const value = 'https://pr-1.preview.example.com/callback'
    const sdk = connect({ url: dev.url, token: (await run('token')).out.trim() })
    const lease = { field: 'callbacks', value, owner: 'pr-1', ttlSeconds: 600 } as const
    await sdk.putLease('exampleClientId', lease)
    const drift = await run('drift clients')
    await sdk.endLeases('exampleClientId', { owner: 'pr-1' })
    expect(drift).toMatchObject({ code: 0, err: '' })
    expect(drift.out).toContain(`${value} in client.callbacks is left alone: it is under a lease.`)
  })
})

describe('plan and apply', () => {
  it('change field by field what a file says, once', async () => {
    replace(EXAMPLE, /description: .*/, 'description: By file')
    const { items } = await plan()
    expect(items).toMatchObject([
      {
        action: 'update',
        id: 'exampleClientId',
        changes: [{ field: 'description', after: 'By file' }],
      },
    ])
    const before = await held()
    const applied = await run('apply plan.json --yes')
    expect(applied).toMatchObject({ code: 0, err: '' })
    expect(applied.out).toMatch(/change auth0\/exampleClientId .*done, operation \S+/)
    const { description, updatedAt, ...rest } = await held()
    expect(description).toBe('By file')
    const { description: _, updatedAt: __, ...was } = before
    expect(rest).toEqual(was)
    const again = await run('apply plan.json --yes')
    expect(again).toMatchObject({ code: 0, out: 'Nothing to change.\n' })
    expect(again.err).toContain('1 of 1 are already as planned')
  })

  it('refuse a plan whose clients have changed, say which, and send nothing', async () => {
    replace(EXAMPLE, /name: .*/, 'name: By plan')
    const cognito = readdirSync(path('cognito-client/us-east-1_1234test'))[0] ?? ''
    replace(`cognito-client/us-east-1_1234test/${cognito}`, /name: .*/, 'name: By plan')
    expect((await plan()).items).toHaveLength(2)
    await run('set exampleClientId description=moved --yes')
    const refused = await run('apply plan.json --yes')
    expect(refused).toMatchObject({ code: 5, out: '' })
    expect(refused.err).toMatch(/Clients have changed.*\n.*auth0\/exampleClientId.*changed since/)
    expect((await held('cognito-client/us-east-1_1234test/exampleClientId')).name).not.toBe(
      'By plan',
    )
    expect((await held()).name).not.toBe('By plan')
  })

  it('make a client, write its id into its file, and never make it twice', async () => {
    const name = 'local/portal.yaml'
    write(
      name,
      '# of the portal team\nprovider: local\nkind: web\nclient:\n  name: Portal by file\n  callbacks: [https://portal.example.com/cb]\n',
    )
    const { items } = await plan()
    expect(items).toMatchObject([{ action: 'create', name: 'Portal by file' }])
    const planned = readFileSync(join(dev.folder, 'plan.json'), 'utf8')
    const applied = await run('apply plan.json --yes')
    expect(applied.code).toBe(0)
    const [, id = ''] = /its id is ([^)]+)\)/.exec(applied.out) ?? []
    expect(text(name)).toContain(`id: ${id}`)
    expect(text(name)).toContain('# of the portal team')
    expect((await plan()).items).toEqual([])
    writeFileSync(join(dev.folder, 'plan.json'), planned)
    const again = await run('apply plan.json --yes')
    expect(again.out).toContain(id)
    const list = (await run('drift clients --unmanaged')).out
    expect(list).not.toContain('Portal by file')
  })

  it('remove nothing unless asked, and then what has no file', async () => {
    const made = await run(
      'create --kind spa --provider local name=Stray callbacks=https://stray.example.com/ --yes --json',
    )
    const { id } = JSON.parse(made.out) as Client
    expect((await plan()).items).toEqual([])
    const protectedNow = await run(`protect local/${id} --yes`)
    expect(protectedNow.code).toBe(0)
    const kept = await run('plan clients --delete-unmanaged --out plan.json')
    expect(kept.out).toContain('is protected')
    await run(`unprotect local/${id} --yes`)
    await run('plan clients --delete-unmanaged --out plan.json')
    const items = JSON.parse(readFileSync(join(dev.folder, 'plan.json'), 'utf8'))
      .items as PlanItem[]
    expect(items.filter(({ action }) => action === 'delete')).toMatchObject([{ id }])
    expect((await run('apply plan.json --yes')).code).toBe(0)
    expect((await run(`get local/${id}`)).code).toBe(4)
  })

  it('refuse a plan that does more than it shows', async () => {
    replace(EXAMPLE, /description: .*/, 'description: Harmless')
    const made = await plan()
    const before = await held()
    const evil = 'https://evil.example.net/cb'
    const items = made.items.map((item) => ({
      ...item,
      patch: { description: 'Harmless', callbacks: [evil] },
    }))
    writePlan({ ...made, items })
    const edited = await run('apply plan.json --yes')
    expect(edited).toMatchObject({ code: 7, out: '' })
    expect(edited.err).toContain('plan.json was edited after it was made')
    writePlan(withDigest({ ...made, items }))
    const forged = await run('apply plan.json --yes')
    expect(forged).toMatchObject({ code: 5, out: '' })
    expect(forged.err).toMatch(
      /auth0\/exampleClientId.*: applying it would do something else than the plan shows/,
    )
    expect(await held()).toEqual(before)
  })

  it.each<[string, (item: PlanItem) => object]>([
    [
      'the values of a new client',
      (item) => ({ ...item, patch: { name: 'Planned', callbacks: ['https://evil.example.net/'] } }),
    ],
    [
      'the name of a new client',
      (item) => ({
        ...item,
        patch: { name: 'Another', callbacks: ['https://planned.example.com/'] },
      }),
    ],
  ])('refuse a plan in which %s is not as shown', async (_, edit) => {
    write(
      'auth0/planned.yaml',
      'provider: auth0\nkind: spa\nclient:\n  name: Planned\n  callbacks: [https://planned.example.com/]\n',
    )
    const made = await plan()
    // What a new client starts from is a matter of its kind, so that is shown as well.
    expect((await run('plan clients')).out).toContain('create auth0/(new) spa Planned\n')
    expect(made.items).toMatchObject([
      { action: 'create', changes: expect.arrayContaining([expect.anything()]) },
    ])
    writePlan(withDigest({ ...made, items: made.items.map(edit) }))
    const refused = await run('apply plan.json --yes')
    expect(refused).toMatchObject({ code: 5, out: '' })
    expect(refused.err).toContain('something else than the plan shows')
    expect((await run('list --fresh --provider auth0 --all')).out).not.toMatch(/Planned|Another/)
  })

  it('refuse a plan that removes another client than it shows', async () => {
    const made = await run('create --kind spa --provider auth0 name=Victim --yes --json')
    const { id } = JSON.parse(made.out) as Client
    await run('plan clients --delete-unmanaged --out plan.json')
    const planned = JSON.parse(readFileSync(join(dev.folder, 'plan.json'), 'utf8')) as PlanFile
    const items = planned.items.map((item) => ({ ...item, name: 'Obsolete' }))
    writePlan(withDigest({ ...planned, items }))
    const refused = await run('apply plan.json --yes')
    expect(refused).toMatchObject({ code: 5, out: '' })
    writePlan(planned)
    expect((await run('apply plan.json --yes')).code).toBe(0)
    expect((await run(`get ${id}`)).code).toBe(4)
  })

  it('write the id of a new client into its own file below the folder only', async () => {
    const victim =
      'provider: local\nkind: web\nclient: { name: Outside, callbacks: [https://outside.example.com/cb] }\n'
    writeFileSync(join(dev.folder, 'victim.yaml'), victim)
    write('local/outside.yaml', victim)
    const made = await plan()
    const elsewhere = (file: string, folder = made.folder) =>
      writePlan(
        withDigest({ ...made, folder, items: made.items.map((item) => ({ ...item, file })) }),
      )
    for (const [file, folder, says] of [
      ['../victim.yaml', undefined, 'is not below clients'],
      ['clients/../victim.yaml', undefined, 'is not below clients'],
      [join(dev.folder, '..', 'victim.yaml'), '..', 'is not below this directory'],
      [`clients/${EXAMPLE}`, undefined, 'is not the file of the new client'],
    ] as const) {
      elsewhere(file, folder)
      const refused = await run('apply plan.json --yes')
      expect(refused, file).toMatchObject({ out: '', err: expect.stringContaining(says) })
      expect(refused.code).toBeGreaterThan(0)
    }
    expect(readFileSync(join(dev.folder, 'victim.yaml'), 'utf8')).toBe(victim)
    expect((await run('list --fresh --provider local --all')).out).not.toContain('Outside')
    // The very same path, which a link leads out of the folder.
    rmSync(path('local/outside.yaml'))
    symlinkSync(join(dev.folder, 'victim.yaml'), path('local/outside.yaml'))
    writePlan(made)
    const applied = await run('apply plan.json --yes')
    expect(applied.code).toBe(0)
    expect(applied.err).toMatch(
      /outside.yaml was not written, because a symbolic link leads elsewhere. Its new client is \S+\.\n/,
    )
    expect(readFileSync(join(dev.folder, 'victim.yaml'), 'utf8')).toBe(victim)
  })

  it('ask a person, and refuse to go on without one', async () => {
    replace(EXAMPLE, /name: .*/, 'name: No one there')
    await plan()
    const refused = await run('apply plan.json')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain('--yes')
    // It has no such option.
    expect(refused.err).not.toContain('--dry-run')
  })

  it.each([
    ['no plan', '{}'],
    ['no JSON', 'provider: auth0'],
    [
      'an item without its state',
      '{"format":"clientry-plan-2","madeAt":"x","folder":"f","digest":"0","items":[{"action":"update"}]}',
    ],
  ])('refuse %s', async (_, content) => {
    writeFileSync(join(dev.folder, 'plan.json'), content)
    const refused = await run('apply plan.json --yes')
    expect(refused.code).toBe(7)
    expect(refused.err).toContain('plan.json')
  })

  it('name the file at fault, and nothing of its secret', async () => {
    write('auth0/broken.yaml', 'provider: auth0\nclient: { secret: hunter2 }\n')
    const refused = await run('plan clients')
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.out).toContain('0 to create, 0 to change, 0 to delete.')
    expect(refused.err).toContain('clients/auth0/broken.yaml: names client.secret')
    expect(refused.err).not.toContain('hunter2')
  })
})

it('a file that names a setting which is a field by now still means the same, and warns its reader', async () => {
  const [old, other] = ['https://old.example.com/policy', 'https://new.example.com/policy']
  const { out } = await run(
    `create --kind web --provider local name=Before callbacks=https://old.example.com/cb policyUri=${old} --yes --json`,
  )
  const { id } = JSON.parse(out) as Client
  const setting = (policy: string) =>
    write(
      'local/before.yaml',
      `provider: local\nid: ${id}\nclient: { providerSettings: { policy_uri: ${policy} } }\n`,
    )
  setting(old)
  const drift = await run('drift clients')
  expect(drift).toMatchObject({ code: 0, err: '' })
  expect(drift.out).toContain(
    'client.providerSettings.policy_uri is read as client.policyUri, which has replaced it',
  )
  setting(other)
  expect((await plan()).items).toMatchObject([
    { id, changes: [{ field: 'policyUri', before: old, after: other }] },
  ])
  expect((await run('apply plan.json --yes')).code).toBe(0)
  expect((await held(`local/${id}`)).policyUri).toBe(other)
})
