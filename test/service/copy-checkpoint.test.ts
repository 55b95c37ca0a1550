/** The checkpoints that a copied store ends with: they name what the copied ones lack, and where this store ends. */

import { expect } from 'vitest'
import type { Service } from '../../src/service/base/service.ts'
import { codeOf } from '../../src/service/upkeep/checkpoint.ts'
import { addCopyCheckpoint } from '../../src/service/upkeep/copy-checkpoint.ts'
import type { Checkpoint } from '../../src/store/log/entry.ts'
import { CHECKPOINTS } from '../../src/store/resource.ts'
import type { Store } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { headOf } from '../fixtures/entries.ts'
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

/** The real store, whose logs end behind these cursors: the last of each is the end. */
function ending(
  clients: readonly string[] = ['c1', 'c2'],
  others: readonly string[] = ['o1', 'o2'],
): Service {
  const tell: Store['heads'] = async (since, of = 'clients') => {
    const cursors = of === 'clients' ? clients : others
    const at = since === undefined ? 0 : cursors.indexOf(since) + 1
    return { heads: [], cursor: cursors[at] ?? 'lost', more: at < cursors.length - 1 }
  }
  return { ...bench.service, store: { ...bench.service.store, heads: tell }, now: () => 77 }
}
const END = { cursor: 'c2', others: 'o2' }

it('names the end of each log but their own, and where both kinds of logs end', async () => {
  const service = ending()
  const added = await addCopyCheckpoint(service, [headOf('a', 3), headOf(CHECKPOINTS, 9)])
  expect(added).toMatchObject({ seq: 1, at: 77, heads: [headOf('a', 3)], ...END })
  if (added === undefined) throw new TypeError('no checkpoint')
  expect(added.code).toBe(codeOf(service.fingerprints, added))
  expect(await checkpoints()).toEqual([added])
})

it('is none where the newest one is at the end already, and lacks nothing', async () => {
  const added = await addCopyCheckpoint(ending(), [headOf('a', 3)])
  expect(await addCopyCheckpoint(ending(), [headOf('a', 3)])).toEqual(added)
  expect(await addCopyCheckpoint(ending(), [headOf('a', 2), headOf(CHECKPOINTS)])).toEqual(added)
  expect(await checkpoints()).toHaveLength(1)
})

it('names only what none of the copied ones names so far', async () => {
  await addCopyCheckpoint(ending(), [headOf('a', 3), headOf('b', 1), headOf('c', 5)])
  await addCopyCheckpoint(ending(), [headOf('b', 2)])
  const all = [headOf('a', 3), headOf('b', 2), headOf('c', 6), headOf('d', 1)]
  const added = await addCopyCheckpoint(ending(), all)
  expect(added).toMatchObject({ seq: 3, heads: [headOf('c', 6), headOf('d', 1)], ...END })
})

it('says where this store ends, also where nothing is lacking', async () => {
  await addCopyCheckpoint(ending(), [headOf('a')])
  const moved = await addCopyCheckpoint(ending(['c3']), [headOf('a')])
  expect(moved).toMatchObject({ seq: 2, heads: [], cursor: 'c3', others: 'o2' })
  const both = await addCopyCheckpoint(ending(['c3'], ['o3']), [headOf('a')])
  expect(both).toMatchObject({ seq: 3, heads: [], cursor: 'c3', others: 'o3' })
})

it('of an empty store is one that says where it ends', async () => {
  expect(await addCopyCheckpoint(ending(), [])).toMatchObject({ seq: 1, heads: [], ...END })
})

it.for([
  [1_000, [1_000]],
  [1_001, [1_000, 1]],
  [2_000, [1_000, 1_000]],
] as const)(
  'of %i logs are as many as they need, of which only the last is at the end',
  async ([count, lengths]) => {
    const last = await addCopyCheckpoint(ending(), heads(count))
    const all = await checkpoints()
    expect(all.map((one) => one.heads.length)).toEqual(lengths)
    expect(all.flatMap((one) => one.heads)).toEqual(heads(count))
    expect(all.at(-1)).toEqual(last)
    expect(last).toMatchObject(END)
    for (const one of all.slice(0, -1)) expect(one).toMatchObject({ cursor: '0', others: '0' })
  },
)

it('is none where another server adds one at the same time', async () => {
  const service = ending()
  const store = { ...service.store, append: async () => false }
  expect(await addCopyCheckpoint({ ...service, store }, [headOf('a')])).toBeUndefined()
  expect(await checkpoints()).toEqual([])
})
