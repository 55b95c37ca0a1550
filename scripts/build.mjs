/**
 * Builds what runs: `dist/*.js` for Node (development server, production server, emulators),
 * `dist/lambda/index.mjs`, the one file of the Lambda function, the command `clientry`, and the SDK with
 * its types.
 * With `--if-needed` it does nothing when the last build is newer than every source.
 */

import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const stamp = join(dist, '.built')

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
  legalComments: 'none',
}

/** Never reached in a function: it has no durable disk, and no local provider. */
const NOT_ON_LAMBDA = ['*/store/database.ts', '*/store/sqlite.ts', '*/local/index.ts']

/** Large, with files of their own, or not made to be bundled. */
const NOT_IN_COMMAND = ['@photostructure/sqlite', 'oidc-provider', 'prom-client', 'yaml']

/** Puts what a module's function gives in the place of the module. */
function precomputed(path, name) {
  return {
    name: 'precomputed',
    setup: ({ onLoad }) => {
      const filter = new RegExp(`${path.replace(/[.]/g, '[.]')}$`)
      onLoad({ filter }, async () => {
        const { outputFiles } = await build({ ...shared, entryPoints: [path], write: false })
        const code = Buffer.from(outputFiles[0].contents).toString('base64')
        const module = await import(`data:text/javascript;base64,${code}`)
        return { contents: `export const ${name} = () => (${JSON.stringify(module[name]())})` }
      })
    },
  }
}

export async function buildAll() {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist, { recursive: true })
  await Promise.all([
    build({
      ...shared,
      entryPoints: {
        dev: 'src/dev.ts',
        serve: 'src/serve.ts',
        emulators: 'src/emulators/index.ts',
      },
      outdir: 'dist',
      splitting: true,
      packages: 'external',
    }),
    // What a command needs not is not even read; small packages go along, so that few files are.
    build({
      ...shared,
      entryPoints: { clientry: 'src/cli/main.ts' },
      outdir: 'dist/cli',
      splitting: true,
      minify: true,
      external: NOT_IN_COMMAND,
      banner: { js: '#!/usr/bin/env node' },
    }),
    // For browsers too: nothing of a platform, and no package.
    build({
      ...shared,
      entryPoints: ['src/sdk/index.ts'],
      outfile: 'dist/sdk.js',
      platform: 'neutral',
      target: 'es2022',
    }),
    declareSdk(),
    build({
      ...shared,
      entryPoints: ['src/lambda.ts'],
      outfile: 'dist/lambda/index.mjs',
      minify: true,
      external: NOT_ON_LAMBDA,
      plugins: [precomputed('src/http/field-schemas.ts', 'fieldSchemas')],
    }),
  ])
  writeFileSync(stamp, '')
}

/** The types of the SDK, with those of the core that they are made of. */
async function declareSdk() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.sdk.json'], { cwd: root })
}

function newest(path) {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

function isCurrent() {
  try {
    const built = statSync(stamp).mtimeMs
    return ['src', 'package.json', 'tsconfig.sdk.json', 'scripts/build.mjs'].every(
      (path) => newest(join(root, path)) < built,
    )
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!(process.argv.includes('--if-needed') && isCurrent())) await buildAll()
}
