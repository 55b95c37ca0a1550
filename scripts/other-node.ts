/**
 * Runs the test suite on the other Nodes that are promised, from npm's binary packages:
 * `node scripts/run.mjs scripts/other-node.ts [versions]`, or `newest` for the last of them. Where npm has none for this platform, it says so.
 *
 * Left out is what takes long and asks nothing of Node that the rest does not: pure code, the service and the
 * enumerations of crashes, faults and outside writers, which are about the order of our own steps, emulators, providers, the same
 * change over every provider, pages in a browser, and servers of others.
 * Every entry, proxies on sockets, servers as processes, SQLite and its group commit, frozen processes,
 * the command and the SDK run on each Node.
 */

import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { endsWell, passes } from './once-more/passes.ts'

const VERSIONS = ['22.23.3', '24.21.0']

const LEFT_OUT = [
  'test/{browser,core,service,emulators,files,providers}/**',
  'test/faults/{enumeration,leases,rotations,concurrency}.test.ts',
  'test/contract/{registrations,mutants,calls,frame,providers}.test.ts',
  'test/http/log.test.ts',
]

const root = process.cwd()
const asked = process.argv
  .slice(2)
  .flatMap((word) => (word === 'newest' ? VERSIONS.slice(-1) : word))
const name = `node-${process.platform}-${process.arch}`

for (const version of asked.length > 0 ? asked : VERSIONS) {
  const folder = join(root, 'node_modules', '.cache', `${name}-${version}`)
  const binary = join(folder, 'node_modules', name, 'bin', 'node')
  try {
    if (!existsSync(binary)) {
      mkdirSync(folder, { recursive: true })
      const install = [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--ignore-scripts',
        `${name}@${version}`,
      ]
      execFileSync('npm', install, { stdio: 'ignore' })
    }
  } catch {
    console.log(`Skipped on Node ${version}: npm gives no ${name}@${version} here.`)
    rmSync(folder, { recursive: true, force: true })
    continue
  }
  console.log(`The suite on Node ${version}, without ${LEFT_OUT.join(', ')}:`)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const exclude = LEFT_OUT.map((path) => `--exclude=${path}`)
  const passed = await passes(`The suite on Node ${version}`, (words, variables) => {
    const env = { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}`, ...variables }
    return endsWell(spawn(binary, [vitest, 'run', ...exclude, ...words], { stdio: 'inherit', env }))
  })
  if (!passed) process.exit(1)
}
