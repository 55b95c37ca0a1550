/**
 * G7: a store without room for one more record (`SQLITE_FULL`, which a full disk gives too): nothing is sent, and
 * it is over as soon as there is room. What a disk does that takes no write at all is
 * `test/faults/full-disk.test.ts`.
 */

import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { resourceOf } from '../../src/store/resource.ts'
import { openBench } from '../contract/service.ts'
import { SUBJECTS } from '../contract/subjects.ts'

it.each(SUBJECTS)('refuses changes and sends none while it is full: $name', async (kind) => {
  const subject = await kind.start()
  const bench = await openBench(new Map([['it', subject.provider]]))
  const change = (name: string) => bench.change(subject.ref, { name })
  const limit = (pages: string) => bench.database.exec(`pragma max_page_count = ${pages}`)
  await change('Before')
  const entries = () => bench.service.store.entries(resourceOf(subject.ref))

  // No fewer than there are, so: just what is there, in which a small entry may find some room, and one of this size none.
  limit('1')
  const add = Array.from({ length: 80 }, (_, at) => {
    const path = createHash('sha256').update(String(at)).digest('hex')
    return `https://app.example.com/${path}`
  })
  const large = () => bench.change(subject.ref, { callbacks: { add } })
  const before = subject.stored()
  const written = (await entries()).length
  for (let round = 0; round < 3; round += 1) {
    await expect(large()).rejects.toMatchObject({ code: 'store_unavailable' })
  }
  expect(subject.stored()).toEqual(before)
  expect(await entries()).toHaveLength(written)

  limit('4294967294')
  expect((await change('After')).outcome).toBe('applied')
  expect((await entries()).at(-1)).toMatchObject({ kind: 'outcome', outcome: 'applied' })
  await bench.close()
  await subject.close()
})
