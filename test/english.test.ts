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

it.each(PAGES)('%s', (path) => {
  expect(linesOf(readFileSync(path, 'utf8')).filter((line) => WORDS.test(line))).toEqual([])
})

const commentsOf = (source: string): readonly string[] =>
  [...source.matchAll(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/ .*$/gm)].map(([text]) =>
    text.replace(/`[^`\n]*`/g, '').replace(/\s*\n\s*\*?\s*/g, ' '),
  )

it.each(['src', 'test', 'bench', 'scripts'].flatMap((folder) => pathsIn(folder, '.ts')))(
  'the comments of %s',
  (path) => {
    expect(commentsOf(readFileSync(path, 'utf8')).filter((text) => WORDS.test(text))).toEqual([])
  },
)

it.each(pathsIn('src', '.ts'))('the messages of %s', (path) => {
  expect(sentencesOf(readFileSync(path, 'utf8')).filter((text) => WORDS.test(text))).toEqual([])
})

/** What `npm test` prints: titles, and sentences about what went wrong. Code between two texts may span lines. */
it.each(pathsIn('test', '.ts').filter((path) => !path.endsWith('/english.test.ts')))(
  'the titles of %s',
  (path) => {
    const texts = sentencesOf(readFileSync(path, 'utf8')).filter((text) => !text.includes('\n'))
    expect(texts.filter((text) => WORDS.test(text))).toEqual([])
  },
)
