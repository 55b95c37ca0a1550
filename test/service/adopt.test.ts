/**
 * Adopting a client, by the same promise as changing one: a registering server on a real socket that opens
 * each client by a token of its own, and a provider that opens all of them with one credential.
 */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { accessTo } from '../../src/core/rights/access.ts'
import type { Limit } from '../../src/core/rights/limit.ts'
import type { Permission } from '../../src/core/rights/permissions.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { dialectOf } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createRfc7592Provider } from '../../src/providers/rfc7592/index.ts'
import { openSealed } from '../../src/service/base/sealed.ts'
import { callerOf, type Service } from '../../src/service/base/service.ts'
import { type AdoptionRequest, adoptClient } from '../../src/service/life/adopt.ts'
import { claimKey, keyOf } from '../../src/service/operation/idempotency.ts'
import { readClient } from '../../src/service/reading/read.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import type { Entry, Intent } from '../../src/store/log/entry.ts'
import { registrationResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { SUBJECTS, type Subject } from '../contract/subjects.ts'
import { intentOf } from '../fixtures/entries.ts'
import { dyingAt, endingAtFirstPause, later } from './dying.ts'
import { overtaken, withoutTurns } from './racing.ts'

const REF = { provider: 'it', id: 'abc' }
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }

let server: Server
let record: JsonObject
/** Tokens that open the client, and what each request to it brought. */
let valid: Set<string>
let seen: { readonly method: string; readonly token: string }[]
/** Answered instead of anything else, where set. */
let status: number | undefined
let provider: Provider
let bench: Bench

beforeEach(async () => {
  record = { client_id: 'abc', client_name: 'Example', client_secret: 's'.repeat(32) }
  valid = new Set(['token', 'second-token'])
  seen = []
  status = undefined
  server = createServer(async (incoming, outgoing) => {
    let text = ''
    for await (const chunk of incoming) text += chunk
    const { method = '', headers } = incoming
    const token = String(headers.authorization).slice('Bearer '.length)
    seen.push({ method, token })
    const answer = status ?? (valid.has(token) ? 200 : 401)
    if (answer === 200 && method === 'PUT') record = { ...record, ...JSON.parse(text) }
    outgoing.writeHead(answer, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(answer === 200 ? record : { error: 'refused' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const providers = new Map<string, Provider>()
  bench = await openBench(providers, { upstreamTimeoutMs: 2_000 })
  const { store, seal } = bench.service
  provider = createRfc7592Provider({
    endpoints: { origins: [], registrationEndpoint: `http://127.0.0.1:${port}/register` },
    initialAccessToken: undefined,
    dialect: dialectOf('standard'),
    store,
    seal,
    name: 'it',
    now: Date.now,
  })
  providers.set('it', provider)
})
afterEach(async () => {
  await bench.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const request = () => {
  const { patch: _, ...rest } = requestFor(bench.service, REF, {})
  return rest
}
const adopt = (
  token: string,
  { service = bench.service, ...options }: Partial<AdoptionRequest> & { service?: Service } = {},
) => adoptClient(service, { ...request(), registration: { token: secret(token) }, ...options })
const read = () => readClient(bench.service, request())
const log = () => bench.service.store.entries(resourceOf(REF))
const kinds = async () =>
  (await log()).map((one) => (one.kind === 'outcome' ? one.outcome : one.kind))
const held = async () =>
  (await bench.service.store.entries(registrationResource('it', 'abc'))).length
const tagOf = (native: JsonObject) => bench.service.fingerprints.ofState(provider.mapping, native)
const key = (name = 'one', body = 'body') => keyOf(bench.service.fingerprints, ACTOR, name, [body])
const protect = () => bench.change(REF, {}, { patch: { kind: 'protection', protected: true } })
/** The client was changed at the server, by no one that we know. */
const changeOutside = () => {
  record = { ...record, client_name: 'Theirs' }
}

it('is answered with the client as it is, and recorded as an adoption that changes nothing', async () => {
  const result = await adopt('token')
  const { native } = await read()
  expect(native.client_name).toBe('Example')
  expect(result).toEqual({
    outcome: 'applied',
    native,
    tag: tagOf(native),
    standing: undefined,
    operationId: expect.any(String),
  })
  const [intent, outcome, ...more] = await log()
  expect(more).toEqual([])
  expect(intent).toMatchObject({
    kind: 'intent',
    action: 'adopt',
    operationId: result.operationId,
    actor: ACTOR,
    baseTag: result.tag,
    changes: [],
  })
  expect(outcome).toMatchObject({
    kind: 'outcome',
    outcome: 'applied',
    settledBy: 'request',
    tag: result.tag,
    surprises: [],
  })
  // What was adopted can be gone back to: the record is sealed in the intent, before and after.
  const { $registration: _, ...shown } = native
  const opened = await openSealed(bench.service, intent as Intent)
  expect(opened).toEqual({ base: shown, next: shown })
})

it('goes back to what was adopted', async () => {
  await adopt('token')
  await bench.change(REF, { name: 'Ours' })
  await bench.change(REF, {}, { patch: { kind: 'rollback', to: 0, allowPartial: false } })
  expect(record.client_name).toBe('Example')
})

it('is answered with what holds for the client, also when it is repeated and in a dry run', async () => {
  await adopt('token')
  const { standing } = await protect()
  expect(standing).toEqual({ protected: true })
  expect(await adopt('token', { key: key() })).toMatchObject({ standing })
  expect(await adopt('token', { key: key() })).toMatchObject({ standing, replayed: true })
  expect(await adopt('token', { dryRun: true })).toMatchObject({ standing })
  expect((await log()).at(-1)).toMatchObject({ standing })
})

it('only looks in a dry run: nothing is kept, recorded or bound to the key', async () => {
  const planned = await adopt('token', { dryRun: true, key: key('dry') })
  const { native } = planned
  expect(native.client_name).toBe('Example')
  expect(planned).toEqual({ outcome: 'planned', native, tag: tagOf(native), standing: undefined })
  expect(await log()).toEqual([])
  expect(await held()).toBe(0)
  expect(await bench.service.store.entries(key('dry').log)).toEqual([])
  await expect(read()).rejects.toMatchObject({ code: 'not_found' })
})

it('is carried out as one call of its caller, which names the operation', async () => {
  const calls: Call[] = []
  const { adoption } = provider
  if (adoption === undefined) throw new TypeError('no adoption')
  const watched: Provider = {
    ...provider,
    adoption: {
      ...adoption,
      take: (ref, registration, call) => {
        calls.push(call)
        return adoption.take(ref, registration, call)
      },
    },
  }
  const { requestId, deadline } = request()
  const { operationId } = await adopt('token', { provider: watched, requestId, deadline })
  expect(calls).toEqual([
    {
      operationId,
      requestId,
      deadline,
      timeoutMs: 2_000,
      caller: callerOf(ACTOR),
      untilSeen: expect.any(Function),
    },
  ])
  await adopt('token', { provider: watched, caller: 'somebody' })
  expect(calls.at(-1)?.caller).toBe('somebody')
})

it('runs in the turn of its client', async () => {
  const taken: string[] = []
  const { turns } = bench.service
  const watched: Service = {
    ...bench.service,
    turns: {
      take: (turn, work) => {
        taken.push(turn.key)
        return turns.take(turn, work)
      },
    },
  }
  await adopt('token', { service: watched })
  expect(taken).toEqual([resourceOf(REF)])
})

it('keeps nothing of a token that the server refuses', async () => {
  await expect(adopt('wrong')).rejects.toMatchObject({ code: 'provider_refused' })
  await expect(adopt('wrong', { key: key() })).rejects.toMatchObject({ code: 'provider_refused' })
  expect(await held()).toBe(0)
  expect(await log()).toEqual([])
})

it('records first what someone else has changed since', async () => {
  await adopt('token')
  changeOutside()
  const { tag } = await adopt('token')
  expect(await kinds()).toEqual(['intent', 'applied', 'outside_change', 'intent', 'applied'])
  const [, , outside, again] = await log()
  expect(outside).toMatchObject({ tag, changes: [{ field: 'name', after: 'Theirs' }] })
  expect(again).toMatchObject({ action: 'adopt', baseTag: tag })
})

it('settles a change that was left open, by what was brought', async () => {
  await adopt('token')
  await dyingAt(withoutTurns(bench.service), 'step sent', async (dying) => {
    const { changeClient } = await import('../../src/service/change/change.ts')
    return changeClient(dying, requestFor(bench.service, REF, { name: 'Sent' }))
  })
  valid = new Set(['new-token'])
  await adopt('new-token', { service: later(bench.service), deadline: Date.now() + 70_000 })
  expect(await kinds()).toEqual(['intent', 'applied', 'intent', 'applied', 'intent', 'applied'])
  expect((await log())[3]).toMatchObject({ settledBy: 'settlement' })
})

describe('with a key', () => {
  it('is done once, and answered by the operation that did it', async () => {
    const first = await adopt('token', { key: key() })
    const again = await adopt('token', { key: key() })
    expect(again).toEqual({ ...first, replayed: true })
    expect(first).not.toHaveProperty('replayed')
    expect(await kinds()).toEqual(['intent', 'applied'])
  })

  it('is answered after its token has been renewed, by what opens the client now', async () => {
    const { operationId } = await adopt('token', { key: key() })
    await adopt('second-token')
    valid = new Set(['second-token'])
    changeOutside()
    const again = await adopt('token', { key: key() })
    expect(again).toMatchObject({ operationId, replayed: true, native: { client_name: 'Theirs' } })
    expect(again.tag).toBe(tagOf(again.native))
  })

  it('is answered to a caller who could not replace the registration any more', async () => {
    const { operationId } = await adopt('token', { key: key() })
    valid.add('third-token')
    // The one in force and the one before it are kept.
    await adopt('second-token')
    await adopt('third-token')
    const again = await adopt('token', { key: key(), refuseReplacing: refuse })
    expect(again).toMatchObject({ operationId, replayed: true })
    const other = adopt('token', { key: key('two'), refuseReplacing: refuse })
    await expect(other).rejects.toMatchObject({ code: 'insufficient_scope' })
  })

  it('does not learn of a client that cannot be reached', async () => {
    await adopt('token', { key: key() })
    status = 503
    const { service, options } = endingAtFirstPause(bench.service)
    const attempt = adopt('token', { key: key(), service, ...options })
    await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
    // One look with the token, and none beside it: the failure is not about the token.
    const reads = seen.length
    const { adoption } = provider
    if (adoption === undefined) throw new TypeError('no adoption')
    const away = async () => {
      throw new ClientError('outcome_unknown', 'Away.')
    }
    const failing = { ...provider, adoption: { ...adoption, take: away } }
    const other = adopt('token', { key: key(), provider: failing })
    await expect(other).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(seen).toHaveLength(reads)
  })

  it('is refused for another request, and nothing is recorded', async () => {
    await adopt('token', { key: key() })
    const other = adopt('token', { key: key('one', 'another body') })
    await expect(other).rejects.toMatchObject({ code: 'key_reused' })
    expect(await kinds()).toEqual(['intent', 'applied'])
  })

  it('is no operation where the request of the key had nothing to do', async () => {
    await adopt('token')
    expect((await bench.change(REF, { name: 'Example' }, { key: key() })).outcome).toBe('unchanged')
    const again = await adopt('token', { key: key() })
    expect(again).toMatchObject({ outcome: 'applied', replayed: true })
    expect(again).not.toHaveProperty('operationId')
    expect(await kinds()).toEqual(['intent', 'applied'])
  })

  it('is refused while the same request is running, here and elsewhere', async () => {
    const results = await Promise.allSettled([
      adopt('token', { key: key() }),
      adopt('token', { key: key() }),
    ])
    expect(results.map((one) => one.status)).toEqual(['fulfilled', 'rejected'])
    await dyingAt(withoutTurns(bench.service), 'step sent', async (dying) => {
      const { changeClient } = await import('../../src/service/change/change.ts')
      return changeClient(dying, {
        ...requestFor(bench.service, REF, { name: 'Sent' }),
        key: key('two'),
      })
    })
    const other = adopt('token', { service: withoutTurns(bench.service), key: key('two') })
    await expect(other).rejects.toMatchObject({ code: 'key_in_use' })
  })
})

describe('in a race with another instance', () => {
  const elsewhere = () => withoutTurns(bench.service)
  const inOrder = async () => {
    const entries: readonly Entry[] = await log()
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
    expect((await verifyLog(bench.service.store)).faults).toEqual([])
  }

  it('begins again where another one has begun with the client', async () => {
    const other = () => adopt('token', { service: elsewhere() })
    const service = overtaken(bench.service, 'intent', other)
    const result = await adopt('token', { service })
    expect(await kinds()).toEqual(['intent', 'applied', 'intent', 'applied'])
    expect((await log())[2]).toMatchObject({ operationId: result.operationId })
    await inOrder()
  })

  it('begins again where another one has recorded the change of someone else', async () => {
    await adopt('token')
    changeOutside()
    const other = () => adopt('token', { service: elsewhere() })
    const service = overtaken(bench.service, 'outside_change', other)
    await adopt('token', { service })
    const once = ['intent', 'applied', 'outside_change', 'intent', 'applied']
    expect(await kinds()).toEqual([...once, 'intent', 'applied'])
    await inOrder()
  })

  it('is done once where another one has taken the key', async () => {
    let first: unknown
    const other = async () => {
      first = (await adopt('token', { service: elsewhere(), key: key() })).operationId
    }
    const service = overtaken(bench.service, 'key_use', other)
    const result = await adopt('token', { service, key: key() })
    expect(result).toMatchObject({ operationId: first, replayed: true })
    expect(await kinds()).toEqual(['intent', 'applied'])
  })

  it('binds the key to itself where another one took it and died', async () => {
    const { deadline } = request()
    const other = () =>
      claimKey(bench.service, { key: key(), dryRun: false, deadline }, 'of the other')
    const service = overtaken(bench.service, 'key_use', other)
    const { operationId } = await adopt('token', { service, key: key() })
    const again = await adopt('token', { key: key() })
    expect(again).toMatchObject({ operationId, replayed: true })
    expect(await kinds()).toEqual(['intent', 'applied'])
  })
})

describe('whose outcome someone else has recorded, or no one can', () => {
  it('is a conflict where another instance closed it, and the overlap is on record', async () => {
    const service: Service = {
      ...bench.service,
      reached: async (point) => {
        if (point === 'intent recorded') await sweep(later(withoutTurns(bench.service)))
      },
    }
    await expect(adopt('token', { service })).rejects.toMatchObject({ code: 'change_unresolved' })
    expect(await kinds()).toEqual(['intent', 'applied', 'overlap'])
  })

  it('is of an unknown outcome where the store fails, and is settled later', async () => {
    const { store } = bench.service
    const append: typeof store.append = async (entry) => {
      if (entry.kind === 'outcome') throw new ClientError('store_unavailable', 'The disk is full.')
      return store.append(entry)
    }
    const service = { ...bench.service, store: { ...store, append } }
    const attempt = adopt('token', { service })
    const [intent] = await attempt.catch(() => undefined).then(log)
    expect(intent?.kind).toBe('intent')
    await expect(attempt).rejects.toMatchObject({
      code: 'outcome_unknown',
      details: { operationId: (intent as Intent).operationId },
    })
    await sweep(later(bench.service))
    expect(await kinds()).toEqual(['intent', 'applied'])
  })
})

const refuse = (): never => {
  throw new ClientError('insufficient_scope', 'Not you.')
}

describe('a caller who may not replace a registration', () => {
  const asWriter = { refuseReplacing: refuse }

  it.each([false, true])('is refused before the token is sent (dry run: %s)', async (dryRun) => {
    await adopt('token')
    seen = []
    const attempt = adopt('second-token', { ...asWriter, dryRun })
    await expect(attempt).rejects.toMatchObject({ code: 'insufficient_scope' })
    expect(seen.map(({ token }) => token)).not.toContain('second-token')
    expect(await kinds()).toEqual(['intent', 'applied'])
  })

  it('may bring what opens the client already, and adopt one that is opened by nothing', async () => {
    await adopt('token', asWriter)
    await adopt('token', asWriter)
    valid = new Set(['second-token'])
    await adopt('second-token', asWriter)
    expect((await read()).native.client_name).toBe('Example')
  })

  it('is not what others are taken for: theirs is put in its place, and the old one left alone', async () => {
    await adopt('token')
    seen = []
    await adopt('second-token')
    expect(seen.map(({ token }) => token)).toEqual(['second-token', 'second-token'])
  })
})

describe('a caller with limited grants', () => {
  const within = (only: Limit, grants: readonly Permission[] = ['clients:write']): Service => ({
    ...bench.service,
    access: accessTo(() => [{ grants, only }], {
      operation: 'adoptClient',
      permission: 'clients:write',
    }),
  })
  const NAMED = { names: ['Example'] }

  it('adopts a client that its registration shows to be within them', async () => {
    await expect(adopt('token', { service: within(NAMED) })).resolves.toMatchObject({
      outcome: 'applied',
    })
    expect(await kinds()).toEqual(['intent', 'applied'])
  })

  it.each<[string, Limit]>([
    ['another name', { names: ['Another'] }],
    ['a team', { teams: ['a'] }],
    ['another id', { clients: ['other'] }],
  ])('keeps nothing of one outside of them (%s)', async (_, only) => {
    for (const dryRun of [true, false]) {
      await expect(adopt('token', { service: within(only), dryRun })).rejects.toMatchObject({
        code: 'not_found',
        message: 'There is no such client. Check its id, the provider and the user pool.',
      })
    }
    expect(await held()).toBe(0)
    expect(await kinds()).toEqual([])
  })

  it('sends nothing about an id outside of them', async () => {
    await expect(adopt('token', { service: within({ clients: ['other'] }) })).rejects.toMatchObject(
      { code: 'not_found' },
    )
    expect(seen).toEqual([])
  })

  it('is refused what is about settings, and what it may only see', async () => {
    for (const service of [within({ fields: ['callbacks'] }), within(NAMED, ['clients:read'])]) {
      await expect(adopt('token', { service })).rejects.toMatchObject({
        code: 'insufficient_scope',
      })
    }
    expect(await held()).toBe(0)
  })

  it('is not shown by a repeated request what has left its grants', async () => {
    const mine = { service: within(NAMED), key: key() }
    await adopt('token', mine)
    valid = new Set(['renewed'])
    await adopt('renewed')
    await expect(adopt('token', mine)).resolves.toMatchObject({ replayed: true })
    changeOutside()
    await expect(adopt('token', mine)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('puts no other registration in the place of one that works', async () => {
    await adopt('token')
    const refused = adopt('second-token', { service: within(NAMED), refuseReplacing: refuse })
    await expect(refused).rejects.toMatchObject({ code: 'insufficient_scope' })
    expect(await kinds()).toEqual(['intent', 'applied'])
  })
})

it('takes a token where each client is opened by one, and nothing is sent without', async () => {
  const { registration: _, ...without } = { ...request(), registration: undefined }
  const attempt = adoptClient(bench.service, without)
  await expect(attempt).rejects.toMatchObject({
    code: 'invalid_field',
    field: 'registrationAccessToken',
    message: expect.stringMatching(/^registrationAccessToken must be given: /),
  })
  expect(seen).toEqual([])
})

describe('at a provider that opens all clients with one credential', () => {
  let subject: Subject

  beforeEach(async () => {
    const [auth0] = SUBJECTS
    if (auth0 === undefined) throw new TypeError('no subject')
    subject = await auth0.start()
    ;(bench.service.providers as Map<string, Provider>).set('it', subject.provider)
  })
  afterEach(() => subject.close())

  const adoptThere = (options: Partial<AdoptionRequest> = {}) => {
    const { patch: _, ...rest } = requestFor(bench.service, subject.ref, {})
    return adoptClient(bench.service, { ...rest, ...options })
  }
  const actions = async () =>
    (await bench.service.store.entries(resourceOf(subject.ref))).map((one) =>
      one.kind === 'intent' ? one.action : one.kind,
    )

  it('begins the history of the client, and needs no token', async () => {
    expect(await adoptThere({ dryRun: true })).toMatchObject({ outcome: 'planned' })
    expect(await actions()).toEqual([])
    const result = await adoptThere({ refuseReplacing: refuse })
    expect(result).toMatchObject({ outcome: 'applied', native: { client_id: 'exampleClientId' } })
    expect(await actions()).toEqual(['adopt', 'outcome'])
    expect(
      subject.emulator?.calls.every(({ operation }) => operation !== 'PATCH /clients/{id}'),
    ).toBe(true)
  })

  it('refuses one, and nothing is sent', async () => {
    for (const dryRun of [false, true]) {
      const attempt = adoptThere({ registration: { token: secret('token') }, dryRun })
      await expect(attempt).rejects.toMatchObject({
        code: 'unsupported_operation',
        field: 'registrationAccessToken',
        message: expect.stringMatching(
          /^This provider opens all .* Leave out registrationAccessToken and registrationClientUri\.$/,
        ),
      })
    }
    expect(subject.emulator?.calls).toEqual([])
    expect(await actions()).toEqual([])
  })
})

it('is planned while a change is open, which a look neither waits for nor settles', async () => {
  await adopt('token')
  await bench.service.store.append(intentOf(resourceOf(REF), 3, { deadline: 1 }))
  expect(await adopt('token', { dryRun: true })).toMatchObject({ outcome: 'planned' })
  expect(await kinds()).toEqual(['intent', 'applied', 'intent'])
})
