/**
 * Where tests keep their files: in memory where that is possible, since SQLite waits for the disk at each commit, which was half
 * of the time of the suite. What a killed process has written is there all the same.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = '/dev/shm'
const PREFIX = 'clientry-tests-'
/** The suite needs a few hundred megabytes. */
const ENOUGH = 2 ** 31

/** The folder of this run; `undefined`: files go where the system has them. */
const FOLDER = isFit() ? join(ROOT, `${PREFIX}${process.pid}`) : undefined

/** The variable by which Node finds it. */
export const IN_MEMORY: Readonly<Record<string, string>> =
  FOLDER === undefined ? {} : { TMPDIR: FOLDER }

/** Linux, programs may run there (containers often forbid it), and there is room. */
function isFit(): boolean {
  try {
    const { bavail, bsize } = statfsSync(ROOT)
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
    const own = mounts.find((line) => line.split(' ')[1] === ROOT) ?? 'noexec'
    return !own.includes('noexec') && bavail * bsize > ENOUGH
  } catch {
    return false
  }
}

/** Makes it, removes those of runs that were killed, and gives what removes it. */
export function openMemory(): () => void {
  const folder = FOLDER
  if (folder === undefined) return () => {}
  for (const name of readdirSync(ROOT).filter((one) => one.startsWith(PREFIX))) {
    const pid = Number(name.slice(PREFIX.length))
    if (!isAlive(pid)) rmSync(join(ROOT, name), { recursive: true, force: true })
  }
  mkdirSync(folder, { recursive: true })
  return () => rmSync(folder, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
