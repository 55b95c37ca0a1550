/** What a built function loads: the files, and how large they are. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Parts that a first change loads beside what the function starts with: the history, and its provider. */
export const partsOf = (provider: string) => ['dynamodb-identity', 'dynamodb', provider]

/**
 * The files of `dist/lambda` that are loaded: `index.mjs`, these parts, and whatever they import at once. Only what
 * `index.mjs` leads to counts: files of earlier builds stay for a while.
 */
export function loadedFiles(folder: string, parts: readonly string[]): readonly string[] {
  const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')
  const named = (text: string, before: string) =>
    [...text.matchAll(new RegExp(`${before}"\\./([\\w.-]+\\.mjs)"`, 'g'))].map(
      ([, name = '']) => name,
    )
  const loaded = new Set<string>()
  const later = new Set<string>()
  const load = (name: string) => {
    if (loaded.has(name)) return
    loaded.add(name)
    const text = textOf(name)
    for (const one of named(text, 'import\\(')) later.add(one)
    for (const one of named(text, '(?:from|import)')) load(one)
  }
  load('index.mjs')
  for (const part of parts) {
    const file = [...later].find((name) => name.replace(/-[A-Z0-9]{8}\.mjs$/, '') === part)
    if (file === undefined) throw new TypeError(`${folder} loads no part ${part}`)
    load(file)
  }
  return [...loaded]
}

/** In bytes: as they are, and each compressed with gzip. */
export function sizeOf(folder: string, names: readonly string[]) {
  const texts = names.map((name) => readFileSync(join(folder, name)))
  return {
    plain: texts.reduce((sum, text) => sum + text.length, 0),
    gzip: texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0),
  }
}
