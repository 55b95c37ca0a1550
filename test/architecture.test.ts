/** Imports go downwards only; what is pure stays pure; one module reads the environment. */

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/** Layer → the layers that it may import, itself included. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  // Of the core, types alone: see below.
  contract: ['core', 'contract'],
  net: ['core', 'net'],
  store: ['core', 'net', 'store'],
  providers: ['core', 'net', 'store', 'providers'],
  service: ['core', 'store', 'providers', 'service'],
  http: ['core', 'contract', 'providers', 'service', 'http'],
  observe: ['core', 'store', 'providers', 'service', 'http', 'observe'],
  config: ['core', 'contract', 'net', 'providers', 'service', 'http', 'config'],
  node: ['core', 'net', 'http', 'node'],
  lambda: ['core', 'http', 'lambda'],
  program: [
    ...['core', 'net', 'store', 'providers', 'service', 'http', 'observe', 'config', 'node'],
    'program',
  ],
  dev: ['core', 'net', 'providers', 'node', 'dev'],
  sdk: ['core', 'contract', 'sdk'],
  // Only what the SDK can do, and the reading and writing of JSON.
  console: ['core', 'sdk', 'console'],
  tokens: ['core', 'net', 'sdk', 'tokens'],
  emulators: ['core', 'net', 'emulators'],
  files: ['core', 'sdk', 'files'],
  cli: [
    ...[
      'core',
      'net',
      'store',
      'providers',
      'service',
      'http',
      'config',
      'program',
      'dev',
      'sdk',
      'tokens',
      'files',
    ],
    ...['cli', 'entry'],
  ],
  action: ['core', 'net', 'config', 'sdk', 'tokens', 'files', 'cli', 'action'],
  entry: [
    ...[
      'core',
      'store',
      'providers',
      'http',
      'observe',
      'config',
      'node',
      'lambda',
      'program',
      'dev',
    ],
    ...['emulators', 'entry'],
  ],
}

/** What stands in the root of `src/`: programs to start, and nothing else. */
const ENTRIES = ['dev.ts', 'lambda.ts', 'serve.ts']

const MOST_FILES_IN_A_FOLDER = 15

interface Source {
  readonly path: string
  readonly layer: string
  readonly text: string
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({
    path: path.split(sep).join('/'),
    layer: layerOf(join(SRC, path)),
    text: readFileSync(join(SRC, path), 'utf8'),
  }))

function layerOf(path: string): string {
  const [first = '', ...rest] = relative(SRC, path).split(sep)
  return rest.length === 0 ? 'entry' : first
}

/** The layers, or packages, from which a module takes more than types. */
function valuesFrom({ path, text }: Source): readonly string[] {
  const values = [...text.matchAll(/^(?:import|export) (?!type\b)[^'();=]*from '([^']+)'/gm)]
  return values.map(([, target = '']) =>
    target.startsWith('.') ? layerOf(join(SRC, path, '..', target)) : target,
  )
}

const importsOf = ({ text }: Source) =>
  [...text.matchAll(/(?<!')(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => target)

describe('every module', () => {
  it('belongs to a layer that is known', () => {
    expect([...new Set(sources.map(({ layer }) => layer))].sort()).toEqual(
      Object.keys(MAY_IMPORT).sort(),
    )
  })

  it('in the root is an entry', () => {
    const root = sources.filter(({ layer }) => layer === 'entry').map(({ path }) => path)
    expect(root.sort()).toEqual(ENTRIES)
  })

  it('stands in a folder that can be taken in at a glance', () => {
    const counts = new Map<string, number>()
    for (const { path } of sources) {
      const folder = posix.dirname(path)
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
    const crowded = [...counts].filter(([, files]) => files > MOST_FILES_IN_A_FOLDER)
    expect(crowded).toEqual([])
  })

  it.each(sources)('$path imports downwards only', (source) => {
    for (const target of importsOf(source).filter((one) => one.startsWith('.'))) {
      const layer = layerOf(join(SRC, source.path, '..', target))
      expect(MAY_IMPORT[source.layer], `${source.path} imports ${target}`).toContain(layer)
    }
  })

  // What tests are to be believed by must not share tables with what is tested.
  it.each(sources.filter(({ layer }) => layer === 'emulators'))(
    '$path takes nothing of the core but the reading and writing of JSON',
    ({ text }) => {
      const core = importsOf({ text } as Source).filter((target) => target.includes('/core/'))
      expect(
        core.filter((target) => !/\/core\/json\/json-(text|number)\.ts$/.test(target)),
      ).toEqual([])
    },
  )

  it.each(sources)('$path opens with a docstring', ({ text }) => {
    expect(text).toMatch(/^\/\*\*/)
  })
})

it('no modules import each other, in types or at run time, by however many steps', () => {
  const targets = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source)
        .filter((target) => target.startsWith('.'))
        .map((target) => posix.join(posix.dirname(source.path), target)),
    ]),
  )
  const ended = new Set<string>()
  /** The first circle on the way down from a module; `way` leads to it. */
  const circleFrom = (path: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path]
    if (ended.has(path)) return undefined
    for (const target of targets.get(path) ?? []) {
      const circle = circleFrom(target, [...way, path])
      if (circle !== undefined) return circle
    }
    ended.add(path)
    return undefined
  }
  for (const path of targets.keys()) expect(circleFrom(path, [])).toBeUndefined()
})

describe('core', () => {
  const core = sources.filter(({ layer }) => layer === 'core')

  it.each(core)('$path has no I/O, no clock and no chance', (source) => {
    const platform = importsOf(source).filter((target) => target.startsWith('node:'))
    expect(['node:crypto', 'node:util', 'node:url']).toEqual(expect.arrayContaining(platform))
    expect(source.text).not.toMatch(/Date\.now\(|new Date\(\)|Math\.random|randomBytes|process\./)
  })
})

describe('sdk', () => {
  const sdk = sources.filter(({ layer }) => layer === 'sdk')

  it.each(sdk)('$path takes nothing but types from what is not pure', (source) => {
    const others = valuesFrom(source).filter(
      (layer) => !['core', 'contract', 'sdk'].includes(layer),
    )
    expect(others).toEqual([])
  })
})

// What callers and servers share is plain data: no schema library, nothing that the core makes of one.
describe('contract', () => {
  const contract = sources.filter(({ layer }) => layer === 'contract')

  it.each(contract)('$path is data and interfaces, without schemas', (source) => {
    expect(valuesFrom(source).filter((layer) => layer !== 'contract')).toEqual([])
    expect(importsOf(source).filter((target) => !target.startsWith('.'))).toEqual([])
  })
})

it('nothing asks URL.canParse, which is wrong about Latin-1 on Node 20', () => {
  const found = sources.filter(({ text }) => /URL\.canParse\(/.test(text)).map(({ path }) => path)
  expect(found).toEqual([])
})

it('only config.ts reads the environment', () => {
  const readers = sources.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path)
  expect(readers).toEqual(['config/environment.ts'])
})

it('only retry.ts tries again, and only providers/http.ts and net open connections', () => {
  const web = sources.filter((source) => importsOf(source).includes('node:https'))
  expect(web.every(({ layer }) => layer === 'net' || layer === 'providers')).toBe(true)
  const global = sources
    .filter(({ text }) => /(?<![.\w])fetch\(/.test(text))
    .map(({ path }) => path)
  // The page of the console is a browser's.
  expect(global).toEqual(['console/frame/session.ts'])
})

it('only the Node entries load what counts', () => {
  const loading = (target: string) =>
    sources.filter((source) => importsOf(source).includes(target)).map(({ path }) => path)
  expect(loading('prom-client')).toEqual(['observe/metrics.ts'])
  const loaders = sources
    .filter(
      ({ path, text }) => path !== 'observe/metrics.ts' && text.includes('observe/metrics.ts'),
    )
    .map(({ path }) => path)
  // What a function loads where a collector is named, and only then (test/lambda-size.test.ts).
  expect(loaders.sort()).toEqual(['dev.ts', 'program/telemetry/lambda-telemetry.ts', 'serve.ts'])
})

it('every property takes its number of samples from property.ts', () => {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'architecture.test.ts')
    .map((path) => ({ path, text: readFileSync(join('test', path), 'utf8') }))
    .filter(({ text }) => /\bfc\.(?:assert|check)\(/.test(text))
  expect(tests.length).toBeGreaterThan(30)
  const own = tests.filter(
    ({ text }) =>
      // Samples of a fixed seed are no property.
      /(?<!seed: \d, )numRuns: [0-9]/.test(text) ||
      (text.match(/\bfc\.(?:assert|check)\(/g) ?? []).length >
        (text.match(/\bnumRuns: runs\(|\bRUNS\b(?! =)/g) ?? []).length,
  )
  expect(own.map(({ path }) => path)).toEqual([])
})
