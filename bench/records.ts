/** Entries of the log as changes leave them: an intent and its outcome, some 3 to 8 kB. */

import { randomBytes, randomUUID } from 'node:crypto'
import type { JsonObject } from '../src/core/json/json.ts'
import type { Closing, Intent, Outcome } from '../src/store/log/entry.ts'
import { createSeal } from '../src/store/seal.ts'
import { fullAuth0Client } from '../test/fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../test/fixtures/cognito.ts'

export const PROVIDERS = ['customers', 'partners', 'staff'] as const
/** Two pools at Cognito, one tenant of Auth0. */
const STATES: readonly JsonObject[] = [fullCognitoClient, fullCognitoClient, fullAuth0Client]
const DURATION_MS = 180
const SEALED_TEXTS = 50

/** A client of the provider with that number. */
export const clientName = (provider: number, id: string) => ({
  provider: PROVIDERS[provider] ?? PROVIDERS[0],
  ...(STATES[provider] === fullCognitoClient ? { userPoolId: POOL_ID } : {}),
  id,
})

/** Records of a provider, and sealed texts of `{ base, next }`, some of each in turn. */
export function recordsOf(): (provider: number, index: number) => Pick<Change, 'state' | 'sealed'> {
  const seal = createSeal(randomBytes(32))
  const sealed = STATES.map((base) =>
    Array.from({ length: SEALED_TEXTS }, () => seal.close({ base, next: base }, 'bench')),
  )
  return (provider, index) => ({
    state: STATES[provider] ?? {},
    sealed: sealed[provider]?.[index % SEALED_TEXTS] ?? '',
  })
}

interface Change {
  readonly resource: string
  readonly seq: number
  readonly at: number
  readonly actor: string
  readonly outcome: Outcome
  readonly state: JsonObject
  readonly sealed: string
}

/** An intent and its outcome; their hashes are of the right length, and no one checks them here. */
export function changeOf({ resource, seq, at, actor: subject, outcome, state, sealed }: Change) {
  const operationId = randomUUID()
  const actor = { subject, issuer: 'https://issuer.example/', clientId: subject }
  const [before, after] = [['https://a.example/cb'], ['https://a.example/cb', 'https://b.example/']]
  const changes = [{ field: 'callbacks', before, after, added: after.slice(1), removed: [] }]
  const hash = () => randomUUID().repeat(2).slice(0, 43)
  const links = { resource, previous: hash(), hash: hash() }
  const told = { operationId, actor }
  const intent: Intent = {
    kind: 'intent',
    ...links,
    ...told,
    seq,
    at,
    requestId: randomUUID(),
    deadline: at + 25_000,
    baseTag: hash().slice(0, 32),
    changes,
    state,
    sealed,
  }
  const closing: Closing = {
    kind: 'outcome',
    ...links,
    ...told,
    seq: seq + 1,
    at: at + DURATION_MS,
    outcome,
    tag: hash().slice(0, 32),
    state,
    surprises: [],
    settledBy: 'request',
  }
  return { intent, closing }
}
