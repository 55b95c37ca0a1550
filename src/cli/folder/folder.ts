/** Client files in a folder: found, read, written. */

import {
  type Dirent,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { isClientError } from '../../core/errors.ts'
import { type ClientFile, parseClientFile } from '../../files/client-file.ts'
import { type Environment, inEnvironment } from '../../files/environments/environment.ts'
import { ENVIRONMENTS_FILE } from '../../files/environments/environments.ts'
import { isBelow } from '../../files/plan-file.ts'
import type { Fault } from '../../files/review/fault.ts'
import { UsageError } from '../exit.ts'

/** Something that may be, or contain, a client file and is not read. */
export interface Skipped {
  readonly path: string
  /** The reason, as a clause. */
  readonly why: string
}

export interface Folder {
  readonly files: readonly ClientFile[]
  readonly skipped: readonly Skipped[]
  /** Files that cannot be read as client files, each of which hides nothing of the others. */
  readonly faults: readonly Fault[]
}

/**
 * Reads every client file below a folder, in the order of their paths. Links are not followed, and
 * hidden files are not read: a folder may contain files that are not about clients, such as
 * workflows. With an environment the files are as they are there.
 * @throws UsageError where there is none
 */
export function readFolder(folder: string, environment?: Environment): Folder {
  const { files, skipped, faults } = filesIn(folder, environment)
  if (files.length + faults.length > 0) return { files, skipped, faults }
  throw new UsageError(
    [
      `There are no client files (*.yaml) in ${folder}. Create them with: clientry export`,
      ...skipped.map(({ path, why }) => `${path} is not read: ${why}.`),
    ].join('\n'),
  )
}

/** The same of a folder that may hold none yet. */
function filesIn(folder: string, environment?: Environment): Folder {
  const { paths, skipped } = entriesIn(folder)
  const faults: Fault[] = []
  const files = paths.flatMap((path): readonly ClientFile[] => {
    const read = readFileAt(folder, path, environment)
    if ('file' in read) return [read.file]
    faults.push(...read.faults)
    return []
  })
  faults.push(...strayOverrides(folder, paths, environment))
  return { files, skipped, faults }
}

/**
 * The files of a folder that may hold none yet, all of which must be readable.
 * @throws UsageError that names every file at fault
 */
export function soundFilesIn(folder: string, environment?: Environment): readonly ClientFile[] {
  const { files, faults } = filesIn(folder, environment)
  if (faults.length === 0) return files
  throw new UsageError(faults.map(({ about, says }) => `${about} ${says}`).join('\n'))
}

/** A client file, or why it is none. */
export function readFileAt(
  folder: string,
  path: string,
  environment?: Environment,
): { readonly file: ClientFile } | { readonly faults: readonly Fault[] } {
  try {
    const text = readText(path)
    if (text === undefined) return { faults: [unreadable(path, 'cannot be read.')] }
    return { file: readClientFile({ folder, path, text }, environment) }
  } catch (error) {
    if (!isClientError(error) && !(error instanceof UsageError)) throw error
    return { faults: unreadableParts(path, error.message) }
  }
}

const unreadable = (about: string, says: string): Fault => ({
  about,
  code: 'invalid_field',
  says,
  unreadable: true,
})

/** `(line 4, client.name) ` at the head of a sentence. */
const PLACE = /^\(line (\d+), ([^)]*)\) /

/** The sentences about one file, each of which begins with its name. */
function unreadableParts(path: string, message: string): readonly Fault[] {
  const [before = '', ...sentences] = ` ${message}`.split(` ${path}`)
  if (before !== '' || sentences.length === 0) return [unreadable(path, message)]
  return sentences.map((sentence) => {
    const says = sentence.replace(/^:? /, '')
    const [head = '', line, place = ''] = PLACE.exec(says) ?? []
    const [field] = /^client\.\S+/.exec(says) ?? []
    if (line === undefined) {
      return { ...unreadable(path, says), ...(field === undefined ? {} : { field }) }
    }
    return { ...unreadable(path, `${place} ${says.slice(head.length)}`), line: Number(line) }
  })
}

/**
 * A file as it is in an environment, or as it stands.
 * @throws ClientError
 */
export function readClientFile(
  { folder, path, text }: { folder: string; path: string; text: string },
  environment?: Environment,
): ClientFile {
  const file = parseClientFile(path, text, environment?.variables)
  if (environment === undefined) return file
  return inEnvironment(file, nameIn(folder, path), environment)
}

/** The name by which overrides know a file. */
export const nameIn = (folder: string, path: string): string =>
  relative(folder, path).split(sep).join('/')

/** An override of a file that is not there is more often a mistake than meant. */
function strayOverrides(
  folder: string,
  paths: readonly string[],
  environment?: Environment,
): readonly Fault[] {
  if (environment === undefined) return []
  const names = new Set(paths.map((path) => nameIn(folder, path)))
  return environment.overridden
    .filter((name) => !names.has(name))
    .map((name) =>
      unreadable(
        environment.path,
        `has an override in ${environment.name} for ${name}, which is no file in ${folder}.`,
      ),
    )
}

const isNamedSo = (name: string) => /\.ya?ml$/i.test(name)

function entriesIn(folder: string) {
  const paths: string[] = []
  const skipped: Skipped[] = []
  for (const entry of listed(folder)) {
    const path = join(entry.parentPath, entry.name)
    const why = whySkipped(entry, relative(folder, path))
    if (path === join(folder, ENVIRONMENTS_FILE)) continue
    if (why !== undefined) skipped.push({ path, why })
    else if (entry.isFile() && isNamedSo(entry.name)) paths.push(path)
  }
  skipped.sort((one, other) => (one.path < other.path ? -1 : 1))
  return { paths: paths.sort(), skipped }
}

function listed(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
  } catch {
    throw new UsageError(`The folder ${folder} cannot be read.`)
  }
}

/** Why something that may describe clients is left out; `undefined` if it is read. */
function whySkipped(entry: Dirent, path: string): string | undefined {
  const isClientFile = isNamedSo(entry.name)
  if (entry.isSymbolicLink()) {
    return isClientFile || !leadsToFile(join(entry.parentPath, entry.name))
      ? 'it is a symbolic link'
      : undefined
  }
  if (!isClientFile || entry.isDirectory()) return undefined
  if (!entry.isFile()) return 'it is not a regular file'
  const hidden = path.split(/[\\/]/).some((part) => part.startsWith('.'))
  return hidden ? 'its name or that of a folder begins with a dot' : undefined
}

function leadsToFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * The content of a text file; `undefined` if it cannot be read.
 * @throws UsageError that names the first line that is no UTF-8, of which no one can say what it means
 */
export function readText(path: string): string | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    return undefined
  }
  const text = decoded(bytes)
  if (text !== undefined) return text
  const line = linesOf(bytes).findIndex((one) => decoded(one) === undefined) + 1
  throw new UsageError(`${path} is not UTF-8 (line ${line}). Save it as UTF-8.`)
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** No character of UTF-8 but the line feed has its byte (RFC 3629 section 3). */
function linesOf(bytes: Buffer): readonly Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from <= bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end
    lines.push(bytes.subarray(from, to))
    from = to + 1
  }
  return lines
}

/** Writes a file, and creates the folders that it is in. */
export function writeText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch {
    throw new UsageError(`${path} cannot be written.`)
  }
}

/**
 * The folder is named by the plan, so it must lie below the working directory before anything is
 * written.
 * @throws UsageError
 */
export function checkFolder(folder: string): void {
  const here = process.cwd()
  if (resolve(folder) === here || isBelow(here, resolve(folder))) return
  throw new UsageError(
    `The plan writes ids into the files of ${folder}, which is not below this directory. Apply it in the directory where it was made.`,
  )
}

/**
 * Writes a file below a folder, and creates the folders that it is in; it follows no symbolic link
 * elsewhere.
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
  if (!leads)
    throw new UsageError(`${path} was not written, because a symbolic link leads elsewhere.`)
  writeText(path, text)
}

/** Whether there is anything at a path. */
export const isThere = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false }) !== undefined

const isLink = (path: string) =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

const existingAbove = (folder: string): string =>
  isThere(folder) ? folder : existingAbove(dirname(folder))
