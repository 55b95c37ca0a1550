/**
 * Recorded traffic of a provider, replayed at its emulator and compared answer by answer. The recordings are not part of the
 * repository; `CLIENTRY_RECORDINGS` names the folder that holds them.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { RECORDINGS } from '../files/recorded.ts'

interface Compared {
  readonly index: number
  readonly kind: string
  readonly differences: readonly string[]
}

interface Replayed {
  readonly compared: readonly Compared[]
  /** Calls that are not compared, by the reason. */
  readonly uncompared: Readonly<Record<string, number>>
}

interface Exclusion {
  readonly file: string
  readonly indexes: readonly number[]
  readonly differences: readonly string[]
  readonly why: string
}

interface Traffic<Call, Result extends Replayed> {
  readonly provider: string
  /** Of the calls, one a line. */
  readonly recording: string
  readonly exclusions: readonly Exclusion[]
  readonly leftOut: readonly { readonly what: string; readonly why: string }[]
  replay(calls: readonly Call[]): Promise<Result>
  /** Fails where a call is neither compared nor counted. */
  expectWhole(result: Result, calls: readonly Call[]): void
}

/** The calls of a recording by name; `undefined` where it is not here. */
export function recordedCalls<Call>(
  provider: string,
  recording: string,
  nameOf: (call: Call) => string,
): ReadonlyMap<string, readonly Call[]> | undefined {
  const path = join(RECORDINGS, recording)
  if (!existsSync(path)) {
    say(`${provider} replay skipped: ${path} does not exist`)
    return undefined
  }
  const calls = new Map<string, Call[]>()
  for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
    const call = JSON.parse(line) as Call
    calls.set(nameOf(call), [...(calls.get(nameOf(call)) ?? []), call])
  }
  return calls
}

/** Describes the replay of each file, and prints what was compared. */
export function describeReplay<Call extends { readonly file: string }, Result extends Replayed>(
  traffic: Traffic<Call, Result>,
): void {
  const { provider, recording, exclusions, replay, expectWhole } = traffic
  const files = recordedCalls<Call>(provider, recording, ({ file }) => file)

  describe.skipIf(files === undefined)(`recorded ${provider} traffic`, () => {
    const compared: Compared[] = []
    const uncompared: Record<string, number> = {}

    it.each([...(files?.keys() ?? [])])(
      '%s: answers as recorded, or as the exclusions say',
      async (file) => {
        const calls = files?.get(file) ?? []
        const result = await replay(calls)
        compared.push(...result.compared)
        for (const [why, count] of Object.entries(result.uncompared)) {
          uncompared[why] = (uncompared[why] ?? 0) + count
        }
        const differing = result.compared
          .filter(({ differences }) => differences.length > 0)
          .map(({ index, differences }) => ({ index, differences }))
        const expected = exclusions
          .filter((exclusion) => exclusion.file === file)
          .flatMap(({ indexes, differences }) => indexes.map((index) => ({ index, differences })))
        expect(differing).toEqual(expected)
        expectWhole(result, calls)
      },
    )

    it('excludes only files that are there', () => {
      expect(exclusions.filter(({ file }) => !files?.has(file))).toEqual([])
    })

    afterAll(() => {
      const calls = [...(files?.values() ?? [])].flat().length
      say(`${provider} replay: ${calls} calls of ${files?.size} files, ${compared.length} compared`)
      for (const [kind, count] of countBy(compared, ({ kind }) => kind)) say(`  ${count} ${kind}`)
      for (const [why, count] of Object.entries(uncompared).sort()) {
        say(`  ${count} not compared: ${why}`)
      }
      for (const { what, why } of traffic.leftOut) say(`  left out: ${what}: ${why}`)
      say(`  ${exclusions.flatMap(({ indexes }) => indexes).length} excluded:`)
      for (const { file, indexes, why } of exclusions) say(`    ${file} ${indexes}: ${why}`)
    })
  })
}

function countBy<T>(items: readonly T[], name: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1)
  return [...counts].sort()
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
