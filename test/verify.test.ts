/** `clientry verify` as a process: its exit codes, what it writes, and files that are damaged. */

import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Verdict } from '../src/service/reading/verify.ts'
import { addCheckpoint } from '../src/service/upkeep/checkpoint.ts'
import type { Checkpoint } from '../src/store/log/entry.ts'
import { resourceOf } from '../src/store/resource.ts'
import { openDatabase, openToRead } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import { type Bench, openBench } from './contract/service.ts'
import { type Subject, subjectNamed } from './contract/subjects.ts'

const ENTRY = fileURLToPath(new URL('../dist/cli/clientry.js', import.meta.url))
const LOCAL = subjectNamed('local')
const KEY = Buffer.alloc(32, 7)
/** Damaged copies of the file: each is checked by a process of its own. */
const DAMAGES = 45

let subject: Subject
let bench: Bench
let last: Checkpoint | undefined
/** The whole database in one file, as a server leaves it. */
let bytes: Buffer
let folder: string

beforeAll(async () => {
  subject = await LOCAL.start()
  bench = await openBench(new Map([['it', subject.provider]]), { key: KEY })
  for (const name of ['One', 'Two', 'Three']) await bench.change(subject.ref, { name })
  last = await addCheckpoint(bench.service)
  bench.database.exec('pragma wal_checkpoint(truncate)')
  bytes = readFileSync(bench.path)
  folder = join(bench.path, '..')
})
afterAll(async () => {
  await bench.close()
  await subject.close()
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function verify(options: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ENTRY, 'verify', ...options], { env, cwd: folder })
    const texts = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      texts.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      texts.err += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
  })
}

/** A copy of the database, damaged or edited, under a name of its own. */
function copyOf(name: string, content: Buffer = bytes): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function editedCopy(name: string, sql: string): Promise<string> {
  const path = copyOf(name)
  const database = await openDatabase(path)
  database.exec(sql)
  database.close()
  return path
}

const written = () => `${last?.seq}:${last?.hash}`

describe('clientry verify', () => {
  it('says how it is used', async () => {
    const { code, out, err } = await verify(['--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/usage:.*\n\noptions:\n {2}--database FILE/)
  })

  it('reports that everything is right, without any control code, and leaves the file as it is', async () => {
    const path = copyOf('right.db')
    const { code, out, err } = await verify(['--database', path])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /^7 records in 2 logs\nnewest checkpoint: 1:[\w-]{43}, 2.*Z\neverything is right\n$/,
    )
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('checks a file that a server is working on', async () => {
    await bench.change(subject.ref, { description: 'While it is checked' })
    const { code, out } = await verify(['--database', bench.path])
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('9 records') })
  })

  it('gives its verdict as JSON', async () => {
    const { code, out } = await verify(['--database', copyOf('json.db'), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ records: 7, logs: 2, faults: [] })
  })

  it('ends with 1 and the first bad record, and writes nothing that a terminal obeys', async () => {
    const path = await editedCopy(
      'edited.db',
      `update log set entry = replace(entry, 'Two', 'Too') where seq = 3`,
    )
    const { code, out } = await verify(['--database', path])
    expect(code).toBe(1)
    const resource = resourceOf(subject.ref)
    expect(out).toContain(`record 3 of ${resource}: its hash does not match its content\n`)
    expect(out).not.toContain('everything is right')
    const json = await verify(['--database', path, '--json'])
    expect(json.code).toBe(1)
    expect((JSON.parse(json.out) as Verdict).faults).toMatchObject([{ resource, seq: 3 }])

    const spoil = `update log set resource = char(27) || '[2K' || char(10) || 'everything is right'`
    const odd = await verify(['--database', await editedCopy('odd.db', `${spoil} where seq = 5`)])
    expect(odd.code).toBe(1)
    expect(odd.out).toContain('record 5 of \\u001b[2K\\u000aeverything is right: ')
    expect([...odd.out].filter((one) => one < ' ' && one !== '\n')).toEqual([])
  })

  it('asks for a checkpoint that was written down', async () => {
    const path = await editedCopy('cut.db', `delete from log where resource like '["$%'`)
    expect(await verify(['--database', path])).toMatchObject({
      code: 0,
      out: expect.stringContaining('no checkpoint yet'),
    })
    expect(await verify(['--database', path, '--checkpoint', written()])).toMatchObject({
      code: 1,
      out: expect.stringContaining('it is not the expected checkpoint'),
    })
    const good = ['--database', copyOf('good.db'), '--checkpoint', written()]
    expect(await verify(good)).toMatchObject({ code: 0 })
  })

  it('checks the store and the codes by the configuration', async () => {
    const config = (key: Buffer) => ({
      CLIENTRY_CONFIG_JSON: JSON.stringify({
        key: { env: 'KEY' },
        store: { type: 'sqlite', path: copyOf('configured.db') },
        providers: {
          auth0: {
            type: 'auth0',
            domain: 'example.eu.auth0.com',
            clientId: 'clientry',
            clientSecret: { env: 'KEY' },
          },
        },
        auth: {
          issuers: [{ issuer: 'https://issuer.example/', audience: ['clientry'] }],
        },
      }),
      KEY: key.toString('base64'),
    })
    expect(await verify([], config(KEY))).toMatchObject({ code: 0, err: '' })
    expect(await verify([], config(Buffer.alloc(32, 8)))).toMatchObject({
      code: 1,
      out: expect.stringContaining('its code was not made with the present key'),
    })
  })

  it.each([
    ['an option that is none', ['--nonsense'], /--nonsense.*verify --help/],
    ['a checkpoint that is none', ['--checkpoint', '1'], /SEQ:HASH/],
    ['no configuration', [], /--database FILE.*CLIENTRY_CONFIG/],
    ['a file that is not there', ['--database', 'missing.db'], /no file missing\.db/],
    ['a folder', ['--database', '.'], /no file/],
    ['an empty file', ['--database', 'empty.db'], /no history in empty\.db/],
    ['a file that is no database', ['--database', 'text.db'], /cannot be read: .*not a database/],
  ])('ends with 2 and a sentence for %s', async (_, options, says) => {
    copyOf('empty.db', Buffer.alloc(0))
    copyOf('text.db', Buffer.from('no database, whatever its name says\n'.repeat(100)))
    const { code, out, err } = await verify(options)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(says)
    expect(err).not.toMatch(/^\s+at /m)
    expect(readFileSync(join(folder, 'empty.db'))).toHaveLength(0)
  })

  it('never calls a damaged file right, unless every record in it still is', async () => {
    const texts = await textsIn(copyOf('whole.db'))
    const whole = texts.filter((text) => bytes.includes(text))
    expect(whole.length).toBeGreaterThan(0)
    for (let damage = 0; damage < DAMAGES; damage += 1) {
      // Every third one inside a record, the others over the whole file, its header with them.
      const inside = damage % 3 === 0
      const text = whole[damage % whole.length] ?? ''
      const places = inside
        ? placesOf(text).map((start) => start + ((damage * 53) % text.length))
        : [Math.floor(((damage * damage) / (DAMAGES * DAMAGES)) * bytes.length)]
      const content = Buffer.from(bytes)
      for (const at of places) content[at] = (content[at] ?? 0) ^ (1 << (damage % 8))
      const path = copyOf('damaged.db', content)
      const { code, err } = await verify(['--database', path])
      expect(err, `byte ${places}`).not.toMatch(/^\s+at /m)
      expect(inside ? [1, 2] : [0, 1, 2], `byte ${places}`).toContain(code)
      if (code === 0) expect(await textsIn(path), `byte ${places}`).toEqual(texts)
    }
  })
})

async function textsIn(path: string): Promise<readonly string[]> {
  const store = createSqliteStore(await openToRead(path))
  const texts: string[] = []
  for await (const { text } of store.records()) texts.push(text)
  await store.close()
  return texts
}

/** Where a text stands in the file: SQLite leaves old copies in the free space of a page. */
function placesOf(text: string): readonly number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at)
  return places
}
