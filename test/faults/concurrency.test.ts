/** G2: two servers as processes of their own on one SQLite file: a hundred changes at once, in one order. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { startEntraEmulator } from '../../src/emulators/entra/index.ts'
import { startOktaEmulator } from '../../src/emulators/okta/index.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { fullEntraApplication } from '../fixtures/entra.ts'
import { fullOktaApp } from '../fixtures/okta.ts'
import { NO_LIMITS } from '../providers/okta/subject.ts'
import { linearization, type Operation, type State } from './linearizability.ts'
import { type ProcessWorld, startProcessWorld } from './process-world.ts'
import {
  type Answered,
  auth0At,
  cognitoAt,
  entraAt,
  oktaAt,
  patch,
  type ServerProcess,
} from './servers.ts'

let world: ProcessWorld
let closing: (() => Promise<void>) | undefined

beforeEach(async () => {
  world = await startProcessWorld()
})
afterEach(async () => {
  await world.close()
  await closing?.()
})

/** What changes of this file name, as the checker of histories watches it. */
function watched(client: JsonObject): State {
  const { name, description, callbacks, allowedLogoutUrls, clientMetadata } = client
  const keys = Object.entries((clientMetadata ?? {}) as Readonly<Record<string, string>>)
  return {
    name,
    description: description ?? '',
    callbacks,
    allowedLogoutUrls,
    ...Object.fromEntries(keys.map(([key, value]) => [`clientMetadata.${key}`, value])),
  } as State
}

/** Operations in the order of the log, which holds nothing but intents, and outcomes that are certain. */
function appliedIn(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry, index) => {
    if (entry.kind === 'intent') return []
    const { operationId } = entries[index - 1] as Entry & { readonly operationId?: string }
    expect(entry).toMatchObject({ kind: 'outcome', operationId })
    const { outcome } = entry as { readonly outcome?: string }
    expect(['applied', 'not_applied']).toContain(outcome)
    return outcome === 'applied' ? [String(operationId)] : []
  })
}

/** A change, and the same for the checker. */
interface Change {
  readonly client: JsonObject
  readonly operation: Pick<Operation, 'set' | 'add'>
}

const adding = (field: string, count: number): readonly Change[] =>
  Array.from({ length: count }, (_, index) => {
    const url = `https://app.example.com/${field}/${index}`
    return { client: { [field]: { add: [url] } }, operation: { add: { [field]: [url] } } }
  })
const setting = (field: string, value: string): Change => ({
  client: { [field]: value },
  operation: { set: { [field]: value } },
})
const keeping = (key: string): Change => ({
  client: { clientMetadata: { [key]: key } },
  operation: { set: { [`clientMetadata.${key}`]: key } },
})

const OF_ALL_KINDS: readonly Change[] = [
  ...adding('callbacks', 50),
  ...adding('allowedLogoutUrls', 40),
  ...Array.from({ length: 8 }, (_, index) => keeping(`key${index}`)),
  setting('name', 'Changed'),
  setting('description', 'Changed'),
]

interface Subject {
  readonly provider: string
  readonly where: Omit<ClientRef, 'id'>
  readonly changes: readonly Change[]
  /** `providers` of the configuration; an emulator that the world does not have is closed after the test. */
  open(): Promise<{ readonly settings: JsonObject; close?(): Promise<void> }>
}

const ID = 'exampleClientId'

/** An application of Okta with a chosen client id, which is looked for in the list once. */
async function openOkta() {
  const { credentials, ...app } = fullOktaApp
  const { oauthClient } = credentials as { readonly oauthClient: JsonObject }
  const emulator = await startOktaEmulator({
    apps: [{ ...app, credentials: { oauthClient: { ...oauthClient, client_id: ID } } }],
    future: ['of_tomorrow'],
    limits: NO_LIMITS,
  })
  return { settings: oktaAt(emulator.url), close: emulator.close }
}

async function openEntra() {
  const emulator = await startEntraEmulator({ applications: [fullEntraApplication] })
  return { settings: entraAt(emulator.url), close: emulator.close }
}

/** No call over loopback is late by that, and what a request waits for is its turn alone. */
const LIMITS = { deadlineMs: 25_000, upstreamTimeoutMs: 20_000 }

/**
 * A hundred changes of one client wait for each other, on a busy machine for longer than a request may take (25 s). A
 * caller whose answer is that nothing was changed sends it again.
 */
async function untilItsTurn(send: () => Promise<Answered | undefined>) {
  const invoked = performance.now()
  for (;;) {
    const answer = await send()
    const { outcome = 'not_applied' } = answer?.body ?? {}
    const isRefused = answer !== undefined && answer.status >= 500 && outcome === 'not_applied'
    if (!isRefused) return { invoked, answer }
  }
}

describe('a hundred changes at once, over two servers', () => {
  const SUBJECTS: readonly Subject[] = [
    {
      // A list of Cognito's holds a hundred; one is there already.
      provider: 'cognito',
      where: { provider: 'cognito', userPoolId: POOL_ID },
      open: async () => ({ settings: cognitoAt(world.cognito.url) }),
      changes: [
        ...adding('callbacks', 60),
        ...adding('allowedLogoutUrls', 39),
        setting('name', 'Changed'),
      ],
    },
    {
      // Metadata of Auth0's holds ten keys; two are there already.
      provider: 'auth0',
      where: { provider: 'auth0' },
      open: async () => ({ settings: auth0At(world.auth0.url) }),
      changes: OF_ALL_KINDS,
    },
    { provider: 'okta', where: { provider: 'okta' }, open: openOkta, changes: OF_ALL_KINDS },
    {
      // It has no logout URLs and no metadata.
      provider: 'entra',
      where: { provider: 'entra' },
      open: openEntra,
      changes: [
        ...adding('callbacks', 98),
        setting('name', 'Changed'),
        setting('description', 'Changed'),
      ],
    },
  ]

  it.each(SUBJECTS)(
    'are all in force at $provider, in one order',
    async ({ provider, where, changes, open }) => {
      const { settings, close } = await open()
      closing = close
      const providers = { [provider]: settings }
      const both = await Promise.all([
        world.server(providers, LIMITS),
        world.server(providers, LIMITS),
      ])
      const pick = (index: number) => both[index % 2] as ServerProcess
      const unchanged = await patch(pick(0), world.issuer, { ...where, client: {} })
      const initial = watched(unchanged?.body ?? {})

      const sent = changes.map(async ({ client, operation }, index): Promise<Operation> => {
        const { invoked, answer } = await untilItsTurn(() =>
          patch(pick(index), world.issuer, { ...where, client }),
        )
        expect(answer).toMatchObject({ status: 200 })
        const returned = performance.now()
        return {
          name: String(answer?.operationId),
          invoked,
          returned,
          ...operation,
          answer: watched(answer?.body ?? {}),
        }
      })
      const history = await Promise.all(sent)
      const end = await patch(pick(1), world.issuer, { ...where, client: {} })
      const after = watched(end?.body ?? {})

      expect(changes).toHaveLength(100)
      expect(after).toEqual({
        ...initial,
        ...Object.assign({}, ...changes.map(({ operation }) => operation.set ?? {})),
        callbacks: expect.arrayContaining(
          changes.flatMap(({ operation }) => operation.add?.callbacks ?? []),
        ),
        allowedLogoutUrls: expect.arrayContaining(
          changes.flatMap(({ operation }) => operation.add?.allowedLogoutUrls ?? []),
        ),
      })
      const order = linearization(initial, history)
      expect(order).toHaveLength(100)
      const read = { name: 'the end', invoked: performance.now(), returned: performance.now() }
      expect(linearization(initial, [...history, { ...read, answer: after }])).toHaveLength(101)

      // The order that the log has recorded is such a one, and nothing else is recorded.
      const recorded = appliedIn(await world.history(where))
      const inLog = recorded.map((id) => history.find(({ name }) => name === id))
      const oneByOne = inLog.flatMap((one, at) =>
        one === undefined ? [] : [{ ...one, invoked: at, returned: at }],
      )
      expect(linearization(initial, oneByOne)).toEqual(recorded)
      const latestCall = (at: number) =>
        Math.max(...inLog.slice(0, at + 1).map((one) => one?.invoked ?? 0))
      expect(inLog.filter((one, at) => (one?.returned ?? 0) < latestCall(at))).toEqual([])
    },
  )
})
