/**
 * What is peculiar to servers with RFC 7592, on each real one: tokens that open one client each, an
 * answer that takes such a token along, creations that no one can look for, adoption.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import { adoptClient } from '../../src/service/life/adopt.ts'
import { createClient } from '../../src/service/life/create.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { readClient } from '../../src/service/reading/read.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import type { Registration } from '../../src/store/log/entry.ts'
import { keyResource, registrationResource, resourceOf } from '../../src/store/resource.ts'
import { fullGlewlwydClient } from '../fixtures/registered.ts'
import { NO_GLEWLWYD, PEERS, type PeerSubject } from './peers.ts'
import { providerAt } from './registered-subject.ts'
import { type Bench, openBench, requestFor } from './service.ts'
import { differences, patienceOf } from './subjects.ts'

/** How a client can authenticate at Glewlwyd that updates leave as it is. */
const BY_KEY = {
  tokenEndpointAuthMethod: 'private_key_jwt',
  providerSettings: { jwks: fullGlewlwydClient.jwks },
}
const NEW_CALLBACK = 'https://new.example.com/callback'
const LOST_ANSWERS = [
  'error_after_apply',
  'reset_after_apply',
  'stall_after_apply',
  'cut_answer',
  'garbage_answer',
] as const

it('has a Glewlwyd to test against', ({ skip }) => {
  if (NO_GLEWLWYD === undefined) return
  if (process.env.CLIENTRY_PEERS === 'required') throw new Error(NO_GLEWLWYD)
  skip(NO_GLEWLWYD)
})

describe.each(PEERS)('$name', (kind) => {
  const isGlewlwyd = kind.name.endsWith('Glewlwyd')
  let subject: PeerSubject
  let bench: Bench
  let provider: Provider

  beforeEach(async () => {
    subject = await kind.start()
    bench = await openBench(new Map(), patienceOf(kind))
    provider = await instance()
    await adopt(subject.peer.token(subject.ref.id))
    subject.peer.front.clearCalls()
  })
  afterEach(async () => {
    await bench.close()
    await subject.close()
  })

  /** An instance of the program beside others, on the store that all share. */
  async function instance(): Promise<Provider> {
    const made = await providerAt(subject.peer, bench.database, bench.key)
    ;(bench.service.providers as Map<string, Provider>).set('it', made)
    return made
  }
  const service = (): Service => bench.service
  const change = (client: object, options = {}) => bench.change(subject.ref, client, options)
  const request = (ref = subject.ref) => requestFor(service(), ref, {})
  const read = (ref = subject.ref) => readClient(service(), request(ref))
  const adopt = (token: string, options: object = {}) =>
    adoptClient(service(), { ...request(), registration: { token: secret(token) }, ...options })
  const registrations = async (id = subject.ref.id) =>
    (await service().store.entries(registrationResource('it', id))) as readonly Registration[]
  const conditions = async (id?: string) =>
    (await registrations(id)).map(({ condition }) => condition)
  const outcomes = async () =>
    (await service().store.entries(resourceOf(subject.ref))).map((entry) =>
      'outcome' in entry ? entry.outcome : entry.kind,
    )
  const make = (client: object = { name: 'New client', callbacks: [NEW_CALLBACK] }) =>
    createClient(service(), {
      ...request(),
      place: { provider: 'it' },
      kind: 'spa',
      patch: parseMergePatch({ ...client, ...(isGlewlwyd ? BY_KEY : {}) } as JsonObject),
    })
  const front = () => subject.peer.front

  describe('adoption', () => {
    it('keeps nothing that was not proven', async () => {
      await expect(adopt('not-a-token-of-this-server')).rejects.toMatchObject({
        code: 'provider_refused',
        field: 'registrationAccessToken',
      })
      expect(await registrations()).toHaveLength(1)
      expect((await read()).native.client_name).toBe('Example')
    })

    it('is in the history, and changes nothing when it is done again', async () => {
      expect(await outcomes()).toEqual(['intent', 'applied'])
      const token = subject.peer.token(subject.ref.id)
      const [first, again] = [await adopt(token), await adopt(token)]
      expect(again.tag).toBe(first.tag)
      expect(await conditions()).toEqual(['held', 'held'])
      const [intent] = await service().store.entries(resourceOf(subject.ref))
      expect(intent).toMatchObject({ action: 'adopt', changes: [] })
    })

    it('is repeated by its key, whatever became of the token since', async () => {
      const key = {
        log: keyResource('adoption'),
        fingerprint: service().fingerprints.ofText('test', 'adoption'),
      }
      const token = subject.peer.token(subject.ref.id)
      const first = await adopt(token, { key })
      await change({ name: 'Renamed' })
      const again = await adopt(token, { key })
      expect(again).toMatchObject({ operationId: first.operationId, replayed: true })
      expect(again.native.client_name).toBe('Renamed')
      expect((await change({ name: 'Renamed again' })).outcome).toBe('applied')
    })

    it('only looks in a dry run', async () => {
      const planned = await adopt(subject.peer.token(subject.ref.id), { dryRun: true })
      expect(planned).toMatchObject({ outcome: 'planned', native: { client_name: 'Example' } })
      expect(await registrations()).toHaveLength(1)
    })

    it('sends no token to another origin than that of the server', async () => {
      const registration = {
        token: secret(subject.peer.token(subject.ref.id)),
        uri: 'http://127.0.0.1:1/register/exampleClientId',
      }
      const attempt = adopt('', { registration })
      // Where addresses are made of the id, what the server says does not count.
      if (isGlewlwyd) expect((await attempt).outcome).toBe('applied')
      else await expect(attempt).rejects.toMatchObject({ field: 'registrationClientUri' })
      expect(front().calls.every(({ status }) => status === 200)).toBe(true)
    })

    it('makes the client one of those that are listed', async () => {
      const listed = await provider.list?.(undefined, { ...CALL })
      expect(listed?.items).toEqual([{ id: subject.ref.id }])
    })
  })

  describe('a client that is made here', () => {
    it('can be read, changed, listed and removed', async () => {
      const { ref, native, warnings } = await make()
      if (ref === undefined) throw new TypeError('no client')
      expect(warnings).toEqual([])
      expect(showClient(provider.mapping, native)).toMatchObject({
        name: 'New client',
        callbacks: [NEW_CALLBACK],
        grantTypes: ['authorization_code', 'refresh_token'],
        tokenEndpointAuthMethod: isGlewlwyd ? 'private_key_jwt' : 'none',
      })
      expect((await read(ref)).native).toEqual(native)
      await bench.change(ref, { name: 'Renamed' })
      expect(subject.peer.stored(ref.id)).toMatchObject({ client_name: 'Renamed' })
      const listed = await provider.list?.(undefined, { ...CALL })
      expect(listed?.items.map(({ id }) => id)).toEqual([subject.ref.id, ref.id])
      await removeClient(service(), { ...request(ref), ifMatch: ['*'] })
      expect(subject.peer.stored(ref.id)).toBeUndefined()
      await expect(read(ref)).rejects.toMatchObject({ code: 'not_found' })
      expect(await conditions(ref.id)).toContain('removing')
      expect((await conditions(ref.id)).at(-1)).toBe('removed')
      const after = await provider.list?.(undefined, { ...CALL })
      expect(after?.items).toEqual([{ id: subject.ref.id }])
    })

    it('says honestly that no one can know whether it was made, where the answer was lost', async () => {
      for (const fault of ['reset_after_apply', 'cut_answer', 'reset_before_apply'] as const) {
        front().inject({ kind: fault, operation: 'POST /register' })
        const failure = await make().catch((error: unknown) => error)
        expect(failure, fault).toMatchObject({ code: 'change_unresolved' })
        expect(String(failure)).toMatch(
          /answer to this creation was lost.*registration access token/,
        )
      }
    })

    it('is not made where the server refused', async () => {
      const attempt = make({ name: 'x', callbacks: [NEW_CALLBACK], logoUri: 'ftp://x.example/' })
      await expect(attempt).rejects.toMatchObject({ status: 400 })
      expect(await provider.list?.(undefined, { ...CALL })).toMatchObject({ items: [{}] })
    })

    it('is found after a crash between the answer and the record of it', async () => {
      const last = { kind: 'reset_before_apply', operation: 'GET /register/{id}' } as const
      front().inject({ ...last, times: 1 })
      const { ref } = await make()
      expect(ref && subject.peer.stored(ref.id)).toMatchObject({ client_name: 'New client' })
    })
  })

  describe('a removal whose answer is lost', () => {
    it.each(LOST_ANSWERS)('is known to be done with %s', async (fault) => {
      front().inject({ kind: fault, operation: 'DELETE /register/{id}' })
      const result = await removeClient(service(), { ...request(), ifMatch: ['*'] })
      expect(result.outcome).toBe('applied')
      expect((await conditions()).at(-1)).toBe('removed')
    })

    it('is known not to be done before it was sent, and the client lives on', async () => {
      front().inject({ kind: 'reset_before_apply', operation: 'DELETE /register/{id}', times: 9 })
      const attempt = removeClient(service(), { ...request(), ifMatch: ['*'] })
      await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
      expect((await read()).native.client_name).toBe('Example')
    })
  })

  it('a removal that was not carried out does not make a lost token a removal', async () => {
    front().inject({ kind: 'reset_before_apply', operation: 'DELETE /register/{id}', times: 9 })
    await removeClient(service(), { ...request(), ifMatch: ['*'] }).catch(() => undefined)
    front().clearFaults()
    await change({ name: 'Still here' })
    subject.peer.dropTokens()
    await expect(read()).rejects.toMatchObject({ code: 'client_gone' })
  })

  describe('two instances on one store', () => {
    it('keep all of 20 concurrent additions', async () => {
      const patient = { ...service(), upstreamTimeoutMs: 8_000 }
      const other = { ...patient, providers: new Map([['it', provider]]), turns: NO_TURNS }
      await instance()
      const urls = Array.from({ length: 20 }, (_, index) => `https://app.example.com/cb/${index}`)
      const { changeClient } = await import('../../src/service/change/change.ts')
      await Promise.all(
        urls.map((url, index) => {
          const one = index % 2 === 0 ? patient : other
          const asked = requestFor(one, subject.ref, { callbacks: { add: [url] } })
          return changeClient(one, { ...asked, deadline: Date.now() + 20_000 })
        }),
      )
      const held = subject.stored().redirect_uris as string[]
      expect(new Set(held)).toEqual(new Set(['https://app.example.com/callback', ...urls]))
      expect((await verifyLog(service().store)).faults).toEqual([])
    })

    it('go on with what the other one received', async () => {
      await change({ name: 'By one' })
      await instance()
      await change({ name: 'By the other' })
      expect((await read()).native.client_name).toBe('By the other')
    })
  })

  it('names the token it had, and says that it is refused, when none is in force', async () => {
    subject.peer.dropTokens()
    const failure = await read().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'client_gone' })
    expect(String(failure)).toMatch(/Adopt the client again/)
    expect((await conditions()).at(-1)).toBe('refused')
    await adopt(subject.peer.token(subject.ref.id))
    expect((await conditions()).at(-1)).toBe('held')
    expect((await change({ name: 'Back again' })).outcome).toBe('applied')
  })

  it('leaves a client alone whose secret would not outlive an update', async ({ skip }) => {
    if (!isGlewlwyd) skip('secrets outlive updates here')
    const { ref, secret: made } = await createClient(service(), {
      ...request(),
      place: { provider: 'it' },
      kind: 'web',
      patch: parseMergePatch({ name: 'Confidential', callbacks: [NEW_CALLBACK] }),
    })
    if (ref === undefined) throw new TypeError('no client')
    const before = subject.peer.stored(ref.id)
    expect(before?.client_secret).toBe(made?.reveal())
    const attempt = bench.change(ref, { name: 'Other' })
    await expect(attempt).rejects.toMatchObject({ code: 'unsupported_operation' })
    expect(subject.peer.stored(ref.id)).toEqual(before)
  })

  it('keeps tokens sealed, in every record', async () => {
    const token = subject.peer.token(subject.ref.id)
    await adopt(token)
    await change({ name: 'Once more' })
    let all = ''
    for await (const { text } of service().store.records()) all += text
    expect(all).toContain('"registration"')
    expect(all).not.toContain(token)
  })

  if (kind.renewsTokens) {
    it.each(LOST_ANSWERS)(
      'a lost answer takes the token along (%s): the client is adopted anew, and the change is settled',
      async (fault) => {
        front().inject({ kind: fault, operation: 'PUT /register/{id}' })
        const attempt = change({ callbacks: [NEW_CALLBACK] }, { deadline: Date.now() + 5_000 })
        await expect(attempt).rejects.toMatchObject({ code: 'outcome_unknown' })
        expect(await outcomes()).toEqual(['intent', 'applied', 'intent'])
        await expect(read()).rejects.toMatchObject({ code: 'client_gone' })
        expect((await conditions()).at(-1)).toBe('refused')
        await adopt(subject.peer.token(subject.ref.id))
        // Settled by what is in force, then the adoption itself.
        expect((await outcomes()).slice(2)).toEqual(['intent', 'applied', 'intent', 'applied'])
        expect(subject.stored().redirect_uris).toEqual([NEW_CALLBACK])
      },
    )

    it('a renewed token is durable before the answer, and the one before it is kept', async () => {
      await change({ name: 'Renewed' })
      const [first, second] = await registrations()
      expect(second?.sealed).not.toBe(first?.sealed)
      const opened = (one: Registration | undefined) =>
        service().seal.open(
          String(one?.sealed),
          JSON.stringify(['registration', one?.resource, one?.seq]),
        ) as unknown as { openings: { token: string }[] }
      expect(opened(second).openings).toHaveLength(2)
      expect(opened(second).openings[1]).toEqual(opened(first).openings[0])
    })

    it('a token that could not be stored is not forgotten while the process lives', async () => {
      const attempt = change({ name: 'Renewed' }, { deadline: Date.now() + 6_000 })
      bench.database.exec(
        "create trigger full before insert on log when new.resource like '%$registration%' begin select raise(abort, 'full'); end",
      )
      const failure = await attempt.catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'outcome_unknown' })
      bench.database.exec('drop trigger full')
      expect((await change({ name: 'Renewed again' })).outcome).toBe('applied')
      expect(subject.stored().client_name).toBe('Renewed again')
    })

    it('an instance that comes back late is refused by the token that it has', async () => {
      const base = (await read()).native
      const [late] = provider.steps(subject.ref, base, { ...base, client_name: 'Late' })
      await change({ name: 'Meanwhile' })
      await expect(late?.send({ ...CALL })).rejects.toMatchObject({ code: 'provider_unavailable' })
      expect(subject.stored().client_name).toBe('Meanwhile')
    })
  } else {
    it.each(LOST_ANSWERS)('a lost answer takes nothing along (%s)', async (fault) => {
      const before = subject.stored()
      front().inject({ kind: fault, operation: 'PUT /register/{id}' })
      expect((await change({ callbacks: [NEW_CALLBACK] })).outcome).toBe('applied')
      const planned = { ...before, redirect_uris: [NEW_CALLBACK] }
      expect(differences(kind, planned, subject.stored())).toEqual([])
    })
  }
})

const CALL = { deadline: Number.MAX_SAFE_INTEGER, timeoutMs: 5_000, operationId: 'test' }

/** Another process knows nothing of the turns of this one. */
const NO_TURNS: Service['turns'] = { take: (_, work) => work() }
