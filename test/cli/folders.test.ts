/**
 * Folders of client files as people have them: odd ids, links, hidden files. The command works on an
 * emulator without a server, and is judged by what is in the folder and at the provider.
 */

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { clientry } from './command-line.ts'
import { writeConfiguration } from './configuration.ts'

const KEY = Buffer.alloc(32, 3).toString('base64')

let auth0: Auth0Emulator
let folder: string

beforeEach(async () => {
  auth0 = await startAuth0Emulator({
    credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }],
  })
  folder = mkdtempSync(join(tmpdir(), 'clientry-folders-'))
  writeConfiguration(folder, 'clientry.yaml', auth0)
})
afterEach(async () => {
  await auth0.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (line: string) =>
  clientry([...line.split(' '), '--config', 'clientry.yaml'], {
    folder,
    env: { KEY, AUTH0_SECRET: 'management-secret' },
  })
const put = (id: string, name = 'Same') =>
  auth0.put({ ...fullAuth0Client, client_id: id, name, client_aliases: [] })
const path = (name: string) => join(folder, 'clients', name)

describe('export', () => {
  // The names are equal, so that ids alone keep the files apart.
  const IDS = ['svc:a', 'svc|a', 'svc-a', 'Abc', 'aBC', 'abc', '.hid', '...', '-', 'a b', 'é']

  it('writes a file for each client, also on a disk that ignores case', async () => {
    for (const id of IDS) put(id)
    put('b-c', 'Team')
    put('c', 'Team-b')
    expect(await run('export clients')).toMatchObject({ code: 0, err: '' })
    const files = readdirSync(path('auth0'))
    expect(files).toHaveLength(IDS.length + 2)
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(files.length)
    for (const name of files) expect(name).toMatch(/^[a-z0-9][\w.~-]*\.yaml$/i)
    const ids = files.map((name) => /^id: (.+)$/m.exec(readFileSync(path(`auth0/${name}`), 'utf8')))
    expect(ids.map((match) => (match?.[1] ?? '').replaceAll(/^"|"$/g, '')).sort()).toEqual(
      [...IDS, 'b-c', 'c'].sort(),
    )
    // What was written is what is read, so nothing is left over for a removal.
    const plan = await run('plan clients --delete-unmanaged')
    expect(plan).toMatchObject({ code: 0, err: '' })
    expect(plan.out).toContain('0 to create, 0 to change, 0 to delete.')
  })

  it('writes through no link', async () => {
    put('linked')
    writeFileSync(join(folder, 'victim'), 'not a client')
    mkdirSync(path('auth0'), { recursive: true })
    symlinkSync(join(folder, 'victim'), path('auth0/same-linked.yaml'))
    const refused = await run('export clients --overwrite')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain('a symbolic link leads elsewhere')
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('not a client')
  })
})

describe('--delete-unmanaged', () => {
  const FILE = 'auth0/same-hidden.yaml'

  beforeEach(async () => {
    put('managed')
    put('hidden')
    expect((await run('export clients')).code).toBe(0)
  })

  it.each<[string, () => void]>([
    [
      'a link to a file',
      () => {
        renameSync(path(FILE), join(folder, 'elsewhere.yaml'))
        symlinkSync(join(folder, 'elsewhere.yaml'), path(FILE))
      },
    ],
    [
      'a link to a folder',
      () => {
        mkdirSync(join(folder, 'elsewhere'))
        renameSync(path(FILE), join(folder, 'elsewhere', 'hidden.yaml'))
        symlinkSync(join(folder, 'elsewhere'), path('more'))
      },
    ],
    [
      'a link to nothing',
      () => {
        rmSync(path(FILE))
        symlinkSync(join(folder, 'nothing'), path('auth0/gone'))
      },
    ],
    [
      'a link to itself',
      () => {
        rmSync(path(FILE))
        symlinkSync(path('auth0/round'), path('auth0/round'))
      },
    ],
    [
      'a folder with a dot',
      () => {
        mkdirSync(path('auth0/.kept'))
        renameSync(path(FILE), path('auth0/.kept/hidden.yaml'))
      },
    ],
    ['a file with a dot', () => renameSync(path(FILE), path('auth0/.hidden.yml'))],
  ])('plans no deletion beside %s, and names it', async (_, hide) => {
    hide()
    const refused = await run('plan clients --delete-unmanaged --out plan.json')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toMatch(/^clientry: No deletions are planned.*:\n {2}clients\/\S+: it/)
    expect(readdirSync(folder)).not.toContain('plan.json')
    const without = await run('plan clients')
    expect(without).toMatchObject({ code: 0, err: '' })
    expect(without.out).toMatch(/note clients\/\S+: is not read, because it/)
  })

  it.each(['auth0/B.YAML', 'auth0/b.Yml'])('reads %s', async (name) => {
    renameSync(path(FILE), path(name))
    const plan = await run('plan clients --delete-unmanaged')
    expect(plan).toMatchObject({ code: 0, err: '' })
    expect(plan.out).toBe('0 to create, 0 to change, 0 to delete.\n')
  })

  it('is not kept from its work by links and hidden files of other kinds', async () => {
    writeFileSync(path('.gitignore'), '')
    symlinkSync(join(folder, 'clientry.yaml'), path('README'))
    rmSync(path(FILE))
    const plan = await run('plan clients --delete-unmanaged')
    expect(plan).toMatchObject({ code: 0, err: '' })
    expect(plan.out).toContain('remove auth0/hidden Same')
  })

  it.skipIf(process.getuid?.() === 0)('names a file that may not be read', async () => {
    chmodSync(path(FILE), 0)
    const refused = await run('plan clients --delete-unmanaged')
    expect(refused).toMatchObject({ code: 2, out: '' })
    expect(refused.err).toContain(`${FILE} cannot be read`)
  })
})
