/**
 * Builds what runs: `dist/*.js` for Node (development server, production server, emulators),
 * the Lambda function (`dist/lambda`), the command `clientry`, the GitHub Action, the SDK and the ways to get tokens, with their types and those of the emulators.
 * With `--if-needed` it does nothing when the last build is newer than every source. It is made in a
 * fresh folder and then put in place, so builds at the same time and a server that runs are no matter.
 */

import { execFile } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import {
  actionBuild,
  COMMAND_ALIASES,
  lambdaBuild,
  NOT_IN_COMMAND,
  oneFileOf,
  shared,
  suffixesBeside,
} from './bundling.mjs'
import { buildConsole, copyConsole } from './console-build.mjs'
import { writeLegal } from './legal.mjs'
import { freshFolder, publish, stampOf } from './publish.mjs'
import { writeSdkPackage } from './sdk-package.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/** What is started or imported by name; everything else is imported by these. */
const ENTRIES = [
  'dev.js',
  'serve.js',
  'emulators.js',
  'sqlite-writer.js',
  'cli/clientry.js',
  'sdk.js',
  'tokens/index.js',
  'packages/sdk/index.js',
  'action/index.mjs',
  'lambda/index.mjs',
]

/** What an installed package has beside it; every other package goes into the bundle. */
const RUN_TIME = Object.keys(
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies,
)

async function buildAll() {
  const startedAt = Date.now()
  const folder = freshFolder(dist)
  try {
    await buildInto(folder)
    await publish({ folder, dist, entries: ENTRIES, programs: ['cli/clientry.js'], startedAt })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function buildInto(folder) {
  const [node, command, sdk, tokens, action, lambda, browser] = await Promise.all([
    build({
      ...shared,
      entryPoints: {
        dev: 'src/dev.ts',
        serve: 'src/serve.ts',
        emulators: 'src/emulators/index.ts',
        'sqlite-writer': 'src/store/sqlite/writer-thread.ts',
      },
      outdir: folder,
      splitting: true,
      external: RUN_TIME,
    }),
    // What a command needs not is not even read; small packages go along, so that few files are.
    build({
      ...shared,
      entryPoints: { clientry: 'src/cli/main.ts' },
      outdir: join(folder, 'cli'),
      splitting: true,
      minify: true,
      external: NOT_IN_COMMAND,
      alias: COMMAND_ALIASES,
      plugins: [oneFileOf(join(root, 'src/cli/run.ts')), suffixesBeside(join(folder, 'cli'))],
      banner: { js: '#!/usr/bin/env node' },
    }),
    // For browsers too: nothing of a platform, and no package.
    build({
      ...shared,
      entryPoints: ['src/sdk/index.ts'],
      outfile: join(folder, 'sdk.js'),
      platform: 'neutral',
      target: 'es2022',
    }),
    // With what it is made of, which is nothing that a program has to install.
    build({
      ...shared,
      entryPoints: ['src/tokens/index.ts'],
      outfile: join(folder, 'tokens', 'index.js'),
    }),
    build(actionBuild(join(folder, 'action'))),
    build(lambdaBuild(join(folder, 'lambda'))),
    buildConsole(root, join(folder, 'console')),
    declareTypes(join(folder, 'types')),
  ])
  const top = { outputs: { ...node.metafile.outputs, ...sdk.metafile.outputs } }
  writeLegal(root, folder, {
    '': top,
    cli: command.metafile,
    tokens: tokens.metafile,
    action: action.metafile,
    lambda: lambda.metafile,
    console: browser,
  })
  copyConsole(join(folder, 'console'), join(folder, 'lambda', 'console'))
  writeSdkPackage(root, folder)
  copyFileSync(join(root, 'packages/action/action.yml'), join(folder, 'action', 'action.yml'))
}

/** The types of the SDK and of the emulators, with those of the core that they are made of. */
async function declareTypes(folder) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['-p', 'tsconfig.sdk.json', '--outDir', folder]
  await promisify(execFile)(process.execPath, [compiler, ...options], { cwd: root })
}

function newest(path) {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const SOURCES = [
  'src',
  'scripts',
  'packages',
  'package.json',
  'package-lock.json',
  'tsconfig.sdk.json',
  'LICENSE',
]

function isCurrent() {
  try {
    const built = statSync(stampOf(dist)).mtimeMs
    return SOURCES.every((path) => newest(join(root, path)) < built)
  } catch {
    return false
  }
}

if (!(process.argv.includes('--if-needed') && isCurrent())) await buildAll()
