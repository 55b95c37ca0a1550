/** The round-trip rule of client files holds for every provider, every record of its fixtures and of the recordings. */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { everySubject, isFramed } from '../contract/subjects.ts'
import { createDraw } from '../property.ts'
import { recordedAuth0Clients } from './recorded.ts'
import { testRoundTrip } from './round-trip.ts'

/** Of about two hundred recorded clients. */
const draw = createDraw('recorded clients as files', 20)

/** Auth0's own, which cannot be exported: its list leaves them out. */
const isGlobal = ({ global }: JsonObject) => global === true
const RECORDED = recordedAuth0Clients().filter((one) => !isGlobal(one))

const KINDS = (await everySubject()).filter(isFramed).map((kind) => ({
  ...kind,
  records: [
    kind.full,
    ...(kind.name === 'auth0'
      ? RECORDED.filter((_, index) => draw(String(index))).map((one) => ({
          ...one,
          client_id: kind.full.client_id ?? null,
        }))
      : []),
  ],
}))

it('has the recordings, which are beside the checkout', ({ skip }) => {
  if (RECORDED.length === 0) skip('There are no recordings here.')
  expect(RECORDED.length).toBeGreaterThan(150)
})

testRoundTrip(KINDS, [100, 20])
