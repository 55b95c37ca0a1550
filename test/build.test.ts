/**
 * Builds beside what runs from the last one: in a copy of this repository, with processes of their own.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from './free-port.ts'

const COPIED = [
  'src',
  'scripts',
  'packages',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.sdk.json',
  'LICENSE',
  '.npmrc',
]
/** What the scripts of package.json start. */
const ENTRIES = [
  'dev.js',
  'serve.js',
  'cli/clientry.js',
  'lambda/index.mjs',
  'emulators.js',
  'sdk.js',
]
/** Several builds follow one another, each with the compiler of the types. */
const LONG_MS = 180_000

let root: string
let dist: string
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'clientry-build-'))
  dist = join(root, 'dist')
  for (const name of COPIED.filter((one) => existsSync(one))) {
    cpSync(name, join(root, name), { recursive: true })
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'))
  await build()
}, LONG_MS)
afterAll(() => rmSync(root, { recursive: true, force: true }))

const build = (...given: readonly string[]) =>
  ended(spawn(process.execPath, [join(root, 'scripts', 'build.mjs'), ...given]))

function ended(child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(said))))
  })
}

/** Changes what modules say, so that those that hold it get other names. */
function edit(path: string, from: string, to: string): void {
  const text = readFileSync(join(root, path), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(root, path), text.replace(from, to))
}

/** Every file that an entry may import sooner or later. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  const text = readFileSync(entry, 'utf8')
  const imports = text.matchAll(/(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+\.js)["']/g)
  for (const [, target = ''] of imports) reachable(join(entry, '..', target), seen)
  return seen
}

it('leaves what runs alone, and every entry in its place, while two builds replace it', {
  timeout: LONG_MS,
}, async () => {
  const port = await freePort()
  const env = { PATH: process.env.PATH ?? '', HOME: root, PORT: String(port) }
  const server = spawn(process.execPath, [join(dist, 'dev.js')], { cwd: root, env })
  try {
    await new Promise<void>((resolve, reject) => {
      server.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes('Stop with Ctrl-C')) resolve()
      })
      server.once('exit', () => reject(new Error('the server ended')))
    })
    const files = [
      ...reachable(join(dist, 'dev.js')),
      ...reachable(join(dist, 'cli', 'clientry.js')),
    ]
    expect(files.length).toBeGreaterThan(20)
    edit('src/store/sqlite/database.ts', 'There is no history in', 'There is not any history in')
    const watch = spawn(process.execPath, ['-e', WATCH, ...ENTRIES.map((name) => join(dist, name))])
    const missing = new Promise<string>((resolve) => {
      let said = ''
      watch.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      watch.once('close', () => resolve(said))
    })
    await Promise.all([build(), build('--if-needed')])
    watch.stdin.end()
    expect(await missing).toBe('watched\n')
    expect(files.filter((file) => !existsSync(file))).toEqual([])
    const health = await fetch(`http://127.0.0.1:${port}/healthz`)
    expect(health.status).toBe(200)
    expect(readdirSync(dist).filter((name) => name.startsWith('.'))).toEqual(['.built'])
  } finally {
    server.kill('SIGKILL')
  }
})

/** Looks for every file without a pause until its input ends, and names those that are ever not there. */
const WATCH = `
  const { existsSync } = require('node:fs')
  const missing = new Set()
  let goes = true
  process.stdin.on('end', () => { goes = false }).resume()
  const look = () => {
    for (let count = 0; count < 200; count++)
      for (const path of process.argv.slice(1)) if (!existsSync(path)) missing.add(path)
    if (goes) setImmediate(look)
    else console.log(['watched', ...missing].join('\\n'))
  }
  look()
`

// A fresh clone has no build, and neither has what npm fetches from git, for which it runs no `prepack`: test/install.test.ts.
it('packs every entry with its types, and the command as a program', () => {
  const { scripts, exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(scripts.prepare).toBe('node scripts/build.mjs --if-needed')
  const packed = execFileSync('npm', ['pack', '--json'], { cwd: root, encoding: 'utf8' })
  const [{ files = [] } = {}] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as {
    files?: { path: string; mode: number }[]
  }[]
  const modes = new Map(files.map(({ path, mode }) => [path, mode]))
  const named = Object.values(exports as Record<string, Record<string, string>>).flatMap((one) =>
    Object.values(one),
  )
  for (const path of [...named, ...ENTRIES.map((one) => `./dist/${one}`)]) {
    expect([...modes.keys()]).toContain(path.slice(2))
  }
  expect((modes.get(bin.clientry.slice(2)) ?? 0) & 0o111).toBe(0o111)
  expect(
    [...modes.keys()].filter((path) => !/^(dist\/|package\.json$|README|LICENSE)/.test(path)),
  ).toEqual([])
})

it('makes the command a program, each time', () => {
  const command = join(dist, 'cli', 'clientry.js')
  expect(statSync(command).mode & 0o777).toBe(0o755)
  expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/)
})

it('does nothing where nothing has changed, and sees a change during a build', {
  timeout: LONG_MS,
}, async () => {
  const stamp = () => statSync(join(dist, '.built')).mtimeMs
  const before = stamp()
  await build('--if-needed')
  expect(stamp()).toBe(before)
  const building = build()
  // Later than the beginning of the build in any case, wherever the build is now.
  await new Promise<void>((resolve) => {
    const look = () =>
      readdirSync(dist).some((name) => name.startsWith('.building-'))
        ? resolve()
        : setImmediate(look)
    look()
  })
  edit('src/store/sqlite/database.ts', 'There is not any history in', 'There is no history in')
  await building
  await build('--if-needed')
  const texts = [...reachable(join(dist, 'serve.js'))].map((path) => readFileSync(path, 'utf8'))
  expect(texts.some((text) => text.includes('There is no history in'))).toBe(true)
  expect(stamp()).toBeGreaterThan(before)
})

it('removes what was superseded a day ago, and nothing that no build has made', {
  timeout: LONG_MS,
}, async () => {
  const path = join(dist, '.built')
  const stampNow = () =>
    JSON.parse(readFileSync(path, 'utf8')) as {
      readonly files: readonly string[]
      readonly superseded: readonly { readonly file: string; readonly at: number }[]
    }
  const stamp = stampNow()
  expect(stamp.superseded.length).toBeGreaterThan(0)
  const [old, ...young] = stamp.superseded
  const at = Date.now() - 25 * 3_600_000
  const superseded = stamp.superseded.map((one) => (one === old ? { ...one, at } : one))
  writeFileSync(path, JSON.stringify({ ...stamp, superseded }))
  writeFileSync(join(dist, 'lambda', 'clientry.json'), '{}')
  await build()
  // Names have hashes of what is in the files: the same sources give the same files.
  expect(stampNow().files.toSorted()).toEqual(stamp.files.toSorted())
  expect(existsSync(join(dist, old?.file ?? ''))).toBe(false)
  for (const { file } of young) expect(existsSync(join(dist, file)), file).toBe(true)
  expect(existsSync(join(dist, 'lambda', 'clientry.json'))).toBe(true)
})
