/**
 * Glewlwyd as Debian packages it, unpacked into the cache of the servers and run from there: nothing is
 * installed, and no rights are needed. Without Debian's `apt-get` there is none, and the reason is reported.
 */

import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { made, type Recipe } from '../servers/cache.ts'
import { finish } from '../servers/process.ts'

/** Debian's packages of it: the version is that of the release. */
const RECIPE: Recipe = { name: 'glewlwyd', parts: ['bookworm', '2.7.5', process.arch] }

/** The folder in which the packages are unpacked, or why there is none. */
export async function unpackGlewlwyd(): Promise<
  { readonly root: string } | { readonly reason: string }
> {
  try {
    const root = await made(RECIPE, async (folder) => {
      const packages = join(folder, 'packages')
      mkdirSync(packages)
      const run: Run = (program, ...args) => finish(program, args, { cwd: packages })
      await download(run)
      const archives = readdirSync(packages).filter((name) => name.endsWith('.deb'))
      for (const archive of archives) await run('dpkg', '-x', archive, folder)
      rmSync(packages, { recursive: true })
    })
    return { root }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown fault'
    return { reason: `Glewlwyd cannot be had from Debian's packages here: ${why}` }
  }
}

/** Runs a program to its end, and gives what it printed. */
type Run = (program: string, ...args: readonly string[]) => Promise<string>

/** Downloads the package, and those of its dependencies that the machine lacks. */
async function download(run: Run): Promise<void> {
  const fetch = async () => {
    const plan = await run(
      ...(['apt-get', '--simulate', '--no-install-recommends', 'install', 'glewlwyd'] as const),
    )
    const names = plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? [])
    // Where the machine has it installed already, its files are asked for all the same.
    const all = names.length === 0 ? ['glewlwyd', 'glewlwyd-common'] : names
    await run('apt-get', 'download', ...all)
  }
  try {
    await fetch()
  } catch {
    // The lists of packages are absent or out of date.
    await run('apt-get', 'update')
    await fetch()
  }
}
