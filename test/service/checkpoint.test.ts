/** Checkpoints over a store that reports grown logs in every way that a store may. */

import { describe, expect } from 'vitest'
import { canonicalJson } from '../../src/core/json/json.ts'
import type { Service } from '../../src/service/base/service.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { addCheckpoint, codeOf } from '../../src/service/upkeep/checkpoint.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Checkpoint, Head } from '../../src/store/log/entry.ts'
import {
  CHECKPOINTS,
  jobResource,
  keyResource,
  lookResource,
  registrationResource,
  resourceOf,
} from '../../src/store/resource.ts'
import type { Grown, Store } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { headOf, outsideChangeOf } from '../fixtures/entries.ts'
import { onFresh } from '../fixtures/opened.ts'

let bench: Bench
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
  },
)

const heads = (count: number) => Array.from({ length: count }, (_, index) => headOf(`${index}`))
const checkpoints = () => bench.service.store.entries(CHECKPOINTS) as Promise<readonly Checkpoint[]>

/** What it reports of a log beside its end is no matter here. */
interface Answer extends Partial<Omit<Grown, 'heads'>> {
  readonly heads?: readonly Head[]
}

/** The real store, reporting these logs, one answer after the other; the last one again and again. */
function telling(...answers: readonly Answer[]): {
  service: Service
  asked: (string | undefined)[]
} {
  const asked: (string | undefined)[] = []
  const tell: Store['heads'] = async (since, of) => {
    if (of === 'others') return { heads: [], cursor: 'o', more: false }
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(since)
    const grown = { heads: [], cursor: 'c', more: false, ...answer }
    return { ...grown, heads: grown.heads.map((head: Head) => ({ ...head, first: 1 })) }
  }
  const store = { ...bench.service.store, heads: tell }
  return { service: { ...bench.service, store, now: () => 77 }, asked }
}

it('holds what logs ended with, where to go on, and a code over both and the one before', async () => {
  const { store } = bench.service
  const [one, two] = ['one', 'two'].map((id) => resourceOf({ provider: 'it', id }))
  const entry = outsideChangeOf(one ?? '', 1)
  await store.append(entry)
  const first = await addCheckpoint(bench.service)
  expect(first).toMatchObject({
    kind: 'checkpoint',
    resource: CHECKPOINTS,
    seq: 1,
    previous: '',
    heads: [{ resource: one, seq: 1, hash: entry.hash }],
  })
  expect(await addCheckpoint(bench.service)).toBeUndefined()
  const other = outsideChangeOf(two ?? '', 1)
  await store.append(other)
  const second = await addCheckpoint(bench.service)
  expect(second).toMatchObject({
    seq: 2,
    previous: first?.hash,
    heads: [{ resource: two, seq: 1, hash: other.hash }],
  })
  expect(await checkpoints()).toEqual([first, second])
  if (second === undefined) throw new TypeError('no checkpoint')
  const { fingerprints } = bench.service
  expect(second.code).toBe(codeOf(fingerprints, second))
  for (const change of [
    { at: 1 },
    { heads: [] },
    { cursor: 'x' },
    { others: 'x' },
    { previous: 'x' },
  ]) {
    expect(codeOf(fingerprints, { ...second, ...change })).not.toBe(second.code)
  }
})

it('is none where nothing grew', async () => {
  const { service, asked } = telling({})
  expect(await addCheckpoint(service)).toBeUndefined()
  expect(asked).toEqual([undefined])
  expect(await checkpoints()).toEqual([])
})

it('goes on from the cursor of the last one as long as there is more', async () => {
  const { service, asked } = telling(
    { heads: [headOf('a')], cursor: '1', more: true },
    { heads: [headOf('b')], cursor: '2', more: true },
    { heads: [headOf('c')], cursor: '3' },
  )
  expect(await addCheckpoint(service)).toMatchObject({ seq: 3, cursor: '3', at: 77 })
  expect(asked).toEqual([undefined, '1', '2'])
  expect((await checkpoints()).map((one) => one.heads)).toEqual([
    [headOf('a')],
    [headOf('b')],
    [headOf('c')],
  ])
})

it('is none where all that is reported again was named at the same cursor', async () => {
  const { service } = telling({ heads: heads(1_001) })
  expect(await addCheckpoint(service)).toMatchObject({ seq: 2 })
  const again = telling({ heads: [headOf('0'), headOf('1000')], cursor: 'd' })
  // The first of the two ends where the second began, and so has not been seen to its end.
  expect(await addCheckpoint(again.service)).toMatchObject({ seq: 3, cursor: 'd' })
  expect(await addCheckpoint(again.service)).toBeUndefined()
  const grown = telling({ heads: [headOf('0'), headOf('1000', 2)], cursor: 'd' })
  expect(await addCheckpoint(grown.service)).toMatchObject({
    heads: [headOf('0'), headOf('1000', 2)],
  })
  // Named by two checkpoints at one cursor: each of them counts.
  expect(await addCheckpoint(again.service)).toBeUndefined()
  expect(await checkpoints()).toHaveLength(4)
})

it.each([
  [1_000, [1_000], ['c']],
  [1_001, [1_000, 1], ['0', 'c']],
  [2_000, [1_000, 1_000], ['0', 'c']],
])(
  'of %i logs names all, and has seen to the end with the last only',
  async (count, sizes, cursors) => {
    const { service } = telling({ heads: heads(count) })
    await addCheckpoint(service)
    const all = await checkpoints()
    expect(all.map((one) => one.heads.length)).toEqual(sizes)
    expect(all.map(({ cursor }) => cursor)).toEqual(cursors)
    expect(all.flatMap((one) => one.heads)).toEqual(heads(count))
  },
)

describe('beside the logs of clients', () => {
  /** The real store, whose logs of both kinds end there; what it is asked for of the others. */
  function at(cursor: string, others: string, named: readonly Head[] = []) {
    const asked: (string | undefined)[] = []
    const tell: Store['heads'] = async (since, of) => {
      if (of === 'others') asked.push(since)
      const grown = of === 'others' ? [] : named.map((head) => ({ ...head, first: 1 }))
      return { heads: grown, cursor: of === 'others' ? others : cursor, more: false }
    }
    const store = { ...bench.service.store, heads: tell }
    return { asked, add: () => addCheckpoint({ ...bench.service, store, now: () => 77 }) }
  }
  const earlier = async (cursor: string) => {
    const { store } = bench.service
    const body = { kind: 'checkpoint' as const, resource: CHECKPOINTS, at: 1, heads: [], cursor }
    const last = await store.last(CHECKPOINTS)
    expect(await store.append(following(last, { ...body, code: '' }))).toBe(true)
  }

  it('it goes on where the last one ended, whatever those before it say', async () => {
    await at('c', 'o1', [headOf('a')]).add()
    await at('c', 'o2', [headOf('b')]).add()
    const third = at('c', 'o3', [headOf('c')])
    expect(await third.add()).toMatchObject({ seq: 3, others: 'o3' })
    expect(third.asked).toEqual(['o2'])
  })

  it('it goes on where the newest one ended that names them, beside servers of an earlier version', async () => {
    await at('c', 'o1', [headOf('a')]).add()
    await at('c', 'o2', [headOf('b')]).add()
    await earlier('c')
    await earlier('c')
    const next = at('c', 'o2', [headOf('c')])
    await next.add()
    expect(next.asked).toEqual(['o2'])
  })

  it('it says where they end, also where nothing grew since one of an earlier version', async () => {
    await earlier('c')
    const first = at('c', 'o')
    expect(await first.add()).toMatchObject({ seq: 2, heads: [], cursor: 'c', others: 'o' })
    expect(first.asked).toEqual([undefined])
    expect(await at('c', 'o').add()).toBeUndefined()
  })

  it('it has seen to the end of neither before the last of several', async () => {
    await at('c1', 'o1', heads(1_001)).add()
    await at('c2', 'o2', heads(1_002)).add()
    expect((await checkpoints()).map(({ cursor, others }) => [cursor, others])).toEqual([
      ...[
        ['0', '0'],
        ['c1', 'o1'],
        ['c1', 'o1'],
        ['c2', 'o2'],
      ],
    ])
  })

  it('it names again what was named at another end of either', async () => {
    await at('c', 'o1', [headOf('a')]).add()
    await at('c', 'o2', [headOf('b')]).add()
    expect(await at('c', 'o2', [headOf('a')]).add()).toMatchObject({ heads: [headOf('a')] })
    await at('d', 'o2', [headOf('c')]).add()
    expect(await at('d', 'o2', [headOf('a')]).add()).toMatchObject({ heads: [headOf('a')] })
    expect(await at('d', 'o2', [headOf('a'), headOf('c')]).add()).toBeUndefined()
  })

  it('its code is that of an earlier version where it names none of them', () => {
    const { fingerprints } = bench.service
    const checkpoint = { at: 1, heads: [headOf('a')], cursor: 'c', previous: 'p' }
    const text = (...more: readonly string[]) =>
      fingerprints.ofText(
        'checkpoint',
        canonicalJson([1, [headOf('a')] as never, 'c', 'p', ...more]),
      )
    expect(codeOf(fingerprints, checkpoint)).toBe(text())
    expect(codeOf(fingerprints, { ...checkpoint, others: 'o' })).toBe(text('o'))
  })
})

it('is left to another instance that was first, and reports what it has added itself', async () => {
  const { service } = telling({ heads: heads(1_001) })
  const { store } = service
  const losing = (seq: number): Service => ({
    ...service,
    store: { ...store, append: async (entry) => entry.seq !== seq && store.append(entry) },
  })
  expect(await addCheckpoint(losing(1))).toBeUndefined()
  expect(await checkpoints()).toEqual([])
  const added = await addCheckpoint(losing(2))
  expect(added).toMatchObject({ seq: 1, cursor: '0' })
  expect(await checkpoints()).toEqual([added])
})

it('names the logs of jobs, registrations and keys, and those from before it named them', async () => {
  const { store } = bench.service
  const logs = [
    jobResource('a'),
    keyResource('digest'),
    registrationResource('it', 'one'),
    lookResource('b'),
  ]
  for (const resource of logs) await store.append(outsideChangeOf(resource, 1))
  // As an earlier version left it: a checkpoint behind all of that, which names none of it.
  const body = { kind: 'checkpoint' as const, resource: CHECKPOINTS, at: 1, heads: [], cursor: '4' }
  await store.append(following(undefined, { ...body, code: '' }))
  const named = async () => (await addCheckpoint(bench.service))?.heads.map((one) => one.resource)
  expect((await named())?.sort()).toEqual([...logs].sort())
  expect(await named()).toBeUndefined()
  // Both versions run: that of the earlier one does not make all of it be named again.
  const last = (await store.last(CHECKPOINTS)) as Checkpoint
  await store.append(following(last, { ...body, cursor: last.cursor, code: '' }))
  await store.append(outsideChangeOf(logs[0] ?? '', 2))
  expect(await named()).toEqual([logs[0]])
})

it('is found by a verification where a whole log was removed', async () => {
  const { store, fingerprints } = bench.service
  const logs = [jobResource('a'), keyResource('digest'), registrationResource('it', 'one')]
  for (const resource of logs) {
    const { seq: _, previous: __, hash: ___, ...entry } = outsideChangeOf(resource, 1)
    await store.append(following(undefined, entry))
  }
  await addCheckpoint(bench.service)
  expect((await verifyLog(store, { fingerprints })).faults).toEqual([])
  for (const resource of logs) {
    bench.database.prepare('delete from log where resource = ?').run(resource)
  }
  const { faults } = await verifyLog(store, { fingerprints })
  expect(faults).toEqual(
    logs.map((resource) => ({
      resource,
      seq: 1,
      why: 'the log ends at 0, but a checkpoint has recorded 1',
    })),
  )
})
