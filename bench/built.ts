/**
 * The programs to be measured, in a folder of this run: a copy of `dist`, so that a build meanwhile
 * does not change what is measured, and the processes beside it.
 */

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

export interface Built {
  /** The production entry for Node. */
  readonly serve: string
  /** The development entry, with the embedded OpenID Provider. */
  readonly development: string
  readonly lambda: string
  /** The command `clientry`. */
  readonly command: string
  /** The compiled file of a process in `processes/`. */
  process(name: string): string
  /** A path for a file of this run, on a real disk. */
  file(name: string): string
}

/** Builds where needed; the folder is removed when this process ends. */
export async function buildHere(root: string): Promise<Built> {
  const folder = copyBuild(root)
  const sources = join(root, 'bench', 'processes')
  await build({
    absWorkingDir: root,
    entryPoints: readdirSync(sources).map((name) => join(sources, name)),
    outdir: join(folder, 'processes'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  return {
    ...programsIn(folder),
    process: (name) => join(folder, 'processes', `${name}.mjs`),
    file: (name) => join(folder, name),
  }
}

/** The programs of another checkout, with the packages that it has; what measures them is ours. */
export function buildThere(root: string, ours: Built): Built {
  return { ...ours, ...programsIn(copyBuild(root)) }
}

/** Builds where needed and copies the build; gives the folder of the copy, which is removed when this process ends. */
function copyBuild(root: string): string {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-needed'])
  const folder = join(root, 'node_modules', '.cache', 'clientry', `bench-run-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  // A build that is under way beside it is not one yet.
  const filter = (source: string) => !basename(source).startsWith('.building')
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter })
  return folder
}

const programsIn = (
  folder: string,
): Pick<Built, 'serve' | 'development' | 'lambda' | 'command'> => ({
  serve: join(folder, 'dist', 'serve.js'),
  development: join(folder, 'dist', 'dev.js'),
  lambda: join(folder, 'dist', 'lambda', 'index.mjs'),
  command: join(folder, 'dist', 'cli', 'clientry.js'),
})
