/** The bell that a runner waits for: none is missed, and none rings twice. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createBell } from '../../../src/service/jobs/run/bell.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Waits, and says whether that is over. */
function waiting(bell: ReturnType<typeof createBell>, milliseconds: number) {
  const wait = { over: false }
  void bell.wait(milliseconds).then(() => {
    wait.over = true
  })
  return wait
}
const turn = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds)

it('waits as long as it may where no one rings', async () => {
  const wait = waiting(createBell(), 1_000)
  await turn(999)
  expect(wait.over).toBe(false)
  await turn(1)
  expect(wait.over).toBe(true)
})

it('ends a wait at once, and leaves no timer behind', async () => {
  const bell = createBell()
  const wait = waiting(bell, 1_000)
  await turn()
  expect(wait.over).toBe(false)
  bell.ring()
  await turn()
  expect(wait.over).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

it('ends the next wait where it rang while no one waited, and that one alone', async () => {
  const bell = createBell()
  bell.ring()
  bell.ring()
  const next = waiting(bell, 1_000)
  await turn()
  expect(next.over).toBe(true)
  const later = waiting(bell, 1_000)
  await turn(999)
  expect(later.over).toBe(false)
  await turn(1)
  expect(later.over).toBe(true)
})

it('has forgotten a ring that ended a wait', async () => {
  const bell = createBell()
  const wait = waiting(bell, 1_000)
  bell.ring()
  await turn()
  expect(wait.over).toBe(true)
  const later = waiting(bell, 10)
  await turn(9)
  expect(later.over).toBe(false)
  await turn(1)
  expect(later.over).toBe(true)
})
