/**
 * Okta as a provider: what is sent, what is refused before any call, what is never asked for, and what answers mean. The
 * suites say what holds of every provider; crashes between the two calls of a removal and of a retirement are enumerated here.
 */

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { publicKeyOf } from '../../src/core/keys/public-key.ts'
import { sameState, showClient } from '../../src/core/mapping/mapping.ts'
import { secret as secretOf } from '../../src/core/secrecy/secret.ts'
import {
  newServiceApp,
  OKTA_API_TOKEN,
  type OktaEmulator,
  type OktaEmulatorOptions,
  startOktaEmulator,
} from '../../src/emulators/okta/index.ts'
import { rateAt } from '../../src/providers/okta/calls/pace.ts'
import { nextOf } from '../../src/providers/okta/calls/records.ts'
import { mapping } from '../../src/providers/okta/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeKeys } from '../../src/service/keys/key-change.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { listSecrets } from '../../src/service/secrets/secret-list.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { APP_ID, fullOktaApp } from '../fixtures/okta.ts'
import { jwk } from '../fixtures/public-keys.ts'
import { dyingAt, settled, skippingPauses } from '../service/dying.ts'
import { NO_LIMITS, orgAt } from './okta/subject.ts'
import { only } from './subject.ts'

const REF = { provider: 'it', id: APP_ID }
const SECRETS = 'GET /apps/{id}/credentials/secrets'

let emulator: OktaEmulator
let provider: Provider
let bench: Bench

async function start(options: OktaEmulatorOptions = {}): Promise<void> {
  const usual = { apps: [fullOktaApp], future: ['of_tomorrow'], limits: NO_LIMITS }
  emulator = await startOktaEmulator({ ...usual, ...options })
  provider = await only({ type: 'okta', ...orgAt(emulator) })
  bench = await openBench(new Map([['it', provider]]))
}
async function stop(): Promise<void> {
  await bench.close()
  await emulator.close()
}
async function restart(options: OktaEmulatorOptions): Promise<void> {
  await stop()
  await start(options)
}

beforeEach(() => start())
afterEach(stop)

const call = () => callInTime(randomUUID())
const change = (client: object, options = {}) => bench.change(REF, client, options)
const request = (ref = REF) => {
  const { patch: _, ...rest } = requestFor(bench.service, ref, {})
  return rest
}
const calls = () =>
  emulator.calls.map(({ operation }) => operation).filter((one) => !one.includes('/oauth2/'))
const bodyOf = (operation: string) =>
  emulator.calls.find((one) => one.operation === operation)?.body as JsonObject
const app = () => emulator.app(APP_ID) as { readonly status: string } & JsonObject
const oauth = (members: JsonObject) => {
  const settings = fullOktaApp.settings as JsonObject
  const { oauthClient } = settings as { oauthClient: JsonObject }
  return { ...fullOktaApp, settings: { ...settings, oauthClient: { ...oauthClient, ...members } } }
}

describe('a change', () => {
  it('is one PUT of the whole application, without what only Okta writes, and keeps the secret', async () => {
    const [before] = emulator.secrets(APP_ID)
    await change({ description: 'Other' })
    expect(calls()).toEqual(['GET /apps/{id}', 'PUT /apps/{id}'])
    const body = bodyOf('PUT /apps/{id}')
    const shown = ['id', 'orn', 'created', 'lastUpdated', 'status', 'features', 'universalLogout']
    expect(Object.keys(body).filter((name) => [...shown, '_links'].includes(name))).toEqual([])
    expect(body.credentials).toMatchObject({ oauthClient: { client_secret: '' } })
    expect(body.credentials).not.toHaveProperty('signing')
    expect(body.settings).not.toHaveProperty('emOptInStatus')
    expect(body).toMatchObject({
      label: 'Example',
      visibility: fullOktaApp.visibility as JsonObject,
    })
    expect(emulator.secrets(APP_ID)).toEqual([before])
  })

  it('sends keys without what Okta made of them, and none of a secret where there is none', async () => {
    const key = jwk('rsa', { kid: 'one' })
    const keys = [{ ...key, id: 'pks1', created: 'then' }]
    const { jwks_uri: _, ...members } = (oauth({ jwks: { keys } }).settings as JsonObject)
      .oauthClient as JsonObject
    const { credentials, settings } = fullOktaApp as Record<string, JsonObject>
    const { oauthClient } = credentials as Record<string, JsonObject>
    emulator.put({
      ...fullOktaApp,
      credentials: {
        ...credentials,
        oauthClient: { ...oauthClient, token_endpoint_auth_method: 'private_key_jwt' },
      },
      settings: { ...settings, oauthClient: members },
    })
    await change({ description: 'Other' })
    const body = bodyOf('PUT /apps/{id}') as Record<string, Record<string, JsonObject>>
    expect(body.settings?.oauthClient?.jwks).toEqual({
      keys: [key],
    })
    expect(body.credentials?.oauthClient).not.toHaveProperty('client_secret')
  })

  it('switches off before the PUT, and on after it', async () => {
    await change({ disabled: true, description: 'Off' })
    await change({ disabled: false, description: 'On' })
    expect(calls().filter((one) => !one.startsWith('GET'))).toEqual([
      'POST /apps/{id}/lifecycle/deactivate',
      'PUT /apps/{id}',
      'PUT /apps/{id}',
      'POST /apps/{id}/lifecycle/activate',
    ])
    expect(app().status).toBe('ACTIVE')
  })

  it('is taken back where its second call is refused', async () => {
    emulator.inject({ kind: 'throttle', operation: 'PUT /apps/{id}', times: 20 })
    const attempt = change({ disabled: true, description: 'Off' }, { deadline: Date.now() + 1_500 })
    await expect(attempt).rejects.toThrow()
    emulator.clearFaults()
    await settled(bench.service)
    expect(app()).toMatchObject({ status: 'ACTIVE' })
  })

  it.each<readonly [Json, string]>([
    ['none', 'Okta deletes the secrets of the client'],
    ['client_secret_post', 'Okta makes a new secret for the client'],
  ])(
    'of the way of authentication to %s says what becomes of the secrets',
    async (method, says) => {
      const planned = await change({ tokenEndpointAuthMethod: method }, { dryRun: true })
      expect(planned.warnings).toContainEqual(
        expect.objectContaining({ code: 'secrets_follow', message: expect.stringContaining(says) }),
      )
      const applied = await change({ tokenEndpointAuthMethod: method })
      expect(applied.warnings.map(({ code }) => code)).toEqual(['secrets_follow'])
      expect(emulator.secrets(APP_ID)).toHaveLength(method === 'none' ? 0 : 1)
    },
  )
})

describe('public keys', () => {
  const KEY = jwk('rsa', { kid: 'first' })
  const held = () => {
    const { settings } = app() as unknown as { settings: { oauthClient: JsonObject } }
    return ((settings.oauthClient.jwks ?? { keys: [] }) as { keys: JsonObject[] }).keys
  }
  /** An application that authenticates by these keys. */
  const keyed = (keys: readonly JsonObject[]) => {
    const { jwks_uri: _, ...members } = (
      oauth({ jwks: { keys: [...keys] } }).settings as JsonObject
    ).oauthClient as JsonObject
    const { credentials, settings } = fullOktaApp as Record<string, JsonObject>
    const { oauthClient } = credentials as Record<string, JsonObject>
    const client = { ...oauthClient, token_endpoint_auth_method: 'private_key_jwt' }
    emulator.put({
      ...fullOktaApp,
      credentials: { ...credentials, oauthClient: client },
      settings: { ...settings, oauthClient: members },
    })
  }
  const add = (kid: string) =>
    changeKeys(bench.service, { ...request(), wanted: { added: publicKeyOf(jwk('ec', { kid })) } })
  const remove = (kid: string) =>
    changeKeys(bench.service, { ...request(), wanted: { removed: kid } })

  it('are added to the set and removed from it, each by one PUT; one that is switched off stays so', async () => {
    const off = { ...jwk('rsa', { kid: 'off' }), status: 'INACTIVE' }
    keyed([KEY, off])
    const { keys } = await add('second')
    expect(keys.map(({ kid, inUse }) => [kid, inUse])).toEqual([
      ['first', true],
      ['off', false],
      ['second', true],
    ])
    expect(held().map(({ kid, status }) => [kid, status])).toEqual([
      ['first', 'ACTIVE'],
      ['off', 'INACTIVE'],
      ['second', 'ACTIVE'],
    ])
    await remove('first')
    expect(held().map(({ kid }) => kid)).toEqual(['off', 'second'])
    expect(calls().filter((one) => !one.startsWith('GET'))).toEqual([
      'PUT /apps/{id}',
      'PUT /apps/{id}',
    ])
    // One that is switched off proves nothing.
    await expect(remove('second')).rejects.toMatchObject({ code: 'rule_violated' })
  })

  it('are 50 at most, each with a kid of its own, and none beside an address', async () => {
    await expect(add('beside')).rejects.toThrow('client.jwksUri cannot be set beside')
    keyed(Array.from({ length: 50 }, (_, at) => ({ ...KEY, kid: `key-${at}` })))
    await expect(add('one-too-many')).rejects.toThrow('The client has 50 keys')
    keyed([KEY])
    await expect(add('first')).rejects.toThrow('has a key with this kid already')
    expect(calls().filter((one) => !one.startsWith('GET'))).toEqual([])
  })

  it('lead from a secret to keys: added first, then the method, whose plan says that the secrets end', async () => {
    await change({ jwksUri: null })
    await add('first')
    expect(emulator.secrets(APP_ID)).toHaveLength(1)
    const { warnings } = await change({ tokenEndpointAuthMethod: 'private_key_jwt' })
    expect(warnings).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('Okta deletes the secrets') }),
    )
    expect(emulator.secrets(APP_ID)).toEqual([])
    await expect(remove('first')).rejects.toMatchObject({ code: 'rule_violated' })
  })
})

describe('before any call is refused', () => {
  it.each<readonly [JsonObject, string]>([
    [{ callbacks: [] }, 'client.callbacks must have at least one URL'],
    [{ callbacks: ['https://*.example.com/cb'] }, 'must not contain * unless'],
    [{ grantTypes: ['implicit'] }, 'client.grantTypes must contain authorization_code'],
    [{ grantTypes: ['authorization_code', 'made_up'] }, 'client.grantTypes'],
    [{ appType: 'spa' }, 'Okta changes the type of no application'],
    [{ scopes: ['openid'] }, 'scopes belong to authorization servers'],
    [{ webOrigins: ['https://app.example.com'] }, 'it belongs to the org'],
    [{ accessTokenLifetime: 60 }, 'it is a rule of an authorization server'],
    [{ secret: 'a-secret-of-my-own-0123456789' }, 'Okta keeps the secrets of a client in a list'],
    [{ refreshTokenRotation: { enabled: true, graceSeconds: 61 } }, 'from 0 to 60'],
    [
      {
        grantTypes: { add: ['implicit'] },
        responseTypes: { add: ['token'] },
        dpopBoundAccessTokens: true,
      },
      'client.dpopBoundAccessTokens cannot be true',
    ],
    [
      { providerSettings: { settings: { oauthClient: { made_up: 1 } } } },
      'settings.oauthClient.made_up',
    ],
    [{ providerSettings: { settings: null } }, 'providerSettings.settings must be an object'],
    [{ providerSettings: { orn: 'other' } }, 'is shown by the provider and cannot be set'],
  ])('%j', async (client, says) => {
    await expect(change(client)).rejects.toThrow(says)
    expect(calls().filter((one) => !one.startsWith('GET'))).toEqual([])
  })
})

it('a service application may have tokens bound to a key, and exchange tokens, as recorded ones do', async () => {
  const { refresh_token: _, ...members } = (fullOktaApp.settings as JsonObject)
    .oauthClient as JsonObject
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
  emulator.put({
    ...fullOktaApp,
    settings: {
      ...(fullOktaApp.settings as JsonObject),
      oauthClient: {
        ...members,
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        redirect_uris: [],
      },
    },
  })
  await change({ grantTypes: { add: [exchange] }, dpopBoundAccessTokens: true })
  expect(app().settings).toMatchObject({
    oauthClient: {
      grant_types: ['client_credentials', exchange],
      dpop_bound_access_tokens: true,
    },
  })
})

describe('which clients there are', () => {
  it('applications of the catalogue and of Okta itself are in no list, and not found', async () => {
    const id = '0oacatalogueapp00001'
    emulator.put({ ...fullOktaApp, id, name: 'saasure', label: 'Okta Admin Console' })
    const page = await provider.list?.(undefined, call())
    expect(page?.items.map((one) => one.id)).toEqual([APP_ID])
    const attempt = bench.change({ ...REF, id }, { name: 'Mine' })
    await expect(attempt).rejects.toMatchObject({ code: 'not_found' })
    expect(calls().filter((one) => !one.startsWith('GET'))).toEqual([])
  })

  it('one whose client id was chosen is found in the list once, by pages of 200, and then by its own id', async () => {
    for (let number = 0; number < 250; number += 1) {
      const id = `0oa${String(number).padStart(17, '0')}`
      const client = { client_id: `chosen-${number}`, token_endpoint_auth_method: 'none' }
      emulator.put({ ...fullOktaApp, id, credentials: { oauthClient: client } })
    }
    const read = () => provider.read({ ...REF, id: 'chosen-249' }, call())
    expect((await read()).id).toBe('0oa00000000000000249')
    expect(calls()).toEqual(['GET /apps', 'GET /apps'])
    emulator.clearCalls()
    await read()
    expect(calls()).toEqual(['GET /apps/{id}'])
  })

  it('the next page is where the link leads', () => {
    const link =
      '<https://x/api/v1/apps?limit=2>; rel="self", <https://x/a?after=0oa1&limit=2>; rel="next"'
    expect(nextOf(link)).toBe('0oa1')
    expect(nextOf('<https://x/api/v1/apps?limit=2>; rel="self"')).toBeUndefined()
    expect(nextOf(undefined)).toBeUndefined()
  })
})

describe('the secrets', () => {
  it('are asked for by a rotation and the list of secrets alone', async () => {
    const { native } = await change({ description: 'Other' })
    expect(showClient(mapping, native).secret).toBeNull()
    await provider.list?.(undefined, call())
    await change({ disabled: true })
    expect(calls()).not.toContain(SECRETS)
    await listSecrets(bench.service, { ...request(), requestId: 'list' })
    await rotateSecret(bench.service, { ...request(), cutOver: false })
    expect(calls().filter((one) => one === SECRETS)).toHaveLength(2)
  })

  it('no answer to a write brings one along', async () => {
    const values = () => emulator.secrets(APP_ID).map((one) => one.client_secret)
    const { native } = await change({ description: 'Other' })
    for (const value of values()) expect(JSON.stringify(native)).not.toContain(value)
  })

  it('one that is switched off takes a place, and the refusal says so', async () => {
    const { secret: made } = await rotateSecret(bench.service, { ...request(), cutOver: false })
    const base = await provider.read(REF, call())
    await provider.secrets?.disable?.(REF, base, made?.id ?? '').send(call())
    const attempt = rotateSecret(bench.service, { ...request(), cutOver: false })
    await expect(attempt).rejects.toThrow(/one that is switched off takes the second place/)
  })
})

const POINTS: readonly CrashPoint[] = [
  'intent recorded',
  'step sent',
  'state known',
  'outcome recorded',
]

/** Runs work that dies at the n-th time that a point is reached, and settles what is left. */
async function dies(
  point: CrashPoint,
  times: number,
  work: (service: Service) => Promise<unknown>,
): Promise<void> {
  const { service } = await bench.another()
  let left = times
  await dyingAt(service, point, (dying) => {
    const { reached } = dying
    return work({
      ...dying,
      reached: async (at) => {
        if (at === point && left > 1) left -= 1
        else await reached?.(at)
      },
    })
  })
  await settled(bench.service)
}
const outcomes = async () =>
  (await readHistory(bench.service, REF, { limit: 10 })).items.map(({ outcome }) => outcome)

describe('a removal', () => {
  it('is two calls of one operation', async () => {
    await removeClient(bench.service, request())
    expect(calls().filter((one) => !one.startsWith('GET'))).toEqual([
      'POST /apps/{id}/lifecycle/deactivate',
      'DELETE /apps/{id}',
    ])
    expect(await outcomes()).toEqual(['applied'])
  })

  it('of an inactive application is one', async () => {
    emulator.put({ ...fullOktaApp, status: 'INACTIVE' })
    await removeClient(bench.service, request())
    expect(calls().filter((one) => !one.startsWith('GET'))).toEqual(['DELETE /apps/{id}'])
  })

  it.each([...POINTS.map((point) => [point, 1] as const), ['step sent', 2] as const])(
    'that dies at "%s" (%i) ends whole: gone, or active as before',
    async (point, times) => {
      await dies(point, times, (service) => removeClient(service, request()))
      const isGone = point === 'state known' || point === 'outcome recorded' || times === 2
      expect(emulator.app(APP_ID)?.status).toBe(isGone ? undefined : 'ACTIVE')
      expect(await outcomes()).toEqual([isGone ? 'applied' : 'not_applied'])
      expect(await bench.service.store.openIntents()).toEqual([])
    },
  )

  it.each(['error_before_apply', 'reset_after_apply', 'throttle'] as const)(
    'whose deletion meets %s is done in the end',
    async (kind) => {
      emulator.inject({ kind, operation: 'DELETE /apps/{id}' })
      expect((await removeClient(bench.service, request())).outcome).toBe('applied')
      expect(emulator.app(APP_ID)).toBeUndefined()
    },
  )

  it('that is given up leaves a client active, and what others changed on it', async () => {
    emulator.inject({ kind: 'error_before_apply', operation: 'DELETE /apps/{id}', times: 50 })
    emulator.inject({
      kind: 'foreign_write',
      operation: 'POST /apps/{id}/lifecycle/deactivate',
      change: { 'settings.notes.admin': 'Theirs' },
    })
    const attempt = removeClient(skippingPauses(bench.service), request())
    await expect(attempt).rejects.toThrow()
    emulator.clearFaults()
    await settled(bench.service)
    expect(app()).toMatchObject({ status: 'ACTIVE', settings: { notes: { admin: 'Theirs' } } })
  })
})

describe('a retirement', () => {
  it.each([['step sent', 1] as const, ['step sent', 2] as const, ['intent recorded', 1] as const])(
    'that dies at "%s" (%i) leaves no secret behind that is switched off',
    async (point, times) => {
      const [old] = emulator.secrets(APP_ID)
      await rotateSecret(bench.service, { ...request(), cutOver: false })
      await dies(point, times, (service) =>
        retireSecret(service, { ...request(), secretId: old?.id ?? '' }),
      )
      const isEnded = point === 'step sent'
      expect(emulator.secrets(APP_ID).map(({ status }) => status)).toEqual(
        isEnded ? ['ACTIVE'] : ['ACTIVE', 'ACTIVE'],
      )
      expect((await outcomes())[0]).toBe(isEnded ? 'applied' : 'not_applied')
    },
  )
})

describe('who calls', () => {
  const readAs = async (settings: object) => {
    const other = await only({ type: 'okta', baseUrl: emulator.url, ...settings })
    return other.read(REF, call())
  }
  const asApp = (one = emulator.serviceApp, more = {}) => ({
    app: { ...one, privateKey: secretOf(one.privateKey), ...more },
  })

  it('an API token of a user', async () => {
    expect(await readAs({ apiToken: secretOf(OKTA_API_TOKEN) })).toMatchObject({ label: 'Example' })
    await expect(readAs({ apiToken: secretOf('another') })).rejects.toMatchObject({
      code: 'provider_misconfigured',
      message: expect.stringContaining('apiToken'),
    })
  })

  it('a service application, whose token is bound to a key where it requires that', async () => {
    await restart({ serviceApps: [newServiceApp({ dpop: true })] })
    expect(await readAs(asApp())).toMatchObject({ label: 'Example' })
    const without = readAs(asApp(emulator.serviceApp, { dpop: false }))
    await expect(without).rejects.toThrow(/set dpop: true in the configuration/)
    const noKey = readAs({ app: { ...emulator.serviceApp, privateKey: secretOf('no key') } })
    await expect(noKey).rejects.toMatchObject({
      code: 'provider_misconfigured',
      message: expect.stringContaining('privateKey in the configuration is no RSA or EC key'),
    })
    const other = readAs(asApp(newServiceApp()))
    await expect(other).rejects.toThrow(/check clientId, privateKey and keyId/)
  })

  it('one that may only read is refused a change, and the sentence names the scope', async () => {
    await restart({ serviceApps: [newServiceApp({ scopes: ['okta.apps.read'] })] })
    await expect(readAs(asApp())).rejects.toThrow(/okta\.apps\.manage/)
  })

  it('our own application is not removed, nor switched off', async () => {
    const own = { ...fullOktaApp, id: emulator.serviceApp.clientId }
    const { credentials } = own as unknown as Record<string, JsonObject>
    const client = { ...(credentials?.oauthClient as JsonObject), client_id: own.id }
    emulator.put({ ...own, credentials: { ...credentials, oauthClient: client } })
    const ref = { ...REF, id: own.id }
    await expect(removeClient(bench.service, request(ref))).rejects.toMatchObject({
      code: 'own_client',
    })
    await expect(bench.change(ref, { disabled: true })).rejects.toMatchObject({
      code: 'own_client',
    })
    const rotation = rotateSecret(bench.service, { ...request(ref), cutOver: false })
    await expect(rotation).rejects.toMatchObject({ code: 'own_client' })
  })
})

describe('limits', () => {
  const answer = (status: number, headers: Record<string, string>) => ({ status, headers })
  const limits = (remaining: string) => ({
    'x-rate-limit-limit': '10',
    'x-rate-limit-remaining': remaining,
    'x-rate-limit-reset': '60',
  })

  it('are learned of each answer; a minute that is used up is waited for, without Retry-After', () => {
    expect(rateAt(answer(200, limits('4')), 0)).toEqual({
      account: { limit: 10, remaining: 4, perSecond: 10 / 60 },
    })
    expect(rateAt(answer(200, limits('0')), 20_000)).toMatchObject({ pauseMs: 40_000 })
    expect(rateAt(answer(429, limits('0')), 20_000)).toMatchObject({
      throttled: true,
      pauseMs: 40_000,
    })
    expect(rateAt(answer(200, {}), 0)).toEqual({ unlimited: true })
  })

  it('of a free org hold calls back before Okta refuses one', async () => {
    await restart({ limits: { apps: 10, application: 10 } })
    // Too soon for those that the next minute would let go.
    const read = () => provider.read(REF, { ...call(), deadline: Date.now() + 5_000 })
    const minuteOf = (at: number) => Math.floor(at / 60_000)
    const minute = minuteOf(Date.now())
    const results = await Promise.allSettled(Array.from({ length: 14 }, read))
    const refused = results.filter(({ status }) => status === 'rejected')
    // Where the next minute was near, it let the rest go.
    if (minuteOf(Date.now() + 5_000) === minute) expect(refused.length).toBeGreaterThan(0)
    for (const one of refused) {
      if (one.status === 'rejected') expect(one.reason.code).toBe('provider_throttled')
    }
    expect(emulator.calls.filter(({ status }) => status === 429)).toEqual([])
  })
})

it('a mirror of 450 applications takes 3 of the 10 calls of a minute that a free org has, and none is refused', async () => {
  const apps = Array.from({ length: 450 }, (_, number) => {
    const id = `0oa${String(number).padStart(17, '0')}`
    return { ...fullOktaApp, id, label: `App ${number}` }
  })
  await restart({ apps, limits: { apps: 10, application: 10 } })
  let count = 0
  for (let cursor: string | undefined; ; ) {
    const page = await provider.list?.(undefined, call(), cursor)
    count += page?.items.filter(({ native }) => native !== undefined).length ?? 0
    cursor = page?.next
    if (cursor === undefined) break
  }
  expect(count).toBe(450)
  expect(calls()).toEqual(['GET /apps', 'GET /apps', 'GET /apps'])
  expect(emulator.calls.filter(({ status }) => status === 429)).toEqual([])
})

it('20 callbacks that are added at once all survive', async () => {
  const urls = Array.from({ length: 20 }, (_, index) => `https://app.example.com/cb/${index}`)
  const deadline = Date.now() + 60_000
  await Promise.all(urls.map((url) => change({ callbacks: { add: [url] } }, { deadline })))
  const { settings } = app() as unknown as { settings: { oauthClient: JsonObject } }
  expect(settings.oauthClient.redirect_uris).toHaveLength(21)
})

it('takes single logout that is off for the same as none, which orgs without it show', () => {
  const member = 'settings.oauthClient.participate_slo'
  const { [member]: _, ...none } = fullOktaApp
  expect(sameState(mapping, none, { ...none, [member]: false })).toBe(true)
  expect(sameState(mapping, none, { ...none, [member]: true })).toBe(false)
})
