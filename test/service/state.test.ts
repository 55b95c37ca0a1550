/**
 * G5: how far a change has come, and taking it back, against a model in which a record is a flat table of
 * settings: every mixture of before, after and foreign values of every setting.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { isRecord, same } from '../../src/core/json/json.ts'
import { type Progress, progressOf, reverted } from '../../src/service/operation/change-progress.ts'
import { mappingOf } from '../core/mapping.ts'
import { runs } from '../property.ts'

const mapping = mappingOf(
  {},
  { mergedKeys: ['merged'], hiddenKeys: ['hidden'], volatileKeys: ['moved'] },
)

/** Settings by path; what lies in `merged` stands for itself. */
type Table = Readonly<Record<string, Json | undefined>>

const PATHS = ['a', 'b', 'whole', 'merged.x', 'merged.y', 'merged.toString']

function recordOf(table: Table): JsonObject {
  const set = Object.entries(table).filter(([, value]) => value !== undefined) as [string, Json][]
  const inner = set.filter(([path]) => path.startsWith('merged.'))
  return Object.fromEntries([
    ...set.filter(([path]) => !path.includes('.')),
    ...(inner.length > 0
      ? [['merged', Object.fromEntries(inner.map(([path, value]) => [path.slice(7), value]))]]
      : []),
  ])
}

function tableOf(record: JsonObject): Table {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      name === 'merged' && isRecord(value)
        ? Object.entries(value).map(([inner, item]) => [`merged.${inner}`, item])
        : [[name, value]],
    ),
  ) as Table
}

const value = fc.constantFrom<Json | undefined>(undefined, 1, 2, ['x'], { y: 1 }, { y: 1, z: 2 })
const table = fc.record(
  Object.fromEntries(PATHS.map((path) => [path, value])),
) as fc.Arbitrary<Table>
/** For each setting, whether it is as before, as aimed at, or set by someone else. */
const mixture = fc.record(
  Object.fromEntries(PATHS.map((path) => [path, fc.constantFrom('before', 'after', 'foreign')])),
) as fc.Arbitrary<Readonly<Record<string, 'before' | 'after' | 'foreign'>>>

const equal = (one: Json | undefined, other: Json | undefined) => same(one ?? null, other ?? null)
const FOREIGN = 'someone else'

/** A record in which each setting is as the mixture says, and the settings that the change writes. */
function mixed(before: Table, after: Table, how: Readonly<Record<string, string>>) {
  const current = Object.fromEntries(
    PATHS.map((path) => [
      path,
      how[path] === 'before' ? before[path] : how[path] === 'after' ? after[path] : FOREIGN,
    ]),
  )
  return { current, written: PATHS.filter((path) => !equal(before[path], after[path])) }
}

function expected(before: Table, after: Table, how: Readonly<Record<string, string>>): Progress {
  const { written } = mixed(before, after, how)
  if (written.every((path) => how[path] === 'after')) return 'after'
  if (written.every((path) => how[path] === 'before')) return 'before'
  return written.some((path) => how[path] === 'foreign') ? 'foreign' : 'partly'
}

describe('how far a change has come', () => {
  it('is judged by the settings that it writes, and by nothing else', () => {
    const seen = new Set<Progress>()
    fc.assert(
      fc.property(table, table, mixture, (before, after, how) => {
        const { current } = mixed(before, after, how)
        const aside = { hidden: 1, moved: 1 }
        const progress = progressOf(
          mapping,
          { ...recordOf(before), hidden: 2, moved: 2 },
          { ...recordOf(after), hidden: 3, moved: 3 },
          { ...recordOf(current), ...aside, unheard: 1 },
        )
        expect(progress).toBe(expected(before, after, how))
        seen.add(progress)
      }),
      { numRuns: runs(2_000) },
    )
    expect([...seen].sort()).toEqual(['after', 'before', 'foreign', 'partly'])
  })

  it('is judged by what records mean, not by how they are spelled', () => {
    const spelled = mappingOf(
      {},
      {
        normal: (native) =>
          Object.fromEntries(Object.entries(native).filter(([, v]) => !same(v, []))),
      },
    )
    expect(progressOf(spelled, { a: 1, b: [] }, { a: 2 }, { a: 2, b: [] })).toBe('after')
    expect(progressOf(spelled, { a: ['x'] }, { a: [] }, {})).toBe('after')
  })
})

describe('taking a change back', () => {
  it('puts back what is ours and leaves what is not', () => {
    fc.assert(
      fc.property(table, table, mixture, (before, after, how) => {
        const { current, written } = mixed(before, after, how)
        const wanted = PATHS.map((path) => {
          const ours = written.includes(path) && equal(current[path], after[path])
          return [path, ours ? before[path] : current[path]] as const
        })
        const back = reverted(mapping, recordOf(before), recordOf(after), recordOf(current))
        expect(recordOf(tableOf(back))).toEqual(recordOf(Object.fromEntries(wanted)))
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('ends where it began when no one else wrote', () => {
    fc.assert(
      fc.property(table, table, (before, after) => {
        const back = reverted(mapping, recordOf(before), recordOf(after), recordOf(after))
        expect(progressOf(mapping, recordOf(before), recordOf(after), back)).toBe(
          same(recordOf(before), recordOf(after)) ? 'after' : 'before',
        )
      }),
      { numRuns: runs() },
    )
  })

  it('puts a whole object back where only its members are merged', () => {
    const back = reverted(mapping, { merged: 'text' }, { merged: { x: 1 } }, { merged: { x: 1 } })
    expect(back).toEqual({ merged: {} })
    const inner = reverted(mapping, { merged: {} }, { merged: { x: 1 } }, { merged: { x: 1 } })
    expect(inner).toStrictEqual({ merged: {} })
    expect(reverted(mapping, {}, { whole: 1 }, { whole: 1 })).toStrictEqual({})
    expect(reverted(mapping, { whole: { x: 1 } }, {}, { other: 1 })).toEqual({
      whole: { x: 1 },
      other: 1,
    })
  })
})
