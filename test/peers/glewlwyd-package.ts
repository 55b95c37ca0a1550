/**
 * Glewlwyd as Debian packages it, unpacked into the cache of the servers and run from there: nothing is
 * installed, and no rights are needed. Without Debian's `apt-get` there is none, and the reason is reported.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { made, type Recipe } from '../servers/cache.ts'

/** Debian's packages of it: the version is that of the release. */
const RECIPE: Recipe = { name: 'glewlwyd', parts: ['bookworm', '2.7.5', process.arch] }
const STEP_MS = 180_000

/** The folder in which the packages are unpacked, or why there is none. */
export async function unpackGlewlwyd(): Promise<
  { readonly root: string } | { readonly reason: string }
> {
  try {
    const root = await made(RECIPE, async (folder) => {
      const packages = join(folder, 'packages')
      mkdirSync(packages)
      const run = (program: string, ...args: string[]) =>
        execFileSync(program, args, {
          cwd: packages,
          encoding: 'utf8',
          timeout: STEP_MS,
          stdio: ['ignore', 'pipe', 'pipe'],
        })
      download(run)
      const archives = readdirSync(packages).filter((name) => name.endsWith('.deb'))
      for (const archive of archives) run('dpkg', '-x', archive, folder)
      rmSync(packages, { recursive: true })
    })
    return { root }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown fault'
    return { reason: `Glewlwyd cannot be had from Debian's packages here: ${why}` }
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
