/**
 * The package as people get it, in an empty project with all that it needs: from a tarball, and from git, where npm builds it.
 * The second takes two installations, and is in `npm run test:long` only, as are the first commands of docs/start.md.
 */

import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freePort } from './free-port.ts'
import { patience } from './property.ts'

const ROOT = process.cwd()
const CALLBACK = 'https://installed.example/callback'
/** In `npm test` the second way is left out. */
const IS_LONG = patience(1) > 1
/** Packages are fetched, on a busy machine for a minute; from git twice. */
const LONG_MS = patience(300_000)

/** What a git repository has: the files that are not ignored. */
const IGNORED = /(^|\/)(node_modules|dist|\.git|\.mutation|coverage|data|\.clientry)$/

let folder: string
let project: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-install-'))
  project = join(folder, 'project')
  cpSync(ROOT, join(folder, 'clientry'), {
    recursive: true,
    filter: (path) => !IGNORED.test(path.slice(ROOT.length)),
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const npm = (cwd: string, ...args: readonly string[]) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** Packs what a clone holds, with the packages that are installed here. */
function pack(): string {
  const clone = join(folder, 'clientry')
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'))
  const printed = npm(clone, 'pack', '--json')
  const [{ filename = '' } = {}] = JSON.parse(printed.slice(printed.indexOf('[\n'))) as {
    filename?: string
  }[]
  return join(clone, filename)
}

/** Commits what a clone holds, and names it as npm does. */
function commit(): string {
  const clone = join(folder, 'clientry')
  const git = (...args: readonly string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=Clientry', '-c', 'user.email=clientry@example.com', ...args],
      {
        cwd: clone,
      },
    )
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'all of it')
  return `git+file://${clone}#main`
}

it.each(
  [
    { way: 'a tarball', source: pack, isLong: false },
    { way: 'git', source: commit, isLong: true },
  ].filter(({ isLong }) => IS_LONG || !isLong),
)(
  'runs the server, the command, the SDK and the emulators, installed from $way',
  async ({ source }) => {
    const from = source()
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
    npm(project, 'install', from)
    const port = await freePort()
    const command = join(project, 'node_modules', '.bin', 'clientry')
    const env = { PATH: process.env.PATH ?? '', HOME: folder, PORT: String(port) }
    const options = { cwd: project, env, encoding: 'utf8' } as const
    expect(execFileSync(command, ['--version'], options)).toMatch(/^\d+\.\d+\.\d+\n$/)
    const server = spawn(command, ['dev'], { cwd: project, env })
    try {
      await new Promise<void>((listens, fails) => {
        server.stdout.on('data', (chunk: Buffer) => {
          if (chunk.includes('Stop with Ctrl-C')) listens()
        })
        server.once('exit', () => fails(new Error('The server ended.')))
      })
      const url = `http://127.0.0.1:${port}`
      const token = execFileSync(command, ['token'], options).trim()
      const signedIn = { ...options, env: { ...env, CLIENTRY_URL: url, CLIENTRY_TOKEN: token } }
      const set = ['set', 'exampleClientId', '--add-callback', CALLBACK, '--yes', '--json']
      expect(JSON.parse(execFileSync(command, set, signedIn))).toMatchObject({
        callbacks: expect.arrayContaining([CALLBACK]),
      })
      writeFileSync(join(project, 'program.js'), PROGRAM)
      const printed = execFileSync(process.execPath, ['program.js', url, token], options)
      expect(JSON.parse(printed)).toEqual({
        callbacks: expect.arrayContaining([CALLBACK]),
        emulated: 'A',
      })
    } finally {
      server.kill('SIGKILL')
    }
  },
  LONG_MS,
)

/** What comes before the part of docs/start.md that test/start-page.test.ts runs. */
it.runIf(IS_LONG)(
  'the first commands of docs/start.md make the command of a clone',
  () => {
    const [, block = ''] =
      /^```sh\n(git clone[\s\S]*?)^```/m.exec(readFileSync('docs/start.md', 'utf8')) ?? []
    const from = 'https://HOST/OWNER/clientry.git'
    expect(block).toContain(`git clone ${from}\n`)
    commit()
    const prefix = join(folder, 'prefix')
    mkdirSync(project)
    const script = block.replace(from, `file://${join(folder, 'clientry')}`)
    const printed = execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PATH: `${join(prefix, 'bin')}:${process.env.PATH}`,
        npm_config_prefix: prefix,
        npm_config_prefer_offline: 'true',
        npm_config_audit: 'false',
        npm_config_fund: 'false',
      },
    })
    expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/m)
  },
  LONG_MS,
)

const PROGRAM = `
  import { startAuth0Emulator } from 'clientry/emulators'
  import { connect } from 'clientry/sdk'

  const [url, token] = process.argv.slice(2)
  const { body } = await connect({ url, token }).getClient('exampleClientId')
  const auth0 = await startAuth0Emulator({ clients: [{ client_id: 'a', name: 'A' }] })
  console.log(JSON.stringify({ callbacks: body.callbacks, emulated: auth0.client('a').name }))
  await auth0.close()
`
