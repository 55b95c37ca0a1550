/**
 * Entra ID by its emulator: redirect URIs that stay in their platforms, reads that are behind, secrets that are shown once,
 * creations whose answers are lost.
 */

import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, onTestFinished } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { sameState, showClient } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import {
  ENTRA_ACCOUNT,
  type EntraEmulator,
  type EntraEmulatorOptions,
  startEntraEmulator,
} from '../../src/emulators/entra/index.ts'
import type { EntraSettings } from '../../src/providers/entra/index.ts'
import { mapping } from '../../src/providers/entra/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createClient } from '../../src/service/life/create.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { restoreClient } from '../../src/service/life/restore.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { readClient } from '../../src/service/reading/read.ts'
import { retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import type { RotationRequest } from '../../src/service/secrets/rotation.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import { fullEntraApplication as full } from '../fixtures/entra.ts'
import { onFresh } from '../fixtures/opened.ts'
import { later, skippingPauses } from '../service/dying.ts'
import { tenantAt } from './entra/subject.ts'
import { type EntraTenant, startTenant } from './entra/tenant.ts'
import { only } from './subject.ts'

const REF = { provider: 'it', id: 'exampleClientId' }
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const OWNED = 'Application.ReadWrite.OwnedBy'

let tenant: EntraTenant
let emulator: EntraEmulator
let provider: Provider
let bench: Bench

const it = onFresh(startTenant, (opened) => {
  tenant = opened
  emulator = opened.emulator
})

const open = async (more: Partial<EntraSettings> = {}) => {
  ;({ provider, bench } = await tenant.open(more))
}

/** Opens a tenant of its own in a test. */
const openWith = async (start: EntraEmulatorOptions) => {
  const own = await startTenant(start)
  onTestFinished(own.close)
  tenant = own
  emulator = own.emulator
  await open()
}

const stored = () => emulator.application(REF.id) as JsonObject
const put = (members: JsonObject) => emulator.put({ ...stored(), ...members })
const change = (client: object, options = {}) => bench.change(REF, client, options)
const sent = (operation: string) =>
  emulator.calls.filter((one) => one.operation === operation).map(({ body }) => body as JsonObject)
const kinds = async () =>
  (await bench.service.store.entries(resourceOf(REF))).map(({ kind }) => kind)
const passwords = () => stored().passwordCredentials as readonly JsonObject[]
const inTime = () => ({ deadline: Date.now() + 60_000 })

describe('redirect URIs', () => {
  const three = {
    web: { ...(full.web as JsonObject), redirectUris: ['https://a.example/web'] },
    spa: { redirectUris: ['https://a.example/spa'] },
    publicClient: { redirectUris: ['com.example.app:/cb'] },
  }
  const urisOf = (platform: string) => (stored()[platform] as JsonObject).redirectUris

  beforeEach(() => open())

  it('are one list, each in its platform, and a new one goes to that of the application type', async () => {
    put(three)
    const { native } = await change({ callbacks: { add: ['https://a.example/new'] } })
    expect(showClient(mapping, native).callbacks).toHaveLength(4)
    expect(urisOf('web')).toEqual(['https://a.example/web', 'https://a.example/new'])
    expect(Object.keys(sent('PATCH /applications/{id}')[0] ?? {})).toEqual(['web'])
    await change({ callbacks: { remove: ['https://a.example/spa'] } })
    expect([urisOf('spa'), urisOf('publicClient')]).toEqual([[], ['com.example.app:/cb']])
  })

  it.each(['spa', 'publicClient'] as const)('of the platform %s go there', async (platform) => {
    put({ ...three, web: { ...three.web, redirectUris: [] }, spa: { redirectUris: [] } })
    put({
      publicClient: { redirectUris: [] },
      [platform]: { redirectUris: ['https://a.example/x'] },
    })
    await change({ callbacks: ['https://a.example/y'] })
    expect(urisOf(platform)).toEqual(['https://a.example/y'])
  })

  it('are refused where Entra would refuse them, and nothing is sent', async () => {
    put({ signInAudience: 'AzureADandPersonalMicrosoftAccount' })
    for (const url of ['https://a.example/$x', 'https://a.example/x?y=1']) {
      const attempt = change({ callbacks: { add: [url] } })
      await expect(attempt).rejects.toMatchObject({ field: expect.stringMatching(/^client/) })
    }
    const many = Array.from({ length: 100 }, (_, at) => `https://a.example/${at}`)
    await expect(change({ callbacks: { add: many } })).rejects.toMatchObject({
      code: 'rule_violated',
    })
    expect(sent('PATCH /applications/{id}')).toEqual([])
  })
})

it('a change names nothing that only reads show, and sends complex members whole', async () => {
  await open()
  put({ web: { ...(full.web as JsonObject), redirectUriSettings: [{ uri: 'x', index: null }] } })
  await change({ policyUri: 'https://a.example/p', clientUri: 'https://a.example/' })
  const [{ info, web } = {}] = sent('PATCH /applications/{id}')
  expect(info).toMatchObject({ marketingUrl: 'https://app.example.com/marketing' })
  expect(info).not.toHaveProperty('logoUrl')
  expect(web).not.toHaveProperty('redirectUriSettings')
  expect(stored().info).toMatchObject({ logoUrl: 'https://aadcdn.example.net/logo.png' })
})

describe('reads that are behind', () => {
  const LAG = 400
  beforeEach(async () => {
    await open({ listLagSeconds: 0.8 })
    emulator.lag(LAG)
  })

  it('lose none of 20 concurrent additions, and are no changes of someone else', async () => {
    // Two copies answer by turns, one of which is behind.
    emulator.lag(LAG, 2)
    const urls = Array.from({ length: 20 }, (_, at) => `https://app.example.com/cb/${at}`)
    await Promise.all(urls.map((url) => change({ callbacks: { add: [url] } }, inTime())))
    const { redirectUris } = stored().web as JsonObject
    expect(redirectUris).toEqual(expect.arrayContaining(urls))
    expect(await kinds()).not.toContain('outside_change')
    const outcomes = await bench.service.store.entries(resourceOf(REF))
    const ended = outcomes.filter((entry) => entry.kind === 'outcome')
    expect(ended.map((entry) => entry.outcome)).toEqual(urls.map(() => 'applied'))
  })

  it('show no state from before the last change, and at once what someone else has set', async () => {
    const { tag } = await change({ name: 'Ours' })
    emulator.lag(0)
    put({ description: 'Theirs' })
    const read = () =>
      readClient(bench.service, { ...requestFor(bench.service, REF, {}), requestId: 'read' })
    const { native } = await read()
    expect(native).toMatchObject({ displayName: 'Ours', description: 'Theirs' })
    emulator.put({ ...full })
    // The state from before, which a copy could show: it counts once no copy can be behind.
    const late = await read()
    expect(late.native.displayName).toBe('Example')
    expect(late.tag).not.toBe(tag)
  })

  it('find a new application missing, which is waited for', async () => {
    const made = await make()
    expect(made.outcome).toBe('applied')
    expect(made.secret?.reveal()).toMatch(/^.{3}8Q~/)
    const ref = made.ref as typeof REF
    expect((await bench.change(ref, { name: 'Renamed' }, inTime())).outcome).toBe('applied')
    expect(emulator.principals()).toEqual([ref.id])
  })

  it('leave the outcome unknown where the deadline is near, and a sweep finds it', async () => {
    emulator.lag(60_000)
    await open({ listLagSeconds: 60 })
    const service = skippingPauses(bench.service)
    const attempt = changeClient(service, requestFor(service, REF, { name: 'Late' }))
    await expect(attempt).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(await kinds()).toEqual(['intent'])
    expect(stored().displayName).toBe('Late')
  })

  it.each(['reset_after_apply', 'reset_before_apply'] as const)(
    'are not taken by a sweep for the outcome of a change whose answer was lost by %s',
    async (kind) => {
      await open({ listLagSeconds: 1 })
      emulator.lag(900)
      emulator.inject({ kind, operation: 'PATCH /applications/{id}', times: 20 })
      const attempt = change({ name: 'Late' }, { deadline: Date.now() + 600 })
      await expect(attempt).rejects.toMatchObject({ code: 'outcome_unknown' })
      emulator.clearFaults()
      const isApplied = kind === 'reset_after_apply'
      expect(stored().displayName).toBe(isApplied ? 'Late' : 'Example')
      // What it reads first is from before, in either case.
      await sweep(later(bench.service))
      const [, outcome] = await bench.service.store.entries(resourceOf(REF))
      expect(outcome).toMatchObject({
        outcome: isApplied ? 'applied' : 'not_applied',
        settledBy: 'settlement',
      })
      expect(await kinds()).toEqual(['intent', 'outcome'])
    },
  )
})

const make = (options: object = {}) =>
  createClient(bench.service, {
    provider,
    place: { provider: 'it' },
    kind: 'web',
    patch: parseMergePatch({ name: 'Portal', callbacks: ['https://portal.example/cb'] }),
    dryRun: false,
    actor: ACTOR,
    requestId: randomUUID(),
    ...inTime(),
    ...options,
  })
const creations = () => sent('POST /applications').length

describe('a creation', () => {
  it.each(['reset_after_apply', 'cut_answer', 'stall_after_apply'] as const)(
    'whose answer is lost by %s makes one application',
    async (kind) => {
      await open()
      emulator.inject({ kind, operation: 'POST /applications' })
      const key = keyOf(bench.service.fingerprints, ACTOR, 'one', ['one'])
      const first = await make({ key })
      const again = await make({ key })
      expect(again.ref).toEqual(first.ref)
      expect(creations()).toBe(1)
    },
  )

  it('under a key is found by it, whatever else is made at the moment', async () => {
    await open({ creationKeys: true })
    emulator.put({ ...full, appId: 'other', displayName: 'Portal', createdDateTime: undefined })
    emulator.inject({ kind: 'reset_after_apply', operation: 'PATCH /applications(uniqueName)' })
    const { ref } = await make()
    expect(emulator.application(String(ref?.id))).toMatchObject({ uniqueName: expect.any(String) })
  })

  it('names the audience, so that no personal account can sign in', async () => {
    await open()
    await make()
    expect(sent('POST /applications')[0]).toEqual({
      displayName: 'Portal',
      signInAudience: 'AzureADMyOrg',
      web: { redirectUris: ['https://portal.example/cb'] },
    })
  })
})

describe('a removed application', () => {
  const request = () => ({ ...requestFor(bench.service, REF, {}), ...inTime() })
  const remove = () => removeClient(bench.service, request())
  const restore = () => restoreClient(bench.service, request())
  beforeEach(() => open())

  it('is given back with its ids and secrets while Entra keeps it', async () => {
    const before = stored()
    await remove()
    expect(emulator.application(REF.id)).toBeUndefined()
    const { outcome, lost } = await restore()
    expect(outcome).toBe('applied')
    expect(lost?.[0]).toContain('service principal')
    expect(stored()).toEqual({ ...before, deletedDateTime: null })
    expect((await change({ name: 'Again' })).outcome).toBe('applied')
  })

  it.each(['reset_after_apply', 'error_before_apply'] as const)(
    'is given back once where the answer is lost by %s',
    async (kind) => {
      await remove()
      emulator.inject({ kind, operation: 'POST /directory/deletedItems/{id}/restore' })
      expect((await restore()).outcome).toBe('applied')
      expect(stored()).toMatchObject({ id: full.id, displayName: 'Example' })
    },
  )

  it('that was purged is refused, and nothing is sent', async () => {
    await remove()
    emulator.purge()
    await expect(restore()).rejects.toMatchObject({ code: 'not_restorable' })
    expect(sent('POST /directory/deletedItems/{id}/restore')).toEqual([])
  })
})

describe('secrets', () => {
  const rotate = (options: Partial<RotationRequest> = {}) => {
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    return rotateSecret(bench.service, { ...request, ...inTime(), cutOver: false, ...options })
  }
  beforeEach(() => open())

  it('are added beside the others, of a value that Entra makes, and retired one by one', async () => {
    const { secret, previous, warnings } = await rotate()
    expect(secret?.value?.reveal()).toHaveLength(40)
    // It is no surprise to itself.
    expect(warnings).toEqual([])
    const [, outcome] = await bench.service.store.entries(resourceOf(REF))
    expect(outcome).toMatchObject({ outcome: 'applied', surprises: [] })
    const [former] = previous
    expect(former).toMatchObject({
      id: '73c912d2-fd2d-42a0-b3ae-2e45d006b8bc',
      expiresAt: '2120-01-01T00:00:00Z',
    })
    const inTwoYears = Date.now() + 730 * 86_400_000
    expect(Date.parse(String(secret?.expiresAt))).toBeGreaterThan(inTwoYears - 86_400_000)
    expect(passwords()).toHaveLength(2)
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    await retireSecret(bench.service, { ...request, secretId: former?.id ?? '' })
    expect(passwords().map(({ keyId }) => keyId)).toEqual([secret?.id])
  })

  it.each(['reset_after_apply', 'cut_answer', 'error_after_apply', 'garbage_answer'] as const)(
    'whose value is lost by %s are ended, and made anew',
    async (kind) => {
      const [former] = passwords()
      emulator.inject({ kind, operation: 'POST /applications/{id}/addPassword' })
      const { secret } = await rotate()
      expect(secret?.value?.reveal()).toHaveLength(40)
      expect(passwords().map(({ keyId }) => keyId)).toEqual([secret?.id, former?.keyId])
      const made = sent('POST /applications/{id}/addPassword')
      expect(made).toHaveLength(2)
      expect(sent('POST /applications/{id}/removePassword')).toHaveLength(1)
    },
  )

  it('are distinguished from one that someone else has made meanwhile', async () => {
    emulator.inject({
      kind: 'foreign_write',
      operation: 'POST /applications/{id}/addPassword',
      change: {
        passwordCredentials: [
          { ...passwords()[0], keyId: randomUUID(), startDateTime: new Date().toISOString() },
          ...passwords(),
        ],
      },
    })
    emulator.inject({ kind: 'reset_after_apply', operation: 'GET /applications?appId', skip: 1 })
    const { secret } = await rotate()
    expect(passwords()).toHaveLength(3)
    expect(secret?.value?.reveal()).toHaveLength(40)
  })

  it('take no value of the caller, and are two at most with personal accounts', async () => {
    await expect(change({ secret: 'a-secret-of-the-callers-own' })).rejects.toMatchObject({
      code: 'read_only_field',
    })
    put({ signInAudience: 'PersonalMicrosoftAccount' })
    await rotate()
    await expect(rotate()).rejects.toMatchObject({ code: 'rule_violated' })
  })

  it('that end soon are a warning, and ended ones are not live', async () => {
    const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
    const one = (days: number) => [{ keyId: randomUUID(), endDateTime: at(days) }]
    const codes = (credentials: readonly JsonObject[]) =>
      provider.mapping
        .warnings?.({ ...full, passwordCredentials: credentials })
        .map(({ code }) => code)
    expect(codes(one(40))).toEqual([])
    expect(codes(one(20))).toEqual(['secret_expires'])
    expect(codes(one(-1))).toEqual(['secret_expires'])
    const call = callInTime('a')
    const ended = { ...full, passwordCredentials: one(-1) }
    expect(await provider.secrets?.list(REF, ended, call)).toEqual([])
  })
})

it('without the right to an application it says what is missing', async () => {
  const other = { ...ENTRA_ACCOUNT, objectId: randomUUID(), permission: OWNED } as const
  await openWith({ accounts: [other] })
  const made = await make()
  expect(made.outcome).toBe('applied')
  const stranger = await startEntraEmulator({ accounts: [{ ...other, permission: 'none' }] })
  const poor = await only({ type: 'entra', ...tenantAt(stranger.url) })
  const call = callInTime('a')
  await expect(poor.read(REF, call)).rejects.toMatchObject({
    code: 'provider_misconfigured',
    message: expect.stringContaining('Application.ReadWrite.OwnedBy'),
  })
  await stranger.close()
})

it('a certificate signs in in place of a secret', async () => {
  const { generateKeyPairSync } = await import('node:crypto')
  const { secret } = await import('../../src/core/secrecy/secret.ts')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const pem = String(privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const certificate = { privateKey: secret(pem), thumbprint: 'a'.repeat(43) }
  await open({ credential: { certificate } })
  expect((await change({ name: 'By certificate' })).outcome).toBe('applied')
  const [form = ''] = sent('POST /token').map(String)
  expect(new URLSearchParams(form).has('client_secret')).toBe(false)
})

it('a throttled call without Retry-After is made again', async () => {
  await open()
  emulator.inject({ kind: 'throttle', operation: 'PATCH /applications/{id}' })
  expect((await change({ name: 'Patient' }, inTime())).outcome).toBe('applied')
})

it('our own registration is relied on', async () => {
  await open()
  expect(provider.reliance?.({ ...REF, id: ENTRA_ACCOUNT.clientId }, {})).toBe('own')
  expect(provider.reliance?.(REF, {})).toBeUndefined()
  expect(provider.bar?.(full, { ...full, keyCredentials: [] })).toMatchObject({
    member: 'keyCredentials',
  })
})

it.each([
  // The emulator is strict where no source says that web is merged.
  [false, [false, true, true, true, true]],
  [true, [true, true, true, false, false]],
])(
  'rules of the page can be tried, and are seen to hold or not (otherwise: %s)',
  async (otherwise, expected) => {
    await openWith({ otherwise })
    const call = callInTime('a')
    const held: boolean[] = []
    for (const { attempt } of provider.proof?.probes ?? []) {
      put(full)
      const base = await provider.read(REF, call)
      const { steps, expected: after } = attempt(REF, base)
      const isTaken = await Promise.resolve()
        .then(async () => {
          for (const step of steps) await step.send(call)
        })
        .then(
          () => true,
          () => false,
        )
      held.push(isTaken && sameState(mapping, after, await provider.read(REF, call)))
    }
    expect(held).toEqual(expected)
  },
)
