/** Runs a TypeScript program of this repository: `node scripts/run.mjs bench/latency.ts [arguments]`. */

import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [source = '', ...rest] = process.argv.slice(2)
const name = relative(root, resolve(source)).replace(/\W+/g, '-')
const outfile = join(root, 'node_modules', '.cache', 'clientry', `${name}-${process.pid}.mjs`)

mkdirSync(dirname(outfile), { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: [source],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
})
process.argv = [process.argv[0], outfile, ...rest]
process.on('exit', () => rmSync(outfile, { force: true }))
await import(pathToFileURL(outfile).href)
