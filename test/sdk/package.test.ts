/**
 * The package as it is published: its exports lead somewhere, its types resolve in every way in which
 * they are looked for, and the SDK runs where nothing else is installed, in Node and for a browser.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sdkExamples } from './examples.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

/** A folder of someone who has installed the package, without any of its dependencies. */
let folder: string
let installed: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-sdk-'))
  installed = join(folder, 'node_modules', 'clientry')
  mkdirSync(installed, { recursive: true })
  const options = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const packed = execFileSync('npm', options, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
  const [{ filename = '' } = {}] = JSON.parse(packed) as { filename?: string }[]
  const into = ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1']
  execFileSync('tar', into)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'consumer.ts'), CONSUMER)
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

const CONSUMER = `
import { type Client, ClientryError, connect, type Plan } from 'clientry/sdk'

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

it('publint finds nothing', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true, pack: false })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
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
    'consumer.ts',
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

it('runs in Node where nothing else is installed', () => {
  const program = `
    import { ClientryError, connect } from 'clientry/sdk'
    const { getHealth } = connect({ url: 'http://127.0.0.1:1', retryForMs: 0 })
    const error = await getHealth().catch((error) => error)
    console.log(error instanceof ClientryError, error.code)
  `
  writeFileSync(join(folder, 'program.js'), program)
  const out = execFileSync(process.execPath, ['program.js'], { cwd: folder, encoding: 'utf8' })
  expect(out).toBe('true unreachable\n')
})

it('is bundled for a browser without anything of Node', async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: "export { connect } from 'clientry/sdk'", resolveDir: folder },
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
  const text = readFileSync(join(installed, 'dist', 'sdk.js'), 'utf8')
  expect(text).not.toMatch(/^import |\bimport\(|\brequire\(/m)
})
