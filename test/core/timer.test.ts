/** A delay that no timer can hold does not end at once. */

import { expect, it } from 'vitest'
import { timerMs } from '../../src/core/timer.ts'

it.each([
  [-1, 0],
  [0, 0],
  [25_000, 25_000],
  [2 ** 31 - 1, 2 ** 31 - 1],
  [2 ** 31, 2 ** 31 - 1],
  [200 * 86_400_000, 2 ** 31 - 1],
  [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
])('%d is taken as %d', (delay, taken) => {
  expect(timerMs(delay)).toBe(taken)
})
