/**
 * What the real servers of the tests are made of, fetched and built once and kept outside of the checkout, by a hash of
 * all that it follows from.
 */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'

const ROOT = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clientry-test')

/** A thing to be made: its name, and every version, file and argument that decides what it is. */
export interface Recipe {
  readonly name: string
  readonly parts: readonly string[]
}

/** Where it is once it is made. */
export function placeOf({ name, parts }: Recipe, root = ROOT): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
  return join(root, `${name}-${hash}`)
}

/** Whether it is there already. */
export const isMade = (recipe: Recipe): boolean => existsSync(placeOf(recipe))

/**
 * Makes it unless it is there, in a folder of this process that is renamed when it is complete: what runs beside us
 * finds all of it or nothing. `root`: where all users may read it, for programs that do not run as root.
 */
export async function made(
  recipe: Recipe,
  make: (folder: string) => Promise<void>,
  root = ROOT,
): Promise<string> {
  const place = placeOf(recipe, root)
  if (existsSync(place)) return place
  const folder = `${place}.${process.pid}`
  for (const left of leftBy(place, root)) rmSync(left, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  try {
    await make(folder)
    rename(folder, place)
    return place
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What processes were making that have been killed. */
function leftBy(place: string, root: string): readonly string[] {
  if (!existsSync(root)) return []
  const prefix = `${basename(place)}.`
  return readdirSync(root)
    .filter((name) => name.startsWith(prefix))
    .filter((name) => !isAlive(Number(name.slice(prefix.length))))
    .map((name) => join(root, name))
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Someone else may have been faster, with the same content. */
function rename(folder: string, place: string): void {
  try {
    renameSync(folder, place)
  } catch (error) {
    if (!existsSync(place)) throw error
  }
}
