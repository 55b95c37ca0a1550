/**
 * Programs as Debian packages them, unpacked into the cache of the servers and run from there: nothing is installed, and
 * no rights are needed. Without Debian's `apt-get` there are none.
 */

import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { made, type Recipe } from '../servers/cache.ts'
import { finish } from '../servers/process.ts'

/** Debian's names of processors. */
export const ARCHITECTURES: { readonly [A in NodeJS.Architecture]?: string } = {
  x64: 'x86_64',
  arm64: 'aarch64',
}

/** The folder in which packages are unpacked, with those of their dependencies that the machine lacks. */
export const unpackDebian = (recipe: Recipe, packages: readonly string[]): Promise<string> =>
  made(recipe, async (folder) => {
    const archives = join(folder, 'packages')
    mkdirSync(archives)
    const run: Run = (program, ...args) => finish(program, args, { cwd: archives })
    await download(run, packages)
    const names = readdirSync(archives).filter((name) => name.endsWith('.deb'))
    for (const name of names) await run('dpkg', '-x', name, folder)
    rmSync(archives, { recursive: true })
  })

/** Runs a program to its end, and gives what it printed. */
type Run = (program: string, ...args: readonly string[]) => Promise<string>

async function download(run: Run, packages: readonly string[]): Promise<void> {
  const fetch = async () => {
    const install = ['--simulate', '--no-install-recommends', 'install', ...packages]
    const plan = await run('apt-get', ...install)
    const names = plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? [])
    // What the machine has installed already is asked for all the same.
    await run('apt-get', 'download', ...new Set([...names, ...packages]))
  }
  try {
    await fetch()
  } catch {
    // The lists of packages are absent or out of date.
    await run('apt-get', 'update')
    await fetch()
  }
}
