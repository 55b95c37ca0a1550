/**
 * G7: a store without room for one more record (`SQLITE_FULL`, which a full disk gives too): nothing is sent, and
 * it is over as soon as there is room. What a disk does that takes no write at all is
 * `test/faults/full-disk.test.ts`.
 */

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
  const before = subject.stored()
  const entries = () => bench.service.store.entries(resourceOf(subject.ref))

  // No fewer than there are, so: just what is there.
  limit('1')
  for (let round = 0; round < 3; round += 1) {
    await expect(change('During')).rejects.toMatchObject({ code: 'store_unavailable' })
  }
  expect(subject.stored()).toEqual(before)
  expect((await entries()).map((entry) => entry.kind)).toEqual(['intent', 'outcome'])

  limit('4294967294')
  expect((await change('After')).outcome).toBe('applied')
  expect((await entries()).map((entry) => entry.kind)).toHaveLength(4)
  await bench.close()
  await subject.close()
})
