/** The round-trip rule of client files holds for every provider, every record of its fixtures and of the recordings. */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { DEFAULTS } from '../../src/providers/okta/members.ts'
import { everySubject, isFramed } from '../contract/subjects.ts'
import { createDraw } from '../property.ts'
import { recordedAuth0Clients, recordedEntraApplications, recordedOktaApps } from './recorded.ts'
import { testRoundTrip } from './round-trip.ts'

/** Of about two hundred recorded clients of Auth0, and as many of Okta. */
const draw = createDraw('recorded clients as files', 20)

/** Auth0's own, which cannot be exported: its list leaves them out. */
const isGlobal = ({ global }: JsonObject) => global === true

/** What each application shows today, which the oldest recordings lack. */
const asShownToday = (app: JsonObject): JsonObject => ({
  ...DEFAULTS,
  'credentials.oauthClient.pkce_required': false,
  ...app,
})

/** Recorded clients of a kind, and the members by which each is that client. */
const RECORDED: Readonly<Record<string, readonly [readonly JsonObject[], readonly string[]]>> = {
  auth0: [recordedAuth0Clients().filter((one) => !isGlobal(one)), ['client_id']],
  okta: [recordedOktaApps().map(asShownToday), ['id', 'credentials.oauthClient.client_id']],
  entra: [recordedEntraApplications(), ['id', 'appId']],
}

const KINDS = (await everySubject()).filter(isFramed).map((kind) => {
  const [all, names] = RECORDED[kind.name] ?? [[], []]
  const own = Object.fromEntries(names.map((name) => [name, kind.full[name] ?? null]))
  const records = all.filter((_, index) => draw(`${kind.name} ${index}`))
  return { ...kind, records: [kind.full, ...records.map((one) => ({ ...one, ...own }))] }
})

it('has the recordings, which are beside the checkout', ({ skip }) => {
  const counts = Object.values(RECORDED).map(([all]) => all.length)
  if (counts.every((count) => count === 0)) skip('There are no recordings here.')
  const [auth0 = 0, okta = 0, entra = 0] = counts
  expect(auth0).toBeGreaterThan(150)
  expect(okta).toBeGreaterThan(100)
  expect(entra).toBeGreaterThan(10)
})

testRoundTrip(KINDS, [100, 20])
