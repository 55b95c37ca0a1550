/**
 * Runs the test suite on the other Nodes that are promised, from npm's binary packages:
 * `node scripts/other-node.mjs [versions]`. Where npm has none for this platform, it says so.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSIONS = ['22.23.3', '24.21.0']

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const asked = process.argv.slice(2)
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
    console.log(`Skipped on Node ${version}: npm has no ${name}@${version} here.`)
    rmSync(folder, { recursive: true, force: true })
    continue
  }
  console.log(`The suite on Node ${version}:`)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  execFileSync(binary, [vitest, 'run', '--reporter=default'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}` },
  })
}
