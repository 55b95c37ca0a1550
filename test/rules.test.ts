/** Each test file says at its head which rule it proves, and docs/guarantees.md names the tests of each guarantee. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const ALL = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `test/${name}`)
  .sort()
const FILES = ALL.filter((name) => name.endsWith('.test.ts'))

/** The comment before everything else, on one line. */
function headOf(path: string): string {
  const [, head = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(path, 'utf8')) ?? []
  return head.replace(/\n \*/g, ' ').replace(/ +/g, ' ').trim()
}

/** The guarantees that a head names. */
const guaranteesOf = (path: string) =>
  [...headOf(path).matchAll(/\bG(?:10|[1-9])\b/g)].map(([name]) => name)

it.each(FILES)('%s says at its head which rule it proves', (path) => {
  // A sentence, and not a title.
  expect(headOf(path)).toMatch(/^\S.{20,}[.)]$/)
})

it('every test waits for what it stores at a subject', () => {
  // One that is refused later would be an unhandled rejection, or no one's.
  const unawaited = /^[ ]*(?:(?:for|if) \(.*\) )?(?:subject|here|there)\.put\(.*$/gm
  const found = ALL.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(unawaited)]
      .filter(({ index, input }) => !/=>\s*$/.test(input.slice(0, index)))
      .map(([line]) => `${path}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})

describe('docs/guarantees.md', () => {
  const rows = [
    ...readFileSync('docs/guarantees.md', 'utf8').matchAll(/^\| (G\d+) [^|]+ \| (.+) \|$/gm),
  ].map(([, guarantee = '', cell = '']) => ({
    guarantee,
    tests: [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
  }))

  it('has a row for each guarantee', () => {
    const names = Array.from({ length: 10 }, (_, index) => `G${index + 1}`)
    expect(rows.map(({ guarantee }) => guarantee)).toEqual(names)
  })

  it.each(rows)('names tests of $guarantee that exist and say so', ({ guarantee, tests }) => {
    expect(tests.length).toBeGreaterThan(1)
    expect(tests.filter((path) => !existsSync(path))).toEqual([])
    expect(tests.filter((path) => !guaranteesOf(path).includes(guarantee))).toEqual([])
  })

  it('names every test that says that it is about a guarantee', () => {
    const listed = new Set(
      rows.flatMap(({ guarantee, tests }) => tests.map((path) => `${guarantee} ${path}`)),
    )
    const told = FILES.flatMap((path) => guaranteesOf(path).map((name) => `${name} ${path}`))
    expect(told.filter((one) => !listed.has(one) && !one.endsWith('rules.test.ts'))).toEqual([])
  })
})
