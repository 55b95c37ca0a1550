/**
 * G2: two servers whose clocks are 90 s apart. A change that is under way is not taken for one that is over: no one settles it but
 * its own request, and nothing is lost.
 */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { Store } from '../../src/store/store.ts'
import { eventually } from '../eventually.ts'
import {
  cognitoAt,
  type Issuer,
  patch,
  type ServerProcess,
  startIssuer,
  startServer,
} from '../faults/servers.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const WHERE = { provider: 'cognito', userPoolId: POOL_ID }
const CALLBACKS = 12
/** Longer than the second server waits before it takes a call that has not arrived for lost. */
const UPDATE_MS = 4_000
const LIMITS = { deadlineMs: 25_000, upstreamTimeoutMs: 1_000 }

/** Loaded before a server's own code: its clock is ahead by so much. */
const ahead = (milliseconds: number) =>
  `data:text/javascript,${encodeURIComponent(`
    const Real = Date
    globalThis.Date = class extends Real {
      constructor(...values) {
        if (values.length === 0) super(Real.now() + ${milliseconds})
        else super(...values)
      }
      static now() { return Real.now() + ${milliseconds} }
    }`)}`

describePostgres('servers whose clocks are 90 s apart', () => {
  let place: PostgresPlace
  let cognito: CognitoEmulator
  let issuer: Issuer
  let servers: readonly ServerProcess[]
  let store: Store

  beforeEach(async () => {
    place = await openPlace()
    cognito = await startCognitoEmulator({
      lockMs: 0,
      pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
    })
    cognito.addFutureMember('MemberOfTomorrow')
    issuer = await startIssuer()
    const { host, port, database, user, schema } = place.settings
    const url = `postgresql://${user}@${host}:${port}/${database}`
    const options = {
      database: '',
      store: { type: 'postgresql', url, schema },
      providers: { cognito: cognitoAt(cognito.url) },
      issuer,
    }
    const fast = { NODE_OPTIONS: `--import=${ahead(90_000)}` }
    const first = await startServer(options)
    servers = [first, await startServer({ ...options, secrets: fast, limits: LIMITS })]
    store = place.store()
  })
  afterEach(async () => {
    for (const one of servers) await one.kill()
    await issuer.close()
    await cognito.close()
    await place.close()
  })

  const add = (index: number) => {
    const callbacks = { add: [`https://app.example.com/callback/${index}`] }
    const server = servers[index % 2] as ServerProcess
    return patch(server, issuer, { ...WHERE, client: { callbacks } })
  }

  it('wait for each other, and settle nothing that is under way', async () => {
    const operation = 'UpdateUserPoolClient'
    cognito.inject({ kind: 'delay', operation, delayMs: UPDATE_MS, times: 1 })
    const slow = add(0)
    await eventually(async () => expect(await store.openIntents()).toHaveLength(1))
    const [open] = await store.openIntents()
    const answers = await Promise.all([
      slow,
      ...Array.from({ length: CALLBACKS }, (_, index) => add(index + 1)),
    ])
    expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 200))
    const entries = await store.entries(String(open?.resource))
    const closings = entries.filter(({ kind }) => kind === 'outcome')
    expect(closings).toHaveLength(CALLBACKS + 1)
    for (const one of closings) expect(one).toMatchObject({ settledBy: 'request' })
    expect(entries.filter(({ kind }) => kind === 'overlap')).toEqual([])
    const end = await patch(servers[0] as ServerProcess, issuer, { ...WHERE, client: {} })
    const added = Array.from(
      { length: CALLBACKS + 1 },
      (_, index) => `https://app.example.com/callback/${index}`,
    )
    expect(end?.body.callbacks).toEqual(expect.arrayContaining(added))
  })
})
