/** The difference of two records: by fields, and what no field shows without telling its value. */

import { expect, it } from 'vitest'
import { diffClients } from '../../src/core/diff.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { mapping } from '../../src/providers/auth0/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'

const diff = (change: JsonObject, base: JsonObject = fullAuth0Client) =>
  diffClients(mapping, base, { ...base, ...change }, (secret) => `fingerprint of ${secret.length}`)

it('is empty for the same state, however it is spelt', () => {
  expect(diff({})).toEqual([])
  expect(diff({ callbacks: [] }, { client_id: 'c' })).toEqual([])
})

it('tells of a secret inside the raw rest that it changed, and never its value', () => {
  const changed = { addons: { layer: { privateKey: 'canary' } } }
  const told = diff(changed, { client_id: 'c', addons: { layer: { privateKey: 'before' } } })
  expect(told).toEqual([
    { field: 'providerSettings.addons', before: '(not shown)', after: '(not shown)' },
  ])
})

it('tells of what moves by itself or is hidden only where a field shows it', () => {
  expect(diff({ signing_keys: ['another'] })).toEqual([])
  expect(diff({ updated_at: '2026-01-01T00:00:00Z', name: 'New' })).toHaveLength(2)
  expect(diff({ cross_origin_auth: { inner: true } }).map(({ field }) => field)).toEqual([
    'providerSettings.cross_origin_auth',
  ])
})
