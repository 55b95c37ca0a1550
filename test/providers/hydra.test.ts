/**
 * Ory Hydra as a provider: the calls of a change, what is refused before any call, and what answers mean. The suites
 * say what holds of every provider.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownApiAt } from '../../src/config/config-overlap.ts'
import { parseConfig } from '../../src/config/config-parse.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { type HydraEmulator, startHydraEmulator } from '../../src/emulators/hydra/index.ts'
import { mapping } from '../../src/providers/hydra/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { newSecretValue } from '../../src/providers/secrets.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { type Bench, callInTime, LOST_ANSWERS, openBench, requestFor } from '../contract/service.ts'
import { fullHydraClient as full } from '../fixtures/hydra.ts'
import { planOf } from '../plan.ts'
import { skippingPauses } from '../service/dying.ts'
import { only } from './subject.ts'

const REF = { provider: 'it', id: 'exampleClientId' }
const CODE_ID = 'authorization_code_grant_id_token_lifespan'

let emulator: HydraEmulator
let provider: Provider
let bench: Bench

beforeEach(async () => {
  emulator = await startHydraEmulator({ clients: [full] })
  provider = await only({ type: 'hydra', baseUrl: emulator.url })
  bench = await openBench(new Map([['it', provider]]), LOST_ANSWERS)
})
afterEach(async () => {
  await bench.close()
  await emulator.close()
})

const record = (members: Record<string, Json | undefined>): JsonObject => {
  const changed = Object.entries({ ...full, ...members }).filter(([, value]) => value !== undefined)
  const { client_secret: _, ...shown } = Object.fromEntries(changed) as JsonObject
  return shown
}
/** Method and body of each call that a change of a record takes. */
const stepsOf = (members: Record<string, Json | undefined>, client: JsonObject) => {
  const base = record(members)
  const { next } = planOf(mapping, base, client)
  return provider.steps(REF, base, next).map(({ request }) => [request.method, request.body])
}
const replace = (name: string, value: Json) => ({ op: 'replace', path: `/${name}`, value })
const call = () => callInTime()

describe('a change', () => {
  it('replaces each member by its whole value, and clears by an empty one', () => {
    const client = {
      callbacks: { add: ['https://app.example.com/two'] },
      allowedLogoutUrls: [],
      name: null,
      logoUri: null,
      clientMetadata: { team: null },
      providerSettings: { audience: null, backchannel_logout_session_required: null },
    }
    expect(stepsOf({}, client)).toEqual([
      [
        'PATCH',
        expect.arrayContaining([
          replace('client_name', ''),
          replace('redirect_uris', [
            'https://app.example.com/callback',
            'https://app.example.com/two',
          ]),
          replace('post_logout_redirect_uris', []),
          replace('logo_uri', ''),
          replace('metadata', { tier: 'gold' }),
          replace('audience', []),
          replace('backchannel_logout_session_required', false),
        ]),
      ],
    ])
  })

  it('of a client with jwks_uri removes the empty jwks along with it', () => {
    const keyed = { jwks: {}, jwks_uri: 'https://app.example.com/keys' }
    expect(stepsOf(keyed, { name: 'New' })).toEqual([
      ['PATCH', [replace('client_name', 'New'), replace('jwks', null)]],
    ])
    const moved = { jwksUri: 'https://app.example.com/keys', providerSettings: { jwks: null } }
    expect(stepsOf({}, moved)).toEqual([['PATCH', expect.arrayContaining([replace('jwks', null)])]])
  })

  it('sets a lifetime by PATCH, and clears one by the call that has them all', () => {
    expect(stepsOf({}, { idTokenLifetime: 5_400 })).toEqual([
      ['PATCH', [replace(CODE_ID, '1h30m0s')]],
    ])
    const lifespans = Object.entries(full).filter(([name]) => name.endsWith('_lifespan'))
    const rest = Object.fromEntries(lifespans.filter(([name]) => name !== CODE_ID))
    const both = { idTokenLifetime: null, accessTokenLifetime: 60, name: 'New' }
    const access = { authorization_code_grant_access_token_lifespan: '1m0s' }
    expect(stepsOf({}, both)).toEqual([
      ['PUT', { ...rest, ...access }],
      ['PATCH', [replace('client_name', 'New')]],
    ])
  })

  it('clears a lifetime once jwks_uri has gone, and not while it stays', async () => {
    const keyed = { jwks: {}, jwks_uri: 'https://app.example.com/keys' }
    expect(() => stepsOf(keyed, { idTokenLifetime: null })).toThrow(/while client\.jwksUri is set/)
    const both = { idTokenLifetime: null, jwksUri: null }
    expect(stepsOf(keyed, both).map(([method]) => method)).toEqual(['PATCH', 'PUT'])
    emulator.put({ ...full, ...keyed })
    expect(await bench.change(REF, both)).toMatchObject({ outcome: 'applied', warnings: [] })
    expect(emulator.client(REF.id)).toMatchObject({ jwks_uri: '', [CODE_ID]: null })
  })

  it.each([
    [{ providerSettings: { skip_logout_consent: null } }, /skip_logout_consent cannot be cleared/],
    [
      { secret: newSecretValue(), idTokenLifetime: null },
      /client\.secret cannot be set in the request/,
    ],
  ])('%j is refused, since no call does it', async (client, says) => {
    await expect(bench.change(REF, client)).rejects.toThrow(says)
    expect(emulator.calls.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it.each([
    [{ scopes: [] }, 'client.scopes'],
    [{ tokenEndpointAuthMethod: 'junk' }, 'client.tokenEndpointAuthMethod'],
    [{ callbacks: [] }, 'client.allowedLogoutUrls'],
    [{ allowedLogoutUrls: ['https://app.example.com:8443/out'] }, 'client.allowedLogoutUrls'],
    [{ jwksUri: 'https://app.example.com/keys' }, 'client.providerSettings.jwks'],
    [{ providerSettings: { audience: 'a' } }, 'client.providerSettings.audience'],
    [{ providerSettings: { owner: 1 } }, 'client.providerSettings.owner'],
    [{ providerSettings: { request_uris: [1] } }, 'client.providerSettings.request_uris'],
    [
      { providerSettings: { access_token_strategy: 'x' } },
      'client.providerSettings.access_token_strategy',
    ],
    [{ providerSettings: { jwks: [] } }, 'client.providerSettings.jwks'],
    [
      { providerSettings: { implicit_grant_id_token_lifespan: '1d' } },
      'client.providerSettings.implicit_grant_id_token_lifespan',
    ],
  ])('%j is refused before a call that would be a 400 or a nameless 500', async (client, field) => {
    await expect(bench.change(REF, client)).rejects.toMatchObject({ field })
    expect(emulator.calls.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  // Digits that could be matched in several ways took minutes: four times as long for twice as many.
  it('refuses a lifetime of as many digits as a body can have, and holds up no one over it', async () => {
    const name = 'implicit_grant_id_token_lifespan'
    const change = bench.change(REF, { providerSettings: { [name]: '1'.repeat(250_000) } })
    await expect(change).rejects.toMatchObject({ field: `client.providerSettings.${name}` })
  })

  it('keeps other JSON in the metadata, says that it is there, and touches no metadata that is no object', async () => {
    const metadata = { team: 'a', nested: { deep: [1, null] } }
    emulator.put({ ...full, metadata })
    const { warnings } = await bench.change(REF, { clientMetadata: { tier: 'b' } })
    expect(emulator.client(REF.id)?.metadata).toEqual({ ...metadata, tier: 'b' })
    expect(warnings.map(({ code }) => code)).toEqual(['metadata_not_shown'])
    expect(showClient(mapping, record({ metadata })).clientMetadata).toEqual({ team: 'a' })
    emulator.put({ ...full, metadata: ['a'] })
    const attempt = bench.change(REF, { clientMetadata: { tier: 'b' } })
    await expect(attempt).rejects.toMatchObject({ code: 'unsupported_field' })
  })

  it('is known by reading after a 500, whether it arrived or not', async () => {
    const write = 'PATCH /admin/clients/{id}'
    emulator.inject({ kind: 'error_after_apply', operation: write })
    expect((await bench.change(REF, { name: 'One' })).outcome).toBe('applied')
    expect(emulator.client(REF.id)?.client_name).toBe('One')
    const before = emulator.client(REF.id)
    emulator.inject({ kind: 'error_before_apply', operation: write, times: 9 })
    const service = skippingPauses(bench.service)
    const attempt = changeClient(service, requestFor(service, REF, { name: 'Two' }))
    await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(emulator.client(REF.id)).toEqual(before)
  })
})

describe('the secret, which no read shows', () => {
  const request = () => {
    const { patch: _, ...rest } = requestFor(bench.service, REF, {})
    return { ...rest, cutOver: true }
  }

  it('is changed without a surprise, and without an outside change afterwards', async () => {
    const value = newSecretValue()
    const result = await bench.change(REF, { secret: value })
    expect(result).toMatchObject({ outcome: 'applied', warnings: [] })
    expect(result.changes.map(({ field }) => field)).toEqual(['secret'])
    expect(emulator.client(REF.id)?.client_secret).toBe(value)
    const { warnings } = await bench.change(REF, { name: 'New' })
    expect(warnings).toEqual([])
    const undo = { kind: 'rollback' as const, to: 0, allowPartial: true }
    const back = await bench.change(REF, {}, { patch: undo })
    expect(back.changes.map(({ field }) => field)).toEqual(['name'])
    expect(back.warnings.map(({ field }) => field)).toEqual(['client.secret'])
    expect(emulator.client(REF.id)?.client_secret).toBe(value)
  })

  it('is a conflict where its answer is lost and someone else has changed the client meanwhile', async () => {
    const operation = 'PATCH /admin/clients/{id}'
    emulator.inject({ kind: 'reset_after_apply', operation })
    emulator.inject({
      kind: 'foreign_write',
      operation: 'GET /admin/clients/{id}',
      skip: 1,
      change: { owner: 'theirs' },
    })
    await expect(rotateSecret(bench.service, request())).rejects.toMatchObject({
      code: 'change_unresolved',
    })
  })

  it('is not taken for changed where the time of the last write has seconds only', async () => {
    emulator.inject({
      kind: 'reset_after_apply',
      operation: 'PATCH /admin/clients/{id}',
    })
    emulator.inject({
      kind: 'foreign_write',
      operation: 'GET /admin/clients/{id}',
      skip: 1,
      change: { updated_at: '2026-10-02T09:31:00Z' },
    })
    await expect(rotateSecret(bench.service, request())).rejects.toMatchObject({
      code: 'change_unresolved',
    })
  })
})

it('counts a scope with a wildcard as one of this API, where Hydra gives its tokens', () => {
  const configAt = (issuer: string) =>
    parseConfig(
      {
        mode: 'development',
        key: { env: 'KEY' },
        store: { type: 'sqlite', path: ':memory:' },
        providers: {
          it: { type: 'hydra', baseUrl: emulator.url, issuer: 'https://login.example' },
        },
        auth: { issuers: [{ issuer, audience: ['clientry'] }] },
      },
      { KEY: Buffer.alloc(32, 1).toString('base64') },
    )
  const api = ownApiAt(configAt('https://login.example/'), 'it')?.({})
  const covered = ['*', 'orders.*', 'clients:write', 'orders', 'a*'].map((word) =>
    api?.covers(word),
  )
  expect(covered).toEqual([true, true, true, false, false])
  expect(ownApiAt(configAt('https://other.example/'), 'it')).toBeUndefined()
})

describe('answers', () => {
  it('that are no JSON come from elsewhere: a 404 page is no client that is missing', async () => {
    const server = createServer((_, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const wrong = await only({ type: 'hydra', baseUrl: `http://127.0.0.1:${port}` })
    await expect(wrong.read(REF, call())).rejects.toMatchObject({ code: 'provider_misconfigured' })
    await new Promise((done) => server.close(done))
  })

  it.each([
    [[replace('redirect_uris', ['nothing'])], 'client.callbacks'],
    [[replace('subject_type', 'pairwise')], undefined],
    [[replace('access_token_strategy', 'junk')], undefined],
  ])('to %j name the member where Hydra does', async (operations, field) => {
    const { errorOf } = await import('../../src/providers/hydra/calls/errors.ts')
    const answer = await fetch(`${emulator.url}/admin/clients/${REF.id}`, {
      method: 'PATCH',
      body: JSON.stringify(operations),
    })
    const error = errorOf({
      status: answer.status,
      headers: {},
      body: (await answer.json()) as Json,
    })
    expect(error).toMatchObject({ code: 'provider_refused' })
    expect(error?.details.field).toBe(field)
  })

  it('say why to the caller, without the secret that was sent', async () => {
    emulator.put({ ...full, client_id: 'bare', post_logout_redirect_uris: [] })
    const step = provider.steps({ ...REF, id: 'bare' }, record({}), {
      ...record({ subject_type: 'pairwise' }),
    })[0]
    const refusal = await step?.send(call()).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      details: { said: expect.stringMatching(/^Subject type pairwise is not supported/) },
    })
  })

  it('are asked for with what the proxy wants', async () => {
    const seen: (string | undefined)[][] = []
    const server = createServer(({ headers }, response) => {
      seen.push([headers.authorization, headers['x-api-key'] as string])
      response.writeHead(401).end()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    const guarded = await only({
      type: 'hydra',
      baseUrl: `http://127.0.0.1:${port}`,
      token: secret('a-token'),
      header: { name: 'X-Api-Key', value: secret('a-key') },
    })
    await expect(guarded.read(REF, call())).rejects.toMatchObject({
      code: 'provider_misconfigured',
    })
    expect(seen).toEqual([['Bearer a-token', 'a-key']])
    await new Promise((done) => server.close(done))
  })
})

describe('a creation', () => {
  it('has the id of its operation, so that it makes one client however often it is sent', async () => {
    const next = planOf(mapping, provider.creation?.blank('web') ?? {}, { name: 'New' }).next
    const step = provider.creation?.step({ provider: 'it' }, next)
    const by = { ...call(), operationId: 'the-operation' }
    expect(await step?.send(by)).toMatchObject({ client_id: 'the-operation' })
    await expect(step?.send(by)).rejects.toMatchObject({ code: 'outcome_unknown' })
    const search = { next, since: 0, isKnown: async () => false }
    const found = await provider.creation?.find({ provider: 'it' }, search, by)
    expect(found).toMatchObject([{ native: { client_id: 'the-operation' }, proven: true }])
    expect(await provider.creation?.find({ provider: 'it' }, search, call())).toEqual([])
  })

  it('shows its secret also where its answer is lost', async () => {
    emulator.inject({ kind: 'reset_after_apply', operation: 'POST /admin/clients' })
    const next = provider.creation?.blank('machine') ?? {}
    const step = provider.creation?.step({ provider: 'it' }, next)
    const by = { ...call(), operationId: 'the-operation' }
    await expect(step?.send(by)).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(step?.reveal()?.reveal()).toBe(emulator.client('the-operation')?.client_secret)
  })
})
