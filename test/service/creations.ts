/** A client that is made in tests, as its request names it. */

import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Provider } from '../../src/providers/provider.ts'

export const PLACE = { provider: 'it' }
export const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
export const PATCH = { name: 'Portal', callbacks: ['https://portal.example.com/cb'] }

/** The request, of whatever kind the client is. */
export const creationOf = (provider: Provider) => ({
  provider,
  place: PLACE,
  patch: parseMergePatch(PATCH),
  dryRun: false,
  actor: ACTOR,
  requestId: 'request-1',
  deadline: Date.now() + 10_000,
})
