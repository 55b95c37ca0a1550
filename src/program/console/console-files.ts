/** The files of the console, read once at the start: a later build that takes their place changes nothing here. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConsoleFiles } from '../../http/session/console-settings.ts'

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The command is one folder below the servers. */
const FOLDERS = ['./console', '../console']

/** What the build has beside a module that was started; `undefined` where there is none, as in a run from the sources. */
export function readConsoleFiles(entryUrl: string): ConsoleFiles | undefined {
  for (const one of FOLDERS) {
    const folder = fileURLToPath(new URL(one, entryUrl))
    const text = readText(join(folder, 'console.json'))
    if (text === undefined) continue
    const { begin, files } = JSON.parse(text) as Pick<ConsoleFiles, 'begin'> & {
      readonly files: readonly string[]
    }
    return { begin, files: new Map(files.map((name) => [name, fileOf(join(folder, name))])) }
  }
  return undefined
}

function fileOf(path: string) {
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  const gzip = readBytes(`${path}.gz`)
  const text = readText(path) ?? ''
  const digest = `sha256-${createHash('sha256').update(text).digest('base64')}`
  return { type, text, digest, ...(gzip === undefined ? {} : { gzip }) }
}

const readText = (path: string): string | undefined => readBytes(path)?.toString('utf8')

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
