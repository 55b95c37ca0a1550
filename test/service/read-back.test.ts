/** How settling finds things out: whether an intent is still open, how long it waits, and which clients are gone. */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import {
  isOpen,
  readOrGone,
  readOrMissing,
  waitForLate,
} from '../../src/service/operation/read-back.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'

const CALL = { operationId: 'one', deadline: 10_000, timeoutMs: 1_000 }

it('an intent is open while it is the newest entry of its log', async () => {
  const intent = intentOf('it', 3)
  const isIt = (last: unknown) =>
    isOpen({ store: { last: async () => last } } as unknown as Service, intent)
  expect(await isIt(intent)).toBe(true)
  const others: readonly unknown[] = [
    undefined,
    closingOf('it', 4),
    { ...closingOf('it', 4), seq: 3, operationId: intent.operationId },
    { ...intent, seq: 4 } satisfies Intent,
    { ...intent, operationId: 'another' } satisfies Intent,
  ]
  for (const other of others) expect(await isIt(other)).toBe(false)
})

it('a request that was sent has the time of one call to arrive, within that of the whole', async () => {
  const pauses: number[] = []
  const at = (now: number) =>
    ({
      upstreamTimeoutMs: 2_000,
      now: () => now,
      sleep: async (milliseconds: number) => void pauses.push(milliseconds),
    }) as unknown as Service
  await waitForLate(at(0), {}, CALL)
  await waitForLate(at(9_500), {}, CALL)
  expect(pauses).toEqual([2_000, 500])
  // Where reads may be behind, it has to be seen after that, or nothing is known.
  await waitForLate(at(0), { readLagMs: 5_000 }, CALL)
  await waitForLate(at(3_000), { readLagMs: 5_000 }, CALL)
  expect(pauses).toEqual([2_000, 500, 7_000, 7_000])
  await expect(async () =>
    waitForLate(at(3_001), { readLagMs: 5_000 }, CALL),
  ).rejects.toMatchObject({ code: 'deadline_exceeded' })
  expect(pauses).toHaveLength(4)
})

describe('a client that is read back', () => {
  const client = (error?: Error) => ({
    ref: { provider: 'it', id: 'abc' },
    provider: {
      read: async () => {
        if (error !== undefined) throw error
        return { name: 'A' }
      },
    } as unknown as Provider,
  })
  const missing = new ClientError('not_found', 'There is none.')
  const purged = new ClientError('client_gone', 'It was purged.', { purged: true })
  const locked = new ClientError('client_gone', 'The token is not accepted.')
  const refused = new ClientError('provider_refused', 'It is refused.', { purged: true } as never)

  it('is its record, or nothing where its provider has none', async () => {
    for (const read of [readOrGone, readOrMissing]) {
      expect(await read(client(), CALL)).toEqual({ name: 'A' })
      expect(await read(client(missing), CALL)).toBeUndefined()
      await expect(read(client(locked), CALL)).rejects.toBe(locked)
      await expect(read(client(refused), CALL)).rejects.toBe(refused)
    }
  })

  it('is gone where it was purged, whatever was known of it', async () => {
    expect(await readOrGone(client(purged), CALL)).toBeUndefined()
    await expect(readOrMissing(client(purged), CALL)).rejects.toBe(purged)
  })
})
