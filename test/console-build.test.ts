/** What the build has of the console: small, with names that are hashes, and served so that a browser keeps it. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from './contract/world.ts'

const FOLDER = 'dist/console'
const ENTRY = new URL('../dist/serve.js', import.meta.url).href
/** What a browser has to load before it can show the table (bytes, gzip). */
const MOST_BYTES = 150_000

interface Manifest {
  readonly begin: {
    readonly scripts: readonly string[]
    readonly later: readonly string[]
    readonly style: string
    readonly icon: string
  }
  readonly files: readonly string[]
}
const manifest = JSON.parse(readFileSync(`${FOLDER}/console.json`, 'utf8')) as Manifest

/** What a script imports before it runs. */
function importsOf(name: string): readonly string[] {
  const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
  return [...text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map(([, other = '']) => other)
}

it('is at most 150 kB in gzip until the table is there', () => {
  const { scripts, style, icon } = manifest.begin
  const names = [...scripts, style, icon]
  expect(names.length).toBeGreaterThan(3)
  const bytes = names.map((name) => gzipSync(readFileSync(`${FOLDER}/${name}`)).length)
  expect(bytes.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(MOST_BYTES)
})

it('names every script, each after what it imports, and the view of one client among those for later', () => {
  const { scripts, later } = manifest.begin
  const all = [...scripts, ...later]
  expect([...all].sort()).toEqual(manifest.files.filter((name) => name.endsWith('.js')).sort())
  expect(later.length).toBeGreaterThan(0)
  for (const [index, name] of scripts.entries()) {
    // What is not named before it would be loaded by the import, without a hash that the policy knows.
    expect(scripts.slice(0, index), name).toEqual(expect.arrayContaining([...importsOf(name)]))
  }
  for (const name of later) expect(all).toEqual(expect.arrayContaining([...importsOf(name)]))
})

it('has no inline style, no address of another host, and nothing that makes markup of a text', () => {
  for (const name of manifest.files) {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
    expect(text, name).not.toMatch(/\beval\(|new Function\(|document\.write\(/)
    if (name.endsWith('.css')) expect(text).not.toMatch(/url\(|@import/)
  }
})

it('goes along with the function, without what is compressed', () => {
  const names = readdirSync('dist/lambda/console')
  expect(names).toEqual(expect.arrayContaining([...manifest.files]))
  expect(names.filter((name) => name.endsWith('.gz'))).toEqual([])
})

describe('the server', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({
      console: { url: 'https://clientry.example.com/base', clientId: 'console' },
      entryUrl: ENTRY,
    })
  })
  afterAll(() => world.close())

  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    world.clientry.app({
      ...{ method: 'GET', path, query: '', body: undefined, prefix: '/base' },
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      deadline: Date.now() + 20_000,
    })

  it('answers a browser with a page that runs the scripts of the build and nothing else', async () => {
    const page = await get('/', { accept: 'text/html', host: 'clientry.example.com' })
    const policy = new Map(
      (page.headers['content-security-policy'] ?? '')
        .split('; ')
        .map((one) => [one.slice(0, one.indexOf(' ')), one.slice(one.indexOf(' ') + 1)]),
    )
    const digestOf = (name: string) =>
      `sha256-${createHash('sha256')
        .update(readFileSync(`${FOLDER}/${name}`))
        .digest('base64')}`
    const { scripts, later } = manifest.begin
    expect(policy.get('script-src')).toBe(
      [...scripts, ...later].map((name) => `'${digestOf(name)}'`).join(' '),
    )
    expect(Object.fromEntries(policy)).toMatchObject({
      'default-src': "'none'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': "'none'",
    })
    expect([...policy.values()].join(' ')).not.toContain('unsafe')
    const named = [
      ...page.body.matchAll(/(?:src|href)="\/base\/console\/([^"]+\.js)" integrity="([^"]+)"/g),
    ].map(([, name = '', integrity]) => [name, integrity])
    expect(named).toEqual([...scripts, ...later].map((name) => [name, digestOf(name)]))
    expect(page.headers['cache-control']).toBe('no-store')
    const hostile = await get('/', {
      accept: 'text/html',
      host: "evil.example; script-src 'unsafe-inline'",
    })
    expect(hostile.headers['content-security-policy']).not.toContain('unsafe')
    expect((await get('/', { accept: 'application/json' })).headers['content-type']).toContain(
      'json',
    )
  })

  it('serves its files for good, compressed for whom that is right, and no others', async () => {
    for (const name of manifest.files) {
      const plain = await get(`/console/${name}`)
      const small = await get(`/console/${name}`, { 'accept-encoding': 'br;q=1.0, gzip;q=0.8' })
      expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(plain.headers['content-type']).toMatch(
        /^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/,
      )
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(small.headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(small.bytes ?? Buffer.alloc(0)).toString()).toBe(plain.body)
    }
    const refused = await get(`/console/${manifest.begin.scripts.at(-1)}`, {
      'accept-encoding': 'gzip;q=0',
    })
    expect(refused.headers['content-encoding']).toBeUndefined()
    for (const name of ['console.json', 'LICENSE', '..%2fserve.js', 'part-AAAAAAAA.js']) {
      expect((await get(`/console/${name}`)).status, name).toBe(404)
    }
  })
})
