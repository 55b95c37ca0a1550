/**
 * Two servers as processes of their own on one SQLite file: a hundred changes at once in one order, an
 * instance frozen past its deadline, a disk that takes nothing more.
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type Auth0Emulator, startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Entry } from '../../src/store/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { linearization, type Operation, type State } from './linearizability.ts'
import { type FaultProxy, startFaultProxy } from './proxy.ts'
import {
  ask,
  auth0At,
  cognitoAt,
  type Issuer,
  patch,
  type ServerOptions,
  type ServerProcess,
  startIssuer,
  startServer,
} from './servers.ts'

const COGNITO_REF = { provider: 'cognito', userPoolId: POOL_ID, id: 'exampleClientId' }

let folder: string
let cognito: CognitoEmulator
let auth0: Auth0Emulator
let proxy: FaultProxy
let issuer: Issuer
let servers: ServerProcess[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-processes-'))
  cognito = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  cognito.addFutureMember('MemberOfTomorrow')
  auth0 = await startAuth0Emulator({ clients: [fullAuth0Client] })
  proxy = await startFaultProxy(cognito.url)
  issuer = await startIssuer()
  servers = []
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()))
  await proxy.close()
  await Promise.all([cognito.close(), auth0.close(), issuer.close()])
  rmSync(folder, { recursive: true, force: true })
})

const database = () => join(folder, 'clientry.db')

async function start(
  providers: JsonObject,
  limits?: ServerOptions['limits'],
): Promise<ServerProcess> {
  const server = await startServer({
    database: database(),
    providers,
    issuer,
    ...(limits === undefined ? {} : { limits }),
  })
  servers.push(server)
  return server
}

async function entriesOf(ref: typeof COGNITO_REF): Promise<readonly Entry[]> {
  const store = createSqliteStore(await openDatabase(database()))
  const entries = await store.entries(resourceOf(ref))
  await store.close()
  return entries
}

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

describe('a hundred changes at once, over two servers', () => {
  const SUBJECTS = [
    {
      // A list of Cognito's holds a hundred; one is there already.
      provider: 'cognito',
      where: { provider: 'cognito', userPoolId: POOL_ID },
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
      changes: [
        ...adding('callbacks', 50),
        ...adding('allowedLogoutUrls', 40),
        ...Array.from({ length: 8 }, (_, index) => keeping(`key${index}`)),
        setting('name', 'Changed'),
        setting('description', 'Changed'),
      ],
    },
  ]

  it.each(SUBJECTS)(
    'are all in force at $provider, in one order',
    async ({ where, changes }) => {
      const providers = { cognito: cognitoAt(cognito.url), auth0: auth0At(auth0.url) }
      const both = await Promise.all([start(providers), start(providers)])
      const pick = (index: number) => both[index % 2] as ServerProcess
      const unchanged = await patch(pick(0), issuer, { ...where, client: {} })
      const initial = watched(unchanged?.body ?? {})

      const sent = changes.map(async ({ client, operation }, index): Promise<Operation> => {
        const invoked = performance.now()
        const answer = await patch(pick(index), issuer, { ...where, client })
        expect(answer).toMatchObject({ status: 200 })
        const returned = performance.now()
        return {
          name: `change ${index}`,
          invoked,
          returned,
          ...operation,
          answer: watched(answer?.body ?? {}),
        }
      })
      const history = await Promise.all(sent)
      const end = await patch(pick(1), issuer, { ...where, client: {} })
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
    },
    120_000,
  )
})

const linux = process.platform === 'linux'

describe.skipIf(!linux)('a server frozen while its write is under way (needs /proc)', () => {
  const SHORT = { deadlineMs: 1_500, upstreamTimeoutMs: 400 }
  const WRITE = ({ head }: { readonly head: string }) => head.includes('.UpdateUserPoolClient')
  const change = (server: ServerProcess, client: JsonObject) =>
    patch(server, issuer, { userPoolId: POOL_ID, client })

  /** Freezes the first server once its write has met the fault, until its deadline is over. */
  async function freezeInWrite(fault: Parameters<FaultProxy['spoil']>[0]) {
    const held = await start({ cognito: cognitoAt(proxy.url) }, SHORT)
    const other = await start({ cognito: cognitoAt(cognito.url) }, { ...SHORT, deadlineMs: 25_000 })
    proxy.spoil({ ...fault, when: WRITE })
    const answer = change(held, { name: 'Held' })
    while (proxy.met.size === 0) await new Promise(setImmediate)
    await held.freeze()
    return { held, other, answer }
  }

  it('finds its change settled when it comes back, records the overlap, and answers no success', async () => {
    const { held, other, answer } = await freezeInWrite({ kind: 'stall_after' })
    while (proxy.forwarded() < 2) await new Promise(setImmediate)
    const after = await change(other, {
      description: undefined,
      callbacks: { add: ['https://app.example.com/other'] },
    } as never)
    expect(after).toMatchObject({ status: 200, body: { name: 'Held' } })
    held.resume()
    expect((await answer)?.status).toBeGreaterThanOrEqual(500)
    const log = await entriesOf(COGNITO_REF)
    expect(log.map(({ kind }) => kind)).toEqual([
      'intent',
      'outcome',
      'intent',
      'outcome',
      'overlap',
    ])
    expect(log[1]).toMatchObject({ outcome: 'applied', settledBy: 'settlement' })
  }, 60_000)

  it('whose write lands after all over that of another: told by both, by one as an error', async () => {
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    const { held, other, answer } = await freezeInWrite({ kind: 'delay', until })
    expect(await change(other, { name: 'Other' })).toMatchObject({
      status: 200,
      body: { name: 'Other' },
    })
    const writes = cognito.calls.length
    release()
    while (cognito.calls.length === writes) await new Promise(setImmediate)
    // The provider takes no fencing token: the stale write is in force.
    expect(cognito.client(POOL_ID, 'exampleClientId').ClientName).toBe('Held')
    held.resume()
    expect((await answer)?.status).toBeGreaterThanOrEqual(500)
    const log = await entriesOf(COGNITO_REF)
    expect(log.map(({ kind }) => kind)).toEqual([
      'intent',
      'outcome',
      'intent',
      'outcome',
      'overlap',
    ])
    expect(log[1]).toMatchObject({ outcome: 'not_applied', settledBy: 'settlement' })
    // Whoever changes the client next sees what happened, and loses nothing more.
    expect(await change(other, { name: 'Next' })).toMatchObject({ status: 200 })
    const later = (await entriesOf(COGNITO_REF)).slice(log.length)
    expect(later[0]).toMatchObject({
      kind: 'outside_change',
      changes: [{ field: 'name', before: 'Other', after: 'Held' }],
    })
  }, 60_000)
})

const hasPrlimit = linux && canRun('prlimit')

function canRun(command: string): boolean {
  try {
    execFileSync(command, ['--version'])
    return true
  } catch {
    return false
  }
}

describe.skipIf(!hasPrlimit)('a disk that takes nothing more (needs prlimit of util-linux)', () => {
  it('is answered 503 with nothing sent, and is over without a restart', async () => {
    const server = await start({ cognito: cognitoAt(cognito.url) })
    const ready = () => ask(`${server.url}/readyz`)
    const change = (name: string) =>
      patch(server, issuer, { userPoolId: POOL_ID, client: { name } })
    expect(await change('Before')).toMatchObject({ status: 200 })
    expect(await ready()).toMatchObject({ status: 200 })

    // Every write to a file now fails in the kernel (EFBIG), as one to a full disk does (ENOSPC).
    server.limitFileSize(0)
    const writes = () =>
      cognito.calls.filter(({ operation }) => operation === 'UpdateUserPoolClient')
    expect(await change('During')).toMatchObject({
      status: 503,
      body: { code: 'store_unavailable' },
    })
    expect(await ready()).toMatchObject({ status: 503 })
    expect(writes()).toHaveLength(1)
    expect(cognito.client(POOL_ID, 'exampleClientId').ClientName).toBe('Before')

    server.limitFileSize('unlimited')
    expect(await change('After')).toMatchObject({ status: 200, body: { name: 'After' } })
    expect(await ready()).toMatchObject({ status: 200 })
    expect(server.alive()).toBe(true)
    const log = await entriesOf(COGNITO_REF)
    expect(log.map(({ kind }) => kind)).toEqual(['intent', 'outcome', 'intent', 'outcome'])
  }, 60_000)
})
