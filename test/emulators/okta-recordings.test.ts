/**
 * The proof of the Okta emulator: recorded traffic of Okta's Terraform provider and Python SDK, replayed over HTTP and
 * compared answer by answer. The recordings are not part of the repository; `CLIENTRY_RECORDINGS` names the folder that
 * holds them.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { LEFT_OUT } from './okta-compare.ts'
import { EXCLUSIONS } from './okta-exclusions.ts'
import { type Compared, type Recorded, replay } from './okta-replay.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = process.env.CLIENTRY_RECORDINGS ?? join(ROOT, '../shared/recordings')
const RECORDINGS = join(FOLDER, 'okta-apps.jsonl')

const present = existsSync(RECORDINGS)
if (!present) say(`Okta replay skipped: ${RECORDINGS} does not exist`)

const files = new Map<string, Recorded[]>()
for (const line of present ? readFileSync(RECORDINGS, 'utf8').split('\n') : []) {
  if (line === '') continue
  const call = JSON.parse(line) as Recorded
  files.set(call.file, [...(files.get(call.file) ?? []), call])
}

describe.skipIf(!present)('recorded Okta traffic', () => {
  const compared: Compared[] = []
  const uncompared: Record<string, number> = {}

  it.each([...files.keys()])('%s: answers as recorded, or as the exclusions say', async (file) => {
    const calls = files.get(file) ?? []
    const result = await replay(calls)
    compared.push(...result.compared)
    const counts = Object.entries(result.uncompared)
    for (const [why, count] of counts) uncompared[why] = (uncompared[why] ?? 0) + count
    const differing = result.compared
      .filter(({ differences }) => differences.length > 0)
      .map(({ index, differences }) => ({ index, differences }))
    const expected = EXCLUSIONS.filter((exclusion) => exclusion.file === file).flatMap(
      ({ indexes, differences }) => indexes.map((index) => ({ index, differences })),
    )
    expect(differing).toEqual(expected)
    // Each call is compared, or counted as one that cannot be.
    expect(result.compared.length + counts.reduce((sum, [, count]) => sum + count, 0)).toBe(
      calls.length,
    )
  })

  it('excludes only files that are there', () => {
    expect(EXCLUSIONS.filter(({ file }) => !files.has(file))).toEqual([])
  })

  afterAll(() => {
    const excluded = EXCLUSIONS.flatMap(({ indexes }) => indexes).length
    const calls = [...files.values()].flat().length
    say(`Okta replay: ${calls} calls of ${files.size} files, ${compared.length} answers compared`)
    for (const [kind, count] of countBy(compared, ({ kind }) => kind)) say(`  ${count} ${kind}`)
    for (const [why, count] of Object.entries(uncompared).sort()) {
      say(`  ${count} not compared: ${why}`)
    }
    for (const { what, why } of LEFT_OUT) say(`  left out: ${what}: ${why}`)
    say(`  ${excluded} excluded:`)
    for (const { file, indexes, why } of EXCLUSIONS) say(`    ${file} ${indexes}: ${why}`)
  })
})

function countBy<T>(items: readonly T[], name: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1)
  return [...counts].sort()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
