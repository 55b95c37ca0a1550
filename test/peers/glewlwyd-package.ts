/**
 * Glewlwyd as Debian packages it, unpacked into the cache of this checkout and run from there: nothing is
 * installed, and no rights are needed. Without Debian's `apt-get` there is none, and the reason is told.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Every program of this repository is started in its root. */
const CACHE = join(process.cwd(), 'node_modules', '.cache', 'clientry', 'glewlwyd')
const STEP_MS = 180_000

/** The folder in which the packages are unpacked, or why there is none. */
export function unpackGlewlwyd(): { readonly root: string } | { readonly reason: string } {
  if (existsSync(CACHE)) return { root: CACHE }
  const folder = `${CACHE}-${process.pid}`
  const root = join(folder, 'root')
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: STEP_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  try {
    mkdirSync(root, { recursive: true })
    download(run)
    const archives = readdirSync(folder).filter((name) => name.endsWith('.deb'))
    for (const archive of archives) run('dpkg', '-x', archive, root)
    // Whoever runs beside us may have been faster, with the same content.
    if (!existsSync(CACHE)) renameSync(root, CACHE)
    return { root: CACHE }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown fault'
    return { reason: `Glewlwyd cannot be had from Debian's packages here: ${why}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Downloads the package, and those of its dependencies that the machine lacks. */
function download(run: (program: string, ...args: string[]) => string): void {
  const fetch = () => {
    const plan = run('apt-get', '--simulate', '--no-install-recommends', 'install', 'glewlwyd')
    const names = plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? [])
    // Where the machine has it installed already, its files are asked for all the same.
    run('apt-get', 'download', ...(names.length === 0 ? ['glewlwyd', 'glewlwyd-common'] : names))
  }
  try {
    fetch()
  } catch {
    // The lists of packages are absent or out of date.
    run('apt-get', 'update')
    fetch()
  }
}
