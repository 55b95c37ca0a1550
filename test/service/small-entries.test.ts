/**
 * What small requests add to the history of a client that is large: little, and nothing of what the history is
 * for is lost by that. Rows are counted in the database itself.
 */

import { randomBytes } from 'node:crypto'
import { beforeEach, expect } from 'vitest'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

const kind = subjectNamed('local')
const PREVIEW = 'https://pr-7.preview.example/cb'
/** 2,000 characters each. */
const LONG = Array.from(
  { length: 40 },
  () => `https://app.example.com/${randomBytes(988).toString('hex')}`,
)
let subject: Subject
let bench: Bench

const it = onSubject(kind, (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  await subject.put({ ...subject.stored(), [kind.callbacks]: LONG })
})

const callbacks = () => subject.stored()[kind?.callbacks ?? ''] as readonly string[]
const size = () =>
  Number(bench.database.prepare('select sum(length(entry)) as n from log').get()?.n)
const change = (patch: ChangeRequest['patch'], service: Service = bench.service) =>
  changeClient(service, {
    ...requestFor(service, subject.ref, {}),
    patch,
    deadline: service.now() + 10_000,
  })
const take = (value: string, service?: Service) =>
  change({ kind: 'lease', field: 'callbacks', value, owner: 'pr-7', seconds: 3_600 }, service)

/** What each of so many requests adds, on average. */
async function added(times: number, request: (index: number) => Promise<unknown>) {
  const before = size()
  for (let index = 0; index < times; index += 1) await request(index)
  return (size() - before) / times
}

it('a small request adds some kilobytes, however large the client is', async () => {
  await take(PREVIEW)
  // 80 KB of values, once in clear and once sealed.
  expect(size()).toBeLessThan(250_000)
  expect(await added(4, () => take(PREVIEW))).toBeLessThan(5_000)
  expect(await added(4, (index) => take(`${PREVIEW}/${index % 5}`))).toBeLessThan(8_000)
  const renamed = (index: number) => bench.change(subject.ref, { name: `Name ${index}` })
  expect(await added(4, renamed)).toBeLessThan(6_000)
})

it('a small request adds some kilobytes, however much of the client is sealed', async () => {
  const members = Array.from({ length: 300 }, (_, index) => [
    `member ${index}`,
    randomBytes(150).toString('hex'),
  ])
  const metadata = Object.fromEntries(members)
  await subject.put({ ...subject.stored(), metadata })
  const [first = '', second = ''] = Object.keys(metadata)
  await bench.change(subject.ref, { clientMetadata: { [first]: 'One' } })
  const set = (index: number) =>
    bench.change(subject.ref, { clientMetadata: { [index % 2 ? first : second]: `New ${index}` } })
  // A part has 1.7 kB on average and 11 kB at most, by chance; a change of a value seals two of them again,
  // before and after, and writes 6 kB beside them. All of the client would be 170 kB.
  expect(await added(4, set)).toBeLessThan(50_000)
  const put = (index: number) =>
    bench.change(subject.ref, { clientMetadata: { [`new ${index}`]: 'value' } })
  expect(await added(4, put)).toBeLessThan(50_000)
  expect((await bench.service.store.entries(resourceOf(subject.ref))).length).toBeGreaterThan(16)
  const { faults } = await verifyLog(bench.service.store, bench.service)
  expect(faults).toEqual([])
})

it('is shown, undone, rolled back, settled and verified as ever', async () => {
  await bench.change(subject.ref, { name: 'One' })
  const { seq: to = 0 } = (await bench.service.store.last(resourceOf(subject.ref))) ?? {}
  const removed = await bench.change(subject.ref, { callbacks: { remove: LONG.slice(10, 20) } })
  await take(PREVIEW)
  await bench.change(subject.ref, { name: 'Two', callbacks: { add: ['https://new.example/cb'] } })
  await change({ kind: 'undo', operationId: removed.operationId ?? '', allowPartial: false })
  expect(new Set(callbacks())).toEqual(new Set([...LONG, PREVIEW, 'https://new.example/cb']))
  await change({ kind: 'rollback', to, allowPartial: false })
  expect(subject.stored()).toMatchObject({ client_name: 'One' })
  expect(new Set(callbacks())).toEqual(new Set([...LONG, PREVIEW]))
  // The process dies once the change was sent; another one finds out what became of it.
  const { store } = bench.service
  const append: typeof store.append = (entry) =>
    entry.kind === 'outcome' ? Promise.reject(new Error('died')) : store.append(entry)
  const dying = { ...bench.service, store: { ...store, append } }
  await expect(take(`${PREVIEW}/8`, dying)).rejects.toMatchObject({ code: 'outcome_unknown' })
  const fresh = await bench.another()
  const later = { ...fresh.service, turns: createTurns(Date.now), now: () => Date.now() + 60_000 }
  expect(await sweep(later)).toEqual({ settled: 1, left: 0 })
  const last = await fresh.service.store.last(resourceOf(subject.ref))
  expect(last).toMatchObject({ kind: 'outcome', outcome: 'applied', settledBy: 'settlement' })
  expect(last?.standing?.leases).toMatchObject([{ value: PREVIEW }, { value: `${PREVIEW}/8` }])
  const { faults, records } = await verifyLog(fresh.service.store, fresh.service)
  expect(faults).toEqual([])
  expect(records).toBe(Number(bench.database.prepare('select count(*) as n from log').get()?.n))
})

it('a change of someone else is reported value by value', async () => {
  await take(PREVIEW)
  await take(PREVIEW)
  await subject.put({ ...subject.stored(), [kind?.callbacks ?? '']: callbacks().slice(1) })
  await take(PREVIEW)
  const entries = await bench.service.store.entries(resourceOf(subject.ref))
  expect(entries.filter(({ kind }) => kind === 'outside_change')).toMatchObject([
    { changes: [{ field: 'callbacks', removed: [LONG[0]], added: [] }] },
  ])
})

it('a row that someone has changed is found, whichever part of it they changed', async () => {
  for (let index = 0; index < 4; index += 1) await take(PREVIEW)
  const { database, service } = bench
  const rows = database.prepare('select seq, entry from log order by seq').all()
  const packed = rows.filter(({ entry }) => String(entry).startsWith('~'))
  expect(packed.length).toBeGreaterThan(5)
  const write = (seq: unknown, text: string) =>
    database.prepare('update log set entry = ? where seq = ?').run(text, Number(seq))
  // A base, and one that takes from it.
  for (const { seq, entry } of packed.filter((_, at) => at === 0 || at === 4)) {
    const text = String(entry)
    const twisted = [
      text.replace('pr-7', 'pr-8'),
      text.replace('app.example.com', 'abb.example.com'),
      text.replace(/\[(\d+),(\d+)\]/, (_, from, length) => `[${Number(from) + 1},${length}]`),
      text.slice(0, -1),
      '~',
    ].filter((one) => one !== text)
    for (const one of twisted) {
      write(seq, one)
      // In a process that has not read the row before.
      const other = await bench.another()
      const { faults } = await verifyLog(other.service.store, service)
      expect(
        faults.map((fault) => fault.seq),
        one.slice(0, 80),
      ).toEqual([Number(seq)])
    }
    write(seq, text)
  }
})
