/** What users read is plain English: words that turned sentences into riddles do not come back. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const WORDS =
  /\b(?:told|tells?|telling|somebody|nobody|anybody|whoever|mends?|mended)\b|\b(?:as good as|moved on)\b|world has moved/i

/** Pages that quote what was, and tables that are written by a program. */
const AS_WRITTEN = /^docs\/(?:decisions|track-record)/

const pathsIn = (folder: string, end: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .map((path) => join(folder, path))

/** Sentences of the sources: texts with a space, without what is filled in. */
const sentencesOf = (source: string): readonly string[] =>
  [
    ...source
      .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
      .matchAll(/(['"`])((?:\\.|(?!\1)[^\\])*)\1/g),
  ]
    .map(([, , text = '']) => text.replace(/\$\{[^}]*\}/g, '…'))
    .filter((text) => / /.test(text))

/** Lines of a page, without blocks and names in code. */
const linesOf = (page: string): readonly string[] =>
  page
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '')
    .replace(/\]\([^)]*\)/g, ']')
    .split('\n')

const PAGES = [...pathsIn('docs', '.md'), 'README.md', 'CONTRIBUTING.md'].filter(
  (path) => !AS_WRITTEN.test(path),
)

/** Texts of files in which one of the words is, each with its path. */
const found = (paths: readonly string[], textsOf: (text: string) => readonly string[]) =>
  paths.flatMap((path) =>
    textsOf(readFileSync(path, 'utf8'))
      .filter((text) => WORDS.test(text))
      .map((text) => `${path}: ${text}`),
  )

it('the pages', () => {
  expect(found(PAGES, linesOf)).toEqual([])
})

const commentsOf = (source: string): readonly string[] =>
  [...source.matchAll(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/ .*$/gm)].map(([text]) =>
    text.replace(/`[^`\n]*`/g, '').replace(/\s*\n\s*\*?\s*/g, ' '),
  )

it.each(['src', 'test', 'bench', 'scripts'])('the comments of %s', (folder) => {
  expect(found(pathsIn(folder, '.ts'), commentsOf)).toEqual([])
})

it('the messages of src', () => {
  expect(found(pathsIn('src', '.ts'), sentencesOf)).toEqual([])
})

// What `npm test` prints: titles, and sentences about what went wrong. Code between two texts may span lines.
it('the titles of test', () => {
  const sources = pathsIn('test', '.ts').filter((path) => !path.endsWith('/english.test.ts'))
  const lines = (text: string) => sentencesOf(text).filter((one) => !one.includes('\n'))
  expect(found(sources, lines)).toEqual([])
})
