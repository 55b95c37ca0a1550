/**
 * New applications of Entra ID: one creation is up to three calls, and the answer to each can be lost. There is one application
 * in the end, with a service principal, and no secret of it is live that no one has.
 */

import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showField } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { EntraEmulator } from '../../src/emulators/entra/index.ts'
import { type EntraSettings, mapping } from '../../src/providers/entra/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { createClient } from '../../src/service/life/create.ts'
import type { CreationResult } from '../../src/service/life/creation.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { CONTROL_HEADERS } from '../emulators/control-headers.ts'
import { CERTIFICATE } from '../fixtures/certificates.ts'
import { onFresh } from '../fixtures/opened.ts'
import { dyingAt, settled } from '../service/dying.ts'
import { type EntraTenant, startTenant } from './entra/tenant.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const NAME = 'Portal'

let tenant: EntraTenant
let emulator: EntraEmulator
let provider: Provider
let bench: Bench

const it = onFresh(startTenant, (opened) => {
  tenant = opened
  emulator = opened.emulator
})

const reopen = async (more: Partial<EntraSettings> = {}) => {
  ;({ provider, bench } = await tenant.open(more))
}
beforeEach(() => reopen())

const make = (options: object = {}, service = bench.service): Promise<CreationResult> =>
  createClient(service, {
    provider,
    place: { provider: 'it' },
    kind: 'web',
    patch: parseMergePatch({ name: NAME, callbacks: ['https://portal.example/cb'] }),
    dryRun: false,
    actor: ACTOR,
    requestId: randomUUID(),
    deadline: service.now() + 60_000,
    ...options,
  })

/** The applications of that name, without asking the API. */
async function made(): Promise<readonly JsonObject[]> {
  const answer = await fetch(`${emulator.url}/_emulator/applications`, { headers: CONTROL_HEADERS })
  const all = (await answer.json()) as readonly JsonObject[]
  return all.filter(({ displayName }) => displayName === NAME)
}
const passwordsOf = ({ passwordCredentials }: JsonObject) =>
  passwordCredentials as readonly JsonObject[]
const sent = (operation: string) =>
  emulator.calls.filter((one) => one.operation === operation).length

const LOST = [
  'reset_after_apply',
  'reset_before_apply',
  'cut_answer',
  'garbage_answer',
  'error_after_apply',
  'error_before_apply',
] as const

describe.each(LOST)('where an answer is lost by %s', (kind) => {
  it('to the first secret, that one is ended and another one made, whose value is shown', async () => {
    emulator.inject({ kind, operation: 'POST /applications/{id}/addPassword' })
    const { outcome, secret } = await make()
    expect(outcome).toBe('applied')
    const [application = {}, ...others] = await made()
    expect(others).toEqual([])
    const [password, ...more] = passwordsOf(application)
    expect(more).toEqual([])
    expect(secret?.reveal().slice(0, 3)).toBe(password?.hint)
  })

  it('to the service principal, it is asked for again', async () => {
    emulator.inject({ kind, operation: 'POST /servicePrincipals' })
    const { ref, secret } = await make()
    expect(emulator.principals()).toEqual([ref?.id])
    expect(secret?.reveal()).toHaveLength(40)
  })

  it('to the application itself, it is found and has its service principal, and no secret', async () => {
    emulator.inject({ kind, operation: 'POST /applications' })
    const { ref, secret, warnings } = await make()
    expect(await made()).toHaveLength(1)
    expect(emulator.principals()).toEqual([ref?.id])
    // Where nothing was made, the creation was made anew, and is whole.
    const isWhole = sent('POST /applications') === 2
    expect(secret !== undefined).toBe(isWhole)
    expect(warnings.map(({ code }) => code)).toEqual(isWhole ? [] : ['secret_lost'])
    if (isWhole) return
    const { patch: _, ...request } = requestFor(bench.service, { provider: 'it', id: '' }, {})
    const client = { ...request, ref: ref ?? request.ref, cutOver: false }
    const rotated = await rotateSecret(bench.service, client)
    expect(rotated.secret?.value?.reveal()).toHaveLength(40)
  })
})

it('the answer to the secret and the read after it are lost, and the value is shown all the same', async () => {
  emulator.inject({ kind: 'reset_after_apply', operation: 'GET /applications?appId', times: 2 })
  const { secret } = await make()
  const [application = {}] = await made()
  expect(passwordsOf(application).map(({ hint }) => hint)).toEqual([secret?.reveal().slice(0, 3)])
})

it.each(['intent recorded', 'step sent', 'state known', 'outcome recorded'] as const)(
  'one whose server dies at "%s" leaves no secret behind that no one has',
  async (point) => {
    const { service } = await bench.another()
    await dyingAt(service, point, (dying) => make({}, dying))
    await settled(bench.service)
    expect(await bench.service.store.openIntents()).toEqual([])
    const applications = await made()
    expect(applications).toHaveLength(point === 'intent recorded' ? 0 : 1)
    // Its end is on record there, so that the answer that was lost is known to be that of a whole creation.
    const isClosed = point === 'outcome recorded'
    expect(applications.flatMap(passwordsOf)).toHaveLength(isClosed ? 1 : 0)
    expect(emulator.principals()).toEqual(applications.map(({ appId }) => appId))
  },
)

describe('which application it has made cannot be known', () => {
  const rival = (members: JsonObject = {}) =>
    emulator.put({
      displayName: NAME,
      signInAudience: 'AzureADMyOrg',
      web: { redirectUris: ['https://portal.example/cb'] },
      createdDateTime: new Date().toISOString(),
      appId: randomUUID(),
      ...members,
    })
  const key = () => keyOf(bench.service.fingerprints, ACTOR, 'one', ['one'])

  it('where others of that name were made at that moment: change_unresolved names them, and none is made anew', async () => {
    rival()
    emulator.inject({ kind: 'reset_after_apply', operation: 'POST /applications' })
    const request = { key: key() }
    for (let times = 0; times < 2; times += 1) {
      const attempt = make(request)
      await expect(attempt).rejects.toMatchObject({ code: 'change_unresolved' })
      const applications = await made()
      expect(applications).toHaveLength(2)
      for (const { appId } of applications) {
        await expect(attempt).rejects.toThrow(String(appId))
      }
    }
    expect(sent('POST /applications')).toBe(1)
    // Neither is touched.
    expect((await made()).flatMap(passwordsOf)).toEqual([])
    expect(emulator.principals()).toEqual([])
  })

  it('but those of another age, or that are known here, are no candidates', async () => {
    rival({ createdDateTime: '2026-01-01T00:00:00Z' })
    const { ref: known } = await make()
    emulator.inject({ kind: 'cut_answer', operation: 'POST /applications' })
    const { ref } = await make()
    expect(ref?.id).not.toBe(known?.id)
    expect(await made()).toHaveLength(3)
  })
})

it('a key of its own (uniqueName) is sent with creationKeys only', async () => {
  await make()
  expect((await made()).every((one) => one.uniqueName === undefined)).toBe(true)
  expect(sent('PATCH /applications(uniqueName)')).toBe(0)
  await reopen({ creationKeys: true })
  await make()
  expect(sent('PATCH /applications(uniqueName)')).toBe(1)
  expect((await made()).filter((one) => one.uniqueName !== undefined)).toHaveLength(1)
})

describe('while reads are behind', () => {
  it.each([1, 2] as const)('(every %i. copy) a creation is whole', async (every) => {
    await reopen({ listLagSeconds: 0.6 })
    emulator.lag(300, every)
    emulator.inject({ kind: 'cut_answer', operation: 'POST /applications/{id}/addPassword' })
    const { ref, secret } = await make()
    const [application = {}, ...others] = await made()
    expect(others).toEqual([])
    expect(passwordsOf(application).map(({ hint }) => hint)).toEqual([secret?.reveal().slice(0, 3)])
    expect(emulator.principals()).toEqual([ref?.id])
  })
})

describe('without client_credentials, which each application with a credential has', () => {
  const CODE = { callbacks: ['https://portal.example/cb'], grantTypes: ['authorization_code'] }
  const USERS = ['authorization_code', 'refresh_token']
  const asked = (client: JsonObject, more: object = {}) =>
    make({ patch: parseMergePatch({ name: NAME, ...client }), ...more })
  const CERTIFIED = {
    keyCredentials: [
      { keyId: randomUUID(), type: 'AsymmetricX509Cert', usage: 'Verify', key: CERTIFICATE },
    ],
  }
  const WARNED = [expect.objectContaining({ code: 'no_secret', field: 'client.secret' })]

  it.each([
    ['web', { ...CODE, grantTypes: USERS }],
    ['web', { ...CODE, grantTypes: [...USERS, 'implicit'] }],
    ['machine', { grantTypes: [] }],
  ] as const)('a new one of kind %s is made without a secret', async (kind, client) => {
    const planned = await asked(client, { kind, dryRun: true })
    expect(planned.warnings).toEqual(WARNED)
    const { native, secret, warnings } = await asked(client, { kind })
    expect(secret).toBeUndefined()
    expect(warnings).toEqual(WARNED)
    expect(showField(mapping, 'grantTypes', native)).toEqual(client.grantTypes)
    const [application = {}] = await made()
    expect(passwordsOf(application)).toEqual([])
    expect(sent('POST /applications/{id}/addPassword')).toBe(0)
  })

  it('it has none either where the answer to its creation was lost', async () => {
    emulator.inject({ kind: 'reset_after_apply', operation: 'POST /applications' })
    const { secret, warnings } = await asked({ ...CODE, grantTypes: USERS })
    expect(secret).toBeUndefined()
    expect(warnings).toEqual(WARNED)
    expect(sent('POST /applications/{id}/addPassword')).toBe(0)
  })

  it('a secret can be made later, which brings the grant along', async () => {
    const { ref } = await asked({ ...CODE, grantTypes: USERS })
    const { patch: _, ...request } = requestFor(bench.service, { provider: 'it', id: '' }, {})
    await rotateSecret(bench.service, { ...request, ref: ref ?? request.ref, cutOver: false })
    const [application = {}] = await made()
    expect(showField(mapping, 'grantTypes', application)).toEqual([...USERS, 'client_credentials'])
  })

  it.each([
    ['a grant that follows from redirect URIs', 'web', CODE],
    ['a grant that it cannot have', 'web', { ...CODE, grantTypes: ['password'] }],
    ['another grant of users', 'spa', CODE],
    ['a certificate', 'web', { ...CODE, grantTypes: USERS, providerSettings: CERTIFIED }],
  ] as const)('no other demand is met: %s', async (_, kind, client) => {
    const refusal = { code: expect.stringMatching(/^(unsupported_field|rule_violated)$/) }
    await expect(asked(client, { kind })).rejects.toMatchObject({
      ...refusal,
      field: 'client.grantTypes',
    })
    expect(await made()).toEqual([])
  })
})
