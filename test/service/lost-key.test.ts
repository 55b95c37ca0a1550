/** An intent whose sealed records cannot be opened any more does not block its client for good. */

import { expect, it } from 'vitest'
import { resourceOf } from '../../src/store/resource.ts'
import { openBench } from '../contract/service.ts'
import { SUBJECTS } from '../contract/subjects.ts'

it('is closed as a conflict, and the next change goes on', async () => {
  const kind = SUBJECTS.find(({ name }) => name === 'cognito')
  if (kind === undefined) throw new TypeError('no such subject')
  const subject = await kind.start()
  const providers = new Map([['it', subject.provider]])
  const before = await openBench(providers, { key: Buffer.alloc(32, 1) })
  subject.emulator?.inject({ kind: 'reset_after_apply', operation: 'UpdateUserPoolClient' })
  subject.emulator?.inject({
    kind: 'reset_before_apply',
    operation: 'DescribeUserPoolClient',
    skip: 1,
    times: 9,
  })
  const lost = before.change(subject.ref, { name: 'Lost' }, { deadline: Date.now() + 400 })
  await expect(lost).rejects.toMatchObject({ code: 'outcome_unknown' })
  subject.emulator?.clearFaults()

  const after = await openBench(providers, { key: Buffer.alloc(32, 2), path: before.path })
  const result = await after.change(subject.ref, { name: 'Next' })
  expect(result.outcome).toBe('applied')
  const entries = await after.service.store.entries(resourceOf(subject.ref))
  expect(entries[1]).toMatchObject({
    kind: 'outcome',
    outcome: 'conflict',
    settledBy: 'settlement',
  })
  expect(await after.service.store.openIntents()).toEqual([])
  await after.close()
  await before.close()
  await subject.close()
})
