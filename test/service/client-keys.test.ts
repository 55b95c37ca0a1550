/** Public keys of clients: which one can be added or removed, and what is answered, recorded and asked for. */

import { describe, expect } from 'vitest'
import { publicKeyOf } from '../../src/core/keys/public-key.ts'
import { missing, shown } from '../../src/core/mapping/lenses.ts'
import type { Need } from '../../src/core/rights/rights.ts'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { ClientKey, Provider } from '../../src/providers/provider.ts'
import { changeKeys, type KeyRequest } from '../../src/service/keys/key-change.ts'
import { checkNew, keysOf, listKeys, removableKey } from '../../src/service/keys/keys.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { mappingOf } from '../core/mapping.ts'
import { thrown } from '../core/thrown.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { FIRST_KEY, keyedClient } from '../fixtures/auth0-keys.ts'
import { onSubject, onTenant } from '../fixtures/bench.ts'
import { jwk } from '../fixtures/public-keys.ts'

const REF = { provider: 'auth0', id: String(fullAuth0Client.client_id) }
const SECOND = publicKeyOf(jwk('rsa', { kid: 'second-key', alg: 'RS384' }))
const BARE = publicKeyOf(jwk('rsa', { kid: 'second-key' }))

let emulator: Auth0Emulator
let bench: Bench
let subject: Subject

const atAuth0 = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
  emulator.put(keyedClient)
})
const atLocal = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const changed = (wanted: KeyRequest['wanted'], more: Partial<KeyRequest> = {}, ref = REF) => {
  const { patch: _, ...request } = requestFor(bench.service, ref, {})
  return changeKeys(bench.service, { ...request, wanted, ...more })
}
const writes = () =>
  emulator.calls
    .filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token')
    .map(({ operation }) => operation)
/** A provider in which only the keys matter. */
const providerWith = (keys: object | undefined, ways: Partial<Provider> = {}) =>
  ({ mapping: mappingOf(), keys, ...ways }) as unknown as Provider

describe('a provider without keys of clients', () => {
  atAuth0('says so, with the reason where there is one', () => {
    const because = (provider: Provider) => thrown(() => keysOf(provider))
    expect(because(providerWith(undefined))).toMatchObject({
      code: 'unsupported_operation',
      message: 'This provider has no public keys of clients: this provider has none.',
    })
    const why = mappingOf({ jwksUri: missing('clients have secrets only') })
    expect(because(providerWith(undefined, { mapping: why })).message).toBe(
      'This provider has no public keys of clients: clients have secrets only.',
    )
    const view = mappingOf({ jwksUri: shown('jwks_uri', 'it is set elsewhere') })
    expect(because(providerWith(undefined, { mapping: view })).message).toBe(
      'This provider has no public keys of clients.',
    )
    const keys = { kind: 'record' }
    expect(keysOf(providerWith(keys))).toBe(keys)
  })
})

describe('a new key', () => {
  const resource = providerWith({ kind: 'resource', atMost: 2 })
  const held: readonly ClientKey[] = [
    { kid: 'one', inUse: true },
    { kid: 'two', inUse: false },
  ]

  atAuth0('has a kid of its own', () => {
    const error = thrown(() => checkNew(resource, held.slice(0, 1), 'one'))
    expect(error).toMatchObject({ code: 'rule_violated', field: 'key' })
    expect(error.message).toBe(
      'The client has a key with this kid already. Remove it first, or send the key with another kid.',
    )
    expect(() => checkNew(resource, held.slice(0, 1), 'two')).not.toThrow()
  })

  atAuth0('has room, where the provider has a limit', () => {
    const error = thrown(() => checkNew(resource, held, 'three'))
    expect(error).toMatchObject({ code: 'rule_violated', field: 'key' })
    expect(error.message).toBe(
      'The client has 2 keys, which is the maximum. Remove one first (DELETE /clients/{clientId}/keys/{kid}): one or two (not in use).',
    )
    expect(() => checkNew(providerWith({ kind: 'record', atMost: 2 }), held, 'three')).not.toThrow()
  })
})

describe('a key that is to be removed', () => {
  const NOW = Date.parse('2026-11-30T12:00:00Z')
  const removable = (held: readonly ClientKey[], kid: string, authenticates = true) =>
    removableKey(
      { ...bench.service, now: () => NOW },
      providerWith({ kind: 'record', authenticates: () => authenticates }),
      {},
      held,
      kid,
    )
  const one: ClientKey = { kid: 'one', inUse: true }
  const two: ClientKey = { kid: 'two', inUse: true }
  const LAST = 'The last usable key of a client that authenticates by keys cannot be removed.'

  atAuth0('is one that the client has, once', () => {
    expect(thrown(() => removable([one], 'two'))).toMatchObject({
      code: 'not_found',
      field: 'kid',
      message: 'The client has no such key. GET /clients/{clientId}/keys lists its keys.',
    })
    expect(thrown(() => removable([one, one, two], 'one'))).toMatchObject({
      code: 'rule_violated',
      field: 'kid',
      message: expect.stringContaining('Several keys of the client have this kid.'),
    })
    expect(removable([one, two], 'two')).toBe(two)
  })

  atAuth0('is not the last by which the client can authenticate', () => {
    expect(thrown(() => removable([one], 'one'))).toMatchObject({
      code: 'rule_violated',
      field: 'kid',
      message: `${LAST} Add another one first.`,
    })
    const unusable: readonly ClientKey[] = [
      { ...two, inUse: false },
      { ...two, use: 'enc' },
      { ...two, expiresAt: '2026-11-30T11:59:59Z' },
      { ...two, expiresAt: '2026-11-30T12:00:00Z' },
    ]
    for (const other of unusable) {
      expect(thrown(() => removable([one, other], 'one')).message).toContain(LAST)
    }
    const usable: readonly ClientKey[] = [
      two,
      { ...two, use: 'sig' },
      { ...two, expiresAt: '2026-11-30T12:00:01Z' },
    ]
    for (const other of usable) expect(removable([one, other], 'one')).toBe(one)
  })

  atAuth0('is any that the client does not need', () => {
    expect(removable([one], 'one', false)).toBe(one)
    const unused = { ...two, inUse: false }
    expect(removable([unused, { ...one, use: 'enc' }], 'two')).toBe(unused)
  })
})

describe('keys that are kept beside the record', () => {
  atAuth0('are listed with how many there can be', async () => {
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    const { keys, atMost, tag } = await listKeys(bench.service, request)
    expect(keys).toMatchObject([{ kid: FIRST_KEY, inUse: true }])
    expect(atMost).toBe(2)
    expect(tag).not.toBe('')
  })

  atAuth0('are answered as they will be in a dry run, and nothing is sent', async () => {
    const planned = await changed({ added: SECOND }, { dryRun: true })
    expect(planned).toMatchObject({ outcome: 'planned', changes: [], warnings: [] })
    expect(planned.keys).toEqual([
      expect.objectContaining({ kid: FIRST_KEY }),
      { kid: 'second-key', kty: 'RSA', alg: 'RS384', inUse: true },
    ])
    expect(planned.steps).toHaveLength(2)
    expect(writes()).toEqual([])
    expect(planned.native.client_id).toBe(REF.id)
    const { keys } = await changed({ added: BARE }, { dryRun: true })
    expect(keys.at(-1)).toStrictEqual({ kid: 'second-key', kty: 'RSA', inUse: true })
  })

  atAuth0('are in use only where the client authenticates by them', async () => {
    emulator.put(fullAuth0Client)
    const { keys } = await changed({ added: SECOND }, { dryRun: true })
    expect(keys.at(-1)).toMatchObject({ kid: 'second-key', inUse: false })
  })

  atAuth0('are added and removed under their names, each as an operation of its own', async () => {
    const added = await changed({ added: SECOND })
    expect(added).toMatchObject({ outcome: 'applied', changes: [], warnings: [] })
    expect(added.keys.map(({ kid }) => kid)).toEqual([FIRST_KEY, 'second-key'])
    const removed = await changed({ removed: FIRST_KEY })
    expect(removed).toMatchObject({ outcome: 'applied', operationId: expect.any(String) })
    expect(removed.keys.map(({ kid }) => kid)).toEqual(['second-key'])
    expect(removed.tag).not.toBe(added.tag)
    const log = await bench.service.store.entries(resourceOf(REF))
    expect(log).toMatchObject([
      { action: 'add_key', keyId: 'second-key', operationId: added.operationId },
      { outcome: 'applied', surprises: [] },
      { action: 'remove_key', keyId: FIRST_KEY },
      { outcome: 'applied', surprises: [] },
    ])
  })

  atAuth0(
    'are refused before anything is read or sent where the provider does not take them',
    async () => {
      const ec = publicKeyOf(jwk('ec', { kid: 'second-key' }))
      await expect(changed({ added: ec })).rejects.toMatchObject({ code: 'invalid_field' })
      expect(emulator.calls).toEqual([])
      await expect(changed({ removed: 'none' })).rejects.toMatchObject({ code: 'not_found' })
    },
  )

  atAuth0('are answered again for the same key of a request, as they are then', async () => {
    const key = { log: 'key/one', fingerprint: 'same' }
    const first = await changed({ added: SECOND }, { key })
    const again = await changed({ added: SECOND }, { key })
    expect(again).toMatchObject({
      outcome: 'applied',
      replayed: true,
      operationId: first.operationId,
      tag: first.tag,
      changes: [],
      warnings: [],
      steps: [],
      native: { client_id: REF.id },
    })
    expect(again).not.toHaveProperty('kind')
    expect(again.keys.map(({ kid }) => kid)).toEqual([FIRST_KEY, 'second-key'])
    expect(writes().filter((operation) => operation.startsWith('POST'))).toHaveLength(1)
  })

  atAuth0('keep what is known of the client', async () => {
    const protect = { kind: 'protection', protected: true } as const
    await bench.change(REF, {}, { patch: protect })
    for (const dryRun of [true, false]) {
      const { standing } = await changed({ added: SECOND }, { dryRun })
      expect(standing).toMatchObject({ protected: true })
    }
  })

  atAuth0(
    'are not taken from a client on which this server relies, unless that is confirmed',
    async () => {
      await changed({ added: SECOND })
      const [provider] = bench.service.providers.values()
      const own = { provider: { ...provider, reliance: () => 'own' } as Provider }
      const attempt = changed({ removed: FIRST_KEY }, own)
      await expect(attempt).rejects.toMatchObject({
        code: 'own_client',
        message: expect.stringContaining('left without one of its keys'),
      })
      expect((await changed({ removed: FIRST_KEY }, { ...own, ownClient: true })).outcome).toBe(
        'applied',
      )
      expect(
        (await changed({ added: BARE }, { ...own, dryRun: true }).catch((error) => error)).code,
      ).toBe('rule_violated')
      const third = publicKeyOf(jwk('other', { kid: 'third-key-1' }))
      expect((await changed({ added: third }, own)).outcome).toBe('applied')
    },
  )

  atAuth0('take the rights of a secret where the client has access to this API', async () => {
    const asked: Need[][] = []
    const authorize = (needs: readonly Need[]) => void asked.push([...needs])
    await changed({ added: SECOND }, { authorize, dryRun: true })
    expect(asked).toEqual([[]])
    const refuse = () => {
      throw new TypeError('refused')
    }
    await expect(changed({ added: SECOND }, { authorize: refuse })).rejects.toThrow('refused')
    expect(writes()).toEqual([])
  })
})

describe('keys that the record holds', () => {
  const KEY = publicKeyOf(jwk('ec', { kid: 'first', use: 'sig' }))
  const OTHER = publicKeyOf(jwk('ed', { kid: 'second' }))
  const local = (wanted: KeyRequest['wanted'], more: Partial<KeyRequest> = {}) =>
    changed(wanted, more, subject.ref as typeof REF)
  const free = () => bench.change(subject.ref, { jwksUri: null })

  atLocal('are changed by one ordinary change, and answered', async () => {
    await free()
    const added = await local({ added: KEY })
    expect(added).toMatchObject({ outcome: 'applied', keys: [{ kid: 'first', kty: 'EC' }] })
    expect(added.changes.map(({ field }) => field)).toEqual(['providerSettings.jwks'])
    expect((await local({ added: OTHER })).keys.map(({ kid }) => kid)).toEqual(['first', 'second'])
    const removed = await local({ removed: 'first' })
    expect(removed.keys.map(({ kid }) => kid)).toEqual(['second'])
    expect(subject.stored()).toMatchObject({ jwks: { keys: [OTHER] } })
    const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
    const list = await listKeys(bench.service, request)
    expect(list).toEqual({ keys: removed.keys, tag: removed.tag })
  })

  atLocal('are refused as others are: a kid that is there, and one that is not', async () => {
    await free()
    await local({ added: KEY })
    await expect(local({ added: KEY })).rejects.toMatchObject({
      code: 'rule_violated',
      field: 'key',
    })
    await expect(local({ removed: 'none' })).rejects.toMatchObject({
      code: 'not_found',
      field: 'kid',
    })
  })

  atLocal('take no right beside that to keys', async () => {
    await free()
    const asked: Need[][] = []
    const authorize = (needs: readonly Need[]) => void asked.push([...needs])
    await local({ added: KEY }, { authorize, dryRun: true })
    expect(asked.flat()).toEqual([])
    expect(asked.length).toBeGreaterThan(0)
    const { keys } = subject.provider
    if (keys?.kind !== 'record') throw new TypeError('no keys in the record')
    const added: typeof keys.added = (native, key) => ({
      ...keys.added(native, key),
      token_endpoint_auth_signing_alg: 'ES256',
    })
    const provider = { ...subject.provider, keys: { ...keys, added } }
    // The rights come first; this client signs nothing to sign in, so that the provider refuses the rest.
    const refused = local({ added: KEY }, { authorize, dryRun: true, provider })
    await expect(refused).rejects.toMatchObject({ code: 'provider_refused' })
    const field = 'client.providerSettings.token_endpoint_auth_signing_alg'
    expect(asked.flat()).toEqual([{ permission: 'secrets:rotate', field }])
  })
})
