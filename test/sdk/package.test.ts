/**
 * The two packages as they are released: their exports lead somewhere, their types resolve in every way in which
 * they are looked for, and the SDK runs where nothing else is installed, in Node and for a browser. In a real browser:
 * test/browser/sdk.test.ts.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sdkExamples } from './examples.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

/** What is packed: the program, and the SDK alone. */
const PACKAGES = [
  { name: 'clientry', from: ROOT, sdk: 'clientry/sdk' },
  { name: 'clientry-sdk', from: join(ROOT, 'dist', 'packages', 'sdk'), sdk: 'clientry-sdk' },
]

/** A folder of someone who has installed both packages, without any of the program's dependencies. */
let folder: string
const installed = (name: string) => join(folder, 'node_modules', name)
const tarballs = new Map<string, Uint8Array>()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-sdk-'))
  for (const { name, from } of PACKAGES) {
    mkdirSync(installed(name), { recursive: true })
    const options = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
    const packed = execFileSync('npm', options, { cwd: from, encoding: 'utf8', stdio: 'pipe' })
    const [{ filename = '' } = {}] = JSON.parse(packed) as { filename?: string }[]
    const tarball = join(folder, filename)
    tarballs.set(name, readFileSync(tarball))
    execFileSync('tar', ['-xzf', tarball, '-C', installed(name), '--strip-components=1'])
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const { name, sdk } of PACKAGES) {
    writeFileSync(join(folder, `consumer-${name}.ts`), consumerOf(sdk))
  }
  writeFileSync(join(folder, 'emulating.ts'), EMULATING)
  // What someone who tests in Node has.
  mkdirSync(join(folder, 'node_modules', '@types'))
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  }
  const node = 'declare const process: { env: Record<string, string | undefined> }\n'
  writeFileSync(join(folder, 'examples.ts'), `${node}${sdkExamples()}`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const consumerOf = (sdk: string) => `
import { type Client, ClientryError, connect, type Plan } from '${sdk}'

const api = connect({ url: 'http://localhost:8787', token: async () => 'a-token' })

export async function use(): Promise<readonly string[]> {
  const plan: { readonly body: Plan } =
    await api.updateClient('an-id', { callbacks: { add: ['https://a.example/'] } }, { dryRun: true })
  const { body }: { readonly body: Client } =
    await api.updateClient('an-id', ({ callbacks }) => ({ callbacks: [...callbacks, 'x'] }))
  // @ts-expect-error: a list has no text for its value
  await api.updateClient('an-id', { callbacks: 7 })
  // @ts-expect-error: there is no such attribute
  await api.updateClient('an-id', { callback: [] })
  for await (const { at } of api.history({ outcome: 'applied' })) at.toUpperCase()
  // @ts-expect-error: an outcome is one of a few
  api.history({ outcome: 'perhaps' })
  return [...body.callbacks, ...plan.body.changes.map(({ field }) => field)]
}

export const isGone = (error: unknown) =>
  error instanceof ClientryError && error.code === 'not_found'
// @ts-expect-error: there is no such code
export const isOdd = (error: ClientryError) => error.code === 'odd'
`

const EMULATING = `
import { startAuth0Emulator, startCognitoEmulator } from 'clientry/emulators'

export async function use(): Promise<string> {
  const auth0 = await startAuth0Emulator({ clients: [{ client_id: 'a', name: 'A' }] })
  // @ts-expect-error: a pool has an id
  await startCognitoEmulator({ pools: [{}] })
  const name = auth0.client('a')?.name
  await auth0.close()
  return \`\${auth0.url} \${name}\`
}
`

it.each(PACKAGES)('publint finds nothing in $name', async ({ name }) => {
  const { messages, pkg } = await publint({ pkgDir: installed(name), strict: true, pack: false })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

// https://github.com/arethetypeswrong/arethetypeswrong.github.io: its profile `esm-only`. Every Node of `engines` can
// require such a module; what looks for packages without `exports` is from before Node 12.
it.each(PACKAGES)('attw finds nothing in $name', async ({ name }) => {
  const tarball = tarballs.get(name) ?? new Uint8Array()
  const result = await checkPackage(createPackageFromTarballData(tarball))
  if (result.types === false) throw new Error('It has no types.')
  const kindsOf = ({ kind, ...problem }: (typeof result.problems)[number]) =>
    'resolutionKind' in problem ? `${kind} under ${problem.resolutionKind}` : kind
  const others = new Set(result.problems.map(kindsOf))
  for (const kind of NOT_FOR_MODULES) others.delete(kind)
  expect([...others]).toEqual([])
})

const NOT_FOR_MODULES = [
  'NoResolution under node10',
  'UntypedResolution under node10',
  'CJSResolvesToESM under node16-cjs',
]

it('has the version of the program, and no dependencies', () => {
  const [program, sdk] = PACKAGES.map(({ name }) =>
    JSON.parse(readFileSync(join(installed(name), 'package.json'), 'utf8')),
  )
  expect(sdk).toMatchObject({ name: 'clientry-sdk', version: program.version })
  expect(Object.keys(sdk).filter((one) => /dependencies|scripts|bin/i.test(one))).toEqual([])
})

it.each([
  ['node16', 'node16', 'es2022,dom'],
  ['nodenext', 'nodenext', 'es2022,dom'],
  ['bundler', 'esnext', 'es2022,dom,dom.iterable'],
])('types resolve under moduleResolution %s, every one checked', (resolution, module, lib) => {
  const options = ['--moduleResolution', resolution, '--module', module, '--lib', lib]
  const strict = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false']
  const asked = [
    TSC,
    ...options,
    ...strict,
    '--types',
    '',
    '--target',
    'es2022',
    ...PACKAGES.map(({ name }) => `consumer-${name}.ts`),
    'examples.ts',
  ]
  const run = () => execFileSync(process.execPath, asked, { cwd: folder, encoding: 'utf8' })
  expect(run()).toBe('')
})

it.each([
  ['node16', 'node16'],
  ['bundler', 'esnext'],
])('types of the emulators resolve under moduleResolution %s', (resolution, module) => {
  const options = ['--moduleResolution', resolution, '--module', module, '--lib', 'es2023']
  const strict = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--types', 'node']
  const asked = [TSC, ...options, ...strict, '--target', 'es2022', 'emulating.ts']
  const run = () => execFileSync(process.execPath, asked, { cwd: folder, encoding: 'utf8' })
  expect(run()).toBe('')
})

it.each(PACKAGES)('$sdk runs in Node where nothing else is installed', ({ sdk }) => {
  const program = `
    import { ClientryError, connect } from '${sdk}'
    const { getHealth } = connect({ url: 'http://127.0.0.1:1', retryForMs: 0 })
    const error = await getHealth().catch((error) => error)
    console.log(error instanceof ClientryError, error.code)
  `
  writeFileSync(join(folder, 'program.js'), program)
  const out = execFileSync(process.execPath, ['program.js'], { cwd: folder, encoding: 'utf8' })
  expect(out).toBe('true unreachable\n')
})

it.each(PACKAGES)('$sdk is bundled for a browser without anything of Node', async ({ sdk }) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { connect } from '${sdk}'`, resolveDir: folder },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    metafile: true,
    minify: true,
    write: false,
  })
  const [{ imports = [] } = {}] = Object.values(metafile.outputs)
  expect(imports).toEqual([])
  const [{ text = '' } = {}] = outputFiles
  // The summaries of operations speak of a process; code asks one for something.
  expect(text).not.toMatch(/node:|\bBuffer\b|\bprocess[.[?]|require\(/)
  expect(text.length).toBeGreaterThan(1_000)
})

it('imports nothing at all', () => {
  const text = readFileSync(join(installed('clientry-sdk'), 'index.js'), 'utf8')
  expect(readFileSync(join(installed('clientry'), 'dist', 'sdk.js'), 'utf8')).toBe(text)
  expect(text).not.toMatch(/^import |\bimport\(|\brequire\(/m)
})
