/** Times of providers: what is one is shown, and what is none breaks nothing. */

import { expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import { timeOf } from '../../src/core/mapping/times.ts'

it.each<[Json, string]>([
  [0, '1970-01-01T00:00:00.000Z'],
  [1_548_802_761.334, '2019-01-29T22:59:21.334Z'],
  ['2026-09-14T08:12:55.031Z', '2026-09-14T08:12:55.031Z'],
  ['2026-09-14T10:12:55+02:00', '2026-09-14T08:12:55.000Z'],
  // The first and the last moment that RFC 3339 can write.
  [-62_167_219_200, '0000-01-01T00:00:00.000Z'],
  [253_402_300_799.999, '9999-12-31T23:59:59.999Z'],
])('shows %j as %s', (value, shown) => {
  expect(timeOf(value)).toBe(shown)
})

it.each<Json | undefined>([
  undefined,
  null,
  1e300,
  -1e300,
  253_402_300_800,
  'yesterday',
  '2026-13-45T00:00:00Z',
  '2026',
  {},
  [1],
  true,
])('shows no time for %j', (value) => {
  expect(timeOf(value)).toBeUndefined()
})
