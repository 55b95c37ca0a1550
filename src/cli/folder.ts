/** Client files in a folder: found, read, written. */

import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { isClientError } from '../core/errors.ts'
import { type ClientFile, parseClientFile } from '../files/client-file.ts'
import { isBelow } from '../files/plan-file.ts'
import { UsageError } from './exit.ts'

const EXTENSIONS = ['.yaml', '.yml']

/**
 * Reads every client file below a folder, in the order of their paths; folders and files whose name
 * begins with a dot are none.
 * @throws UsageError that names every file at fault
 */
export function readFolder(folder: string): readonly ClientFile[] {
  const faults: string[] = []
  const files = pathsIn(folder).flatMap((path): readonly ClientFile[] => {
    try {
      return [parseClientFile(path, readFileSync(path, 'utf8'))]
    } catch (error) {
      if (!isClientError(error)) throw error
      faults.push(error.message)
      return []
    }
  })
  if (faults.length > 0) throw new UsageError(faults.join('\n'))
  if (files.length > 0) return files
  throw new UsageError(
    `There are no client files (*.yaml) in ${folder}; clientry export makes them.`,
  )
}

function pathsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && EXTENSIONS.some((end) => entry.name.endsWith(end)))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter(
        (path) =>
          !relative(folder, path)
            .split(/[\\/]/)
            .some((part) => part.startsWith('.')),
      )
      .sort()
  } catch {
    throw new UsageError(`The folder ${folder} cannot be read.`)
  }
}

/** A text file as it is; `undefined` where there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Writes a file, and the folders that it is in. */
export function writeText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch {
    throw new UsageError(`${path} cannot be written.`)
  }
}

/**
 * A plan names its folder itself, so what is written there stays below the working directory.
 * @throws UsageError
 */
export function checkFolder(folder: string): void {
  const here = process.cwd()
  if (resolve(folder) === here || isBelow(here, resolve(folder))) return
  throw new UsageError(
    `The plan writes ids into the files of ${folder}, which is not below this directory; apply it from the directory that it was made in.`,
  )
}

/**
 * Writes a file below a folder, and the folders that it is in; no symbolic link leads it elsewhere.
 * @throws UsageError
 */
export function writeBelow(folder: string, path: string, text: string): void {
  let leads: boolean
  try {
    mkdirSync(folder, { recursive: true })
    const root = realpathSync(folder)
    const above = realpathSync(existingAbove(dirname(path)))
    leads = (above === root || isBelow(root, above)) && !isLink(path)
  } catch {
    throw new UsageError(`${path} cannot be written.`)
  }
  if (!leads) throw new UsageError(`${path} is not written: a symbolic link leads elsewhere.`)
  writeText(path, text)
}

const isLink = (path: string) =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

const existingAbove = (folder: string): string =>
  lstatSync(folder, { throwIfNoEntry: false }) === undefined
    ? existingAbove(dirname(folder))
    : folder
