/**
 * Puts a finished build into `dist`, so that whatever runs from there goes on: files are renamed into place,
 * modules before the entries that import them, and what the build before had stays for a day, since a
 * server that was started from it may not have imported all of it yet.
 */

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** How long what was superseded stays (milliseconds). */
const KEEP_MS = 86_400_000
/** A build that has not ended by then has died (milliseconds). */
const DEAD_MS = 3_600_000
/** Renaming takes a fraction of a second; a lock that is older was left behind (milliseconds). */
const LOCK_MS = 10_000

const PREFIX = '.building-'

/** A fresh folder for a build, in `dist` itself, since a file can be renamed within one disk only. */
export function freshFolder(dist) {
  mkdirSync(dist, { recursive: true })
  for (const name of readdirSync(dist).filter((one) => one.startsWith(PREFIX))) {
    const { mtimeMs } = statSync(join(dist, name), { throwIfNoEntry: false }) ?? {}
    if (mtimeMs < Date.now() - DEAD_MS) rmSync(join(dist, name), { recursive: true, force: true })
  }
  const folder = join(dist, `${PREFIX}${process.pid}-${Date.now()}`)
  mkdirSync(folder)
  return folder
}

/**
 * Moves what is in `folder` to `dist`. `entries`: what is started by name, and so comes last; `programs`:
 * what a shell may start; `startedAt`: when the sources were read (epoch milliseconds).
 */
export async function publish({ folder, dist, entries, programs, startedAt }) {
  const files = filesIn(folder)
  const isEntry = (file) => entries.includes(file)
  for (const file of programs) chmodSync(join(folder, file), 0o755)
  const unlock = await locked(join(dist, '.lock'))
  try {
    const before = builtBefore(dist)
    for (const file of [...files.filter((one) => !isEntry(one)), ...files.filter(isEntry)]) {
      mkdirSync(dirname(join(dist, file)), { recursive: true })
      renameSync(join(folder, file), join(dist, file))
    }
    const superseded = withoutOld(dist, files, before)
    writeStamp(dist, { files, superseded }, startedAt)
  } finally {
    unlock()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Paths below a folder, with slashes. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

/** What builds have made so far; of one that kept no list, all that is there. */
function builtBefore(dist) {
  try {
    const { files, superseded } = JSON.parse(readFileSync(stampOf(dist), 'utf8'))
    return { files, superseded }
  } catch {
    const files = filesIn(dist).filter((file) => !file.startsWith('.'))
    return { files, superseded: [] }
  }
}

/** Removes what has been superseded for long, and gives what stays, with the time of that. */
function withoutOld(dist, files, before) {
  const now = Date.now()
  const isGone = (file) => !files.includes(file)
  const all = [
    ...before.superseded.filter(({ file }) => isGone(file) && !before.files.includes(file)),
    ...before.files.filter(isGone).map((file) => ({ file, at: now })),
  ]
  const isOld = ({ at }) => at < now - KEEP_MS
  for (const { file } of all.filter(isOld)) rmSync(join(dist, file), { force: true })
  return all.filter((one) => !isOld(one))
}

/** Names the last build, and when its sources were read. */
export const stampOf = (dist) => join(dist, '.built')

/** As old as what was built: a source that changed during the build is newer. */
function writeStamp(dist, stamp, startedAt) {
  const path = `${stampOf(dist)}-${process.pid}`
  writeFileSync(path, JSON.stringify(stamp))
  utimesSync(path, startedAt / 1_000, startedAt / 1_000)
  renameSync(path, stampOf(dist))
}

/** Holds off other builds while files are renamed, so that `dist` is all of one build. */
async function locked(lock) {
  for (;;) {
    try {
      mkdirSync(lock)
      return () => rmdirSync(lock)
    } catch {
      const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? {}
      if (mtimeMs < Date.now() - LOCK_MS) rmSync(lock, { recursive: true, force: true })
      await new Promise((resume) => setTimeout(resume, 10))
    }
  }
}
