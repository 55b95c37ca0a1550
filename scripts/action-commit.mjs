/**
 * Makes a commit of `dist/action` alone, without parents, and prints its hash: what a workflow names to use the action. It has
 * the author and the date of the commit that is checked out, so the same sources and the same build give the same hash.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FILES = ['action.yml', 'index.mjs', 'LICENSE', 'THIRD-PARTY-NOTICES.txt']
const folder = mkdtempSync(join(tmpdir(), 'clientry-action-'))
const env = { ...process.env, GIT_INDEX_FILE: join(folder, 'index') }
const git = (args, more = {}) =>
  execFileSync('git', args, { env: { ...env, ...more }, encoding: 'utf8' }).trim()

try {
  for (const file of FILES) {
    const blob = git(['hash-object', '-w', '--no-filters', join('dist/action', file)])
    git(['update-index', '--add', '--cacheinfo', `100644,${blob},${file}`])
  }
  const [hash, name, email, date] = git(['log', '-1', '--format=%H%n%an%n%ae%n%aI']).split('\n')
  const by = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => [
      [`GIT_${role}_NAME`, name],
      [`GIT_${role}_EMAIL`, email],
      [`GIT_${role}_DATE`, date],
    ]),
  )
  const message = `The GitHub Action, built from ${hash}`
  process.stdout.write(`${git(['commit-tree', git(['write-tree']), '-m', message], by)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
