/** The files that an import reads. */

import { readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { Format } from '../../files/import/formats.ts'
import type { Source } from '../../files/import/imported.ts'
import { isBelow } from '../../files/plan-file.ts'
import { UsageError } from '../exit.ts'
import { readText } from './folder.ts'

/**
 * Files as they are named, and of a directory those that belong to the format.
 * @throws UsageError
 */
export function readSources(paths: readonly string[], { isPart }: Format): readonly Source[] {
  return paths.flatMap((path) => {
    const parts = isDirectory(path)
      ? namesIn(path).filter((name) => isPart.test(name.split(sep).join('/')))
      : undefined
    if (parts?.length === 0) throw new UsageError(`There is nothing to import in ${path}.`)
    return (parts?.map((name) => join(path, name)) ?? [path]).map((file): Source => {
      const text = readText(file)
      if (text === undefined) throw new UsageError(`There is no file ${file}.`)
      return { path: file, text }
    })
  })
}

const isDirectory = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Directly in it and in the one folder below it that a format has. */
const namesIn = (path: string) =>
  [...listed(path), ...listed(join(path, 'clients')).map((name) => join('clients', name))].sort()

const listed = (path: string): readonly string[] => (isDirectory(path) ? readdirSync(path) : [])

/** A file that a source names, in its own folder or in `clients` beside it; nothing elsewhere is read. */
export function readBeside({ path }: Source, name: string): string | undefined {
  const folder = dirname(path)
  return [folder, join(folder, 'clients')]
    .map((one) => join(one, name))
    .filter((file) => isBelow(resolve(folder), resolve(file)))
    .map(readText)
    .find((text) => text !== undefined)
}
