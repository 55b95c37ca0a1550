/** A change as it is checked, planned and answered, whatever it is made of; what is sent is in `change.test.ts`. */

import { describe, expect } from 'vitest'
import { missing } from '../../src/core/mapping/lenses.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Need } from '../../src/core/rights/rights.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { OneOfMany, Provider, ReadOneOfMany } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { Claim } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'

const REF = { provider: 'auth0', id: 'exampleClientId' }
const SECRET = String(fullAuth0Client.client_secret)
const PROTECT = { kind: 'protection', protected: true } as const
const suspending = (suspended: boolean) =>
  ({ kind: 'suspension', suspended, allowPartial: false }) as const
const leasing = (field: 'callbacks' | 'webOrigins', value: string) =>
  ({ kind: 'lease', field, value, owner: 'pr-1', seconds: 600 }) as const
const MOVED_TO = 'https://moved.example.com/cb'
const moving = (from = 'https://app.example.com/callback') =>
  ({ kind: 'move', from, to: MOVED_TO }) as const
const managing = (lists: object, fields: object = {}) =>
  ({ kind: 'managing', managers: { a: lists }, fields }) as ChangeRequest['patch']

let emulator: Auth0Emulator
let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
})

const change = (
  patch: ChangeRequest['patch'],
  more: Partial<ChangeRequest> = {},
  service: Service = bench.service,
) => changeClient(service, { ...requestFor(bench.service, REF, {}), patch, ...more })
const merge = (client: object, more: Partial<ChangeRequest> = {}) =>
  change(parseMergePatch(client as never), more)
const intents = async () =>
  (await bench.service.store.entries(resourceOf(REF))).filter(
    (entry): entry is Intent => entry.kind === 'intent',
  )
const provider = (): Provider => {
  const [only] = bench.service.providers.values()
  if (only === undefined) throw new TypeError('no provider')
  return only
}

describe('what can be known without the client', () => {
  it('is refused before anything is read', async () => {
    const { mapping } = provider()
    const fields = { ...mapping.fields, webOrigins: missing('there are none') }
    const without = { provider: { ...provider(), mapping: { ...mapping, fields } } as Provider }
    const add = { op: 'add', path: '/webOrigins', value: ['https://a.example'] }
    for (const patch of [
      parseMergePatch({ webOrigins: ['https://a.example'] }),
      parseJsonPatch([add]),
      leasing('webOrigins', 'https://a.example'),
      managing({ webOrigins: ['https://a.example'] }),
    ]) {
      await expect(change(patch, without)).rejects.toMatchObject({
        code: 'unsupported_field',
        field: 'client.webOrigins',
      })
    }
    const unmoved = { ...mapping.fields, callbacks: missing('there are none') }
    const fixed = { provider: { ...provider(), mapping: { ...mapping, fields: unmoved } } }
    await expect(change(moving(), fixed as Partial<ChangeRequest>)).rejects.toMatchObject({
      code: 'unsupported_field',
      field: 'client.callbacks',
    })
    expect(emulator.calls).toEqual([])
    expect((await change(PROTECT, without)).outcome).toBe('applied')
  })
})

describe('a client that is one of many', () => {
  /** Reads it as one of many, and keeps what was expected of it. */
  function reading() {
    const reads: OneOfMany[] = []
    const readOneOfMany: ReadOneOfMany = (ref, call, one) => {
      reads.push(one)
      return provider().read(ref, call, one.fields)
    }
    const read: Provider['read'] = async () => {
      throw new TypeError('it is not read by itself')
    }
    const isExpected = (native: Native) => reads.at(-1)?.isExpected(native)
    return { reads, readOneOfMany, alone: { ...provider(), read }, isExpected }
  }
  const stored = async () => (await merge({}, { dryRun: true })).native
  const tagOf = (native: Native) => bench.service.fingerprints.ofState(provider().mapping, native)

  it('is read so, with what is about to change', async () => {
    const { reads, readOneOfMany, alone } = reading()
    const planned = await merge(
      { name: 'New', callbacks: { add: ['https://new.example.com/cb'] } },
      { readOneOfMany, provider: alone, dryRun: true },
    )
    expect(planned.outcome).toBe('planned')
    expect(reads.map(({ fields }) => fields)).toEqual([['name', 'callbacks']])
  })

  it('is as expected where it is as it is recorded, or where nothing is recorded', async () => {
    const before = await stored()
    const other = { ...before, name: 'Theirs' }
    const { readOneOfMany, isExpected } = reading()
    await merge({ name: 'Example' }, { readOneOfMany, dryRun: true })
    expect([isExpected(before), isExpected(other)]).toEqual([true, true])
    await merge({ name: 'New' })
    const after = await stored()
    await merge({ name: 'New' }, { readOneOfMany, dryRun: true })
    expect([isExpected(after), isExpected(before), isExpected(other)]).toEqual([true, false, false])
  })

  it('is as expected where it is as the request is meant for too', async () => {
    const before = await stored()
    const other = { ...before, name: 'Theirs' }
    const { readOneOfMany, isExpected } = reading()
    const ifMatch = [tagOf(before), 'another']
    await merge({ name: 'Example' }, { readOneOfMany, ifMatch, dryRun: true })
    expect([isExpected(before), isExpected(other)]).toEqual([true, false])
    await merge({ name: 'New' })
    const attempt = merge({ name: 'New' }, { readOneOfMany, ifMatch, dryRun: true })
    await expect(attempt).rejects.toMatchObject({ code: 'precondition_failed' })
    expect([isExpected(before), isExpected(await stored())]).toEqual([false, false])
  })
})

it('a change is planned over no record that is older than what is recorded', async () => {
  const before = (await merge({}, { dryRun: true })).native
  await merge({ name: 'New' })
  let reads = 0
  const lagging: Provider = {
    ...provider(),
    readLagMs: 60_000,
    read: async (...values) => {
      reads += 1
      return reads === 1 ? before : provider().read(...values)
    },
  }
  const { changes } = await merge({ description: 'New' }, { provider: lagging, dryRun: true })
  expect(changes.map(({ field }) => field)).toEqual(['description'])
  expect(reads).toBe(2)
  reads = 0
  await merge({ description: 'New' }, { provider: lagging })
  expect(emulator.client(REF.id)).toMatchObject({ name: 'New', description: 'New' })
  const kinds = (await bench.service.store.entries(resourceOf(REF))).map(({ kind }) => kind)
  expect(kinds).toEqual(['intent', 'outcome', 'intent', 'outcome'])
})

describe('the turn of a change', () => {
  it('comes before others for a suspension alone', async () => {
    const claims: Claim[] = []
    const { turns } = bench.service
    const take: typeof turns.take = (claim, work) => {
      claims.push(claim)
      return turns.take(claim, work)
    }
    const service = { ...bench.service, turns: { take } }
    await change(suspending(true), {}, service)
    await change(suspending(false), {}, service)
    await change(parseMergePatch({ name: 'New' }), {}, service)
    expect(claims.map(({ first }) => first === true)).toEqual([true, false, false])
  })
})

describe('what a caller may say to a change', () => {
  it('is asked for with what holds for the client, or that nothing does', async () => {
    const known: unknown[] = []
    const confirm = (standing: unknown) => void known.push(standing)
    await change(PROTECT, { confirm })
    await change({ ...PROTECT, protected: false }, { confirm })
    expect(known).toEqual([undefined, { protected: true }])
  })

  it('is asked for with the rights that it takes, by its effect and by what it hides', async () => {
    const asked: (readonly Need[])[] = []
    const authorize = (needs: readonly Need[]) => void asked.push(needs)
    await merge({ clientMetadata: { api_secret: 'x' }, name: 'New' }, { authorize, dryRun: true })
    await merge({ tokenEndpointAuthMethod: 'client_secret_basic' }, { authorize, dryRun: true })
    expect(asked).toMatchObject([
      [{ permission: 'secrets:rotate', field: 'client.clientMetadata.api_secret' }],
      [{ permission: 'secrets:rotate', field: 'client.tokenEndpointAuthMethod' }],
    ])
    const refuse = () => {
      throw new TypeError('refused')
    }
    await expect(merge({ name: 'New' }, { authorize: refuse })).rejects.toThrow('refused')
    expect(await intents()).toEqual([])
  })
})

describe('what a suspension took away', () => {
  it('is given back without the right to give access, which a change of the same takes', async () => {
    const asked: Need[] = []
    const authorize = (needs: readonly Need[]) => void asked.push(...needs)
    const ownApi = () => ({ covers: () => true, anyWhereNone: true, byClaims: false })
    const open = { authorize, provider: { ...provider(), ownApi } as Provider }
    const permissions = () => asked.splice(0).map(({ permission }) => permission)
    await merge({ grantTypes: { add: ['implicit'] } }, { ...open, dryRun: true })
    expect(permissions()).toContain('access:grant')
    await change(suspending(true), open)
    permissions()
    await change(suspending(false), open)
    expect(permissions()).not.toContain('access:grant')
  })

  it('is given back without the right to give power, which a change of the same takes', async () => {
    const asked: Need[] = []
    const authorize = (needs: readonly Need[]) => void asked.push(...needs)
    const permissions = () => asked.splice(0).map(({ permission }) => permission)
    emulator.put({ ...fullAuth0Client, grant_types: [] })
    await merge({ grantTypes: ['client_credentials'] }, { authorize })
    expect(permissions()).toContain('clients:privileged')
    await change(suspending(true), { authorize })
    expect(emulator.client(REF.id)?.grant_types).toEqual([])
    permissions()
    await change(suspending(false), { authorize })
    expect(emulator.client(REF.id)?.grant_types).toEqual(['client_credentials'])
    expect(permissions()).toEqual(['clients:suspend'])
  })
})

describe('a change that changes nothing', () => {
  it('is unchanged, with the record and what holds for the client', async () => {
    await change(PROTECT)
    const result = await merge({ name: 'Example' })
    expect(result).toMatchObject({
      outcome: 'unchanged',
      changes: [],
      steps: [],
      native: { client_id: REF.id },
      standing: { protected: true },
      tag: expect.any(String),
    })
    expect(await change(PROTECT)).toMatchObject({ outcome: 'unchanged' })
    expect(await intents()).toHaveLength(1)
    const planned = await merge({ name: 'Example' }, { dryRun: true })
    expect(planned).toMatchObject({ outcome: 'planned', warnings: [] })
  })

  it('of settings is a change where it is one of what holds', async () => {
    const result = await change(PROTECT)
    expect(result).toMatchObject({ outcome: 'applied', changes: [], standing: { protected: true } })
    expect(await intents()).toMatchObject([{ action: 'protect', becomes: { protected: true } }])
  })
})

describe('a change that is applied', () => {
  it('has the warnings of its plan, of its wish and of what was met', async () => {
    const [first, second] = ['https://203.0.113.7/cb', 'https://app.example.com/cb']
    const planned = await merge({ callbacks: [first, second] }, { dryRun: true })
    expect(planned.warnings.map(({ code }) => code)).toContain('ip_host')
    const applied = await merge({ callbacks: [first, second] })
    expect(applied.warnings).toEqual(planned.warnings)
    const leased = await change(leasing('callbacks', second))
    expect(leased.warnings.map(({ code }) => code)).toContain('value_stays')
  })

  it('ends the lease of a value that it removes, and keeps that of others', async () => {
    const values = ['https://pr-1.example.com/cb', 'https://pr-2.example.com/cb']
    for (const value of values) await change(leasing('callbacks', value))
    const { standing } = await merge({ callbacks: { remove: [values[0] ?? ''] } })
    expect(standing?.leases?.map(({ value }) => value)).toEqual([values[1]])
    const planned = await merge({ callbacks: { remove: values.slice(1) } }, { dryRun: true })
    expect(planned.standing?.leases).toBeUndefined()
  })

  it('keeps a value for good that is under a lease and is managed now, and not by another lease', async () => {
    const value = 'https://pr-1.example.com/cb'
    const kept = async (patch: ChangeRequest['patch']) =>
      (await change(patch)).standing?.leases?.map((lease) => lease.kept === true)
    expect(await kept(leasing('callbacks', value))).toEqual([false])
    expect(await kept({ ...leasing('callbacks', value), owner: 'pr-2' })).toEqual([false, false])
    expect(await kept(managing({ callbacks: [value] }))).toEqual([true, true])
  })

  it('is answered again by its key', async () => {
    const key = { log: 'key/one', fingerprint: 'same' }
    const first = await merge({ name: 'New' }, { key })
    expect(await merge({ name: 'New' }, { key })).toMatchObject({
      replayed: true,
      operationId: first.operationId,
    })
    expect(await intents()).toHaveLength(1)
  })

  it('leaves the redirect URIs of a move, and says of its beginning only what it is', async () => {
    const callbacks = (await merge({}, { dryRun: true })).native.callbacks as readonly string[]
    const [from = ''] = callbacks
    await change(moving(from))
    const [begun] = await intents()
    expect(begun).toMatchObject({ action: 'move' })
    expect(begun).not.toHaveProperty('rollbackTo')
    for (const removed of [from, MOVED_TO]) {
      await expect(merge({ callbacks: { remove: [removed] } })).rejects.toMatchObject({
        code: 'move_state',
      })
    }
    const revision = { kind: 'rollback', to: 0, allowPartial: false } as const
    const { warnings, standing } = await change(revision)
    expect(warnings.map(({ code }) => code)).toContain('move_ended')
    expect(standing).toEqual({})
  })

  it('says to which revision it goes back where it is a rollback, and only then', async () => {
    await merge({ name: 'New' })
    await change({ kind: 'rollback', to: 0, allowPartial: false })
    const [plain, back] = await intents()
    expect(plain).not.toHaveProperty('rollbackTo')
    expect(back).toMatchObject({ rollbackTo: 0 })
  })

  it('says of a suspended client that it is off, as it is', async () => {
    await change(suspending(true))
    expect((await merge({ disabled: true })).outcome).toBe('unchanged')
  })

  it('is refused where it would end a suspension, which resuming does', async () => {
    await change(suspending(true))
    await expect(merge({ grantTypes: ['authorization_code'] })).rejects.toMatchObject({
      code: 'client_suspended',
    })
    expect((await change(suspending(false))).outcome).toBe('applied')
  })
})

describe('a dry run by one who may not see secrets', () => {
  const steps = async (patch: ChangeRequest['patch'], maySeeSecrets?: boolean) =>
    (
      await change(patch, {
        dryRun: true,
        ...(maySeeSecrets === undefined ? {} : { maySeeSecrets }),
      })
    ).steps.length

  it('does not say whether a secret is the one that the client has', async () => {
    const patches = [
      parseMergePatch({ secret: SECRET }),
      parseJsonPatch([{ op: 'replace', path: '/secret', value: SECRET }]),
      managing({}, { secret: SECRET }),
    ]
    for (const patch of patches) {
      expect(await steps(patch)).toBe(0)
      expect(await steps(patch, true)).toBe(0)
      expect(await steps(patch, false)).toBe(1)
    }
    const cutOver = { kind: 'cut-over', value: secret(SECRET) } as const
    await expect(steps(cutOver, true)).rejects.toMatchObject({ code: 'invalid_field' })
    expect(await steps(cutOver, false)).toBe(1)
    // What is in earnest shows in the record anyway.
    expect((await merge({ secret: SECRET }, { maySeeSecrets: false })).outcome).toBe('unchanged')
  })

  it('shows the record as it is where no one could guess', async () => {
    const { native } = await change(PROTECT, { dryRun: true, maySeeSecrets: false })
    expect(native).toEqual((await merge({}, { dryRun: true })).native)
    expect(native.client_secret).toBe(SECRET)
  })
})

describe('a client on which someone relies', () => {
  const relied = (more: Partial<Provider> = {}) => {
    const { bar: _, ...others } = provider()
    return { provider: { ...others, reliance: () => 'own', ...more } as Provider }
  }
  const OWN = { code: 'own_client' }

  it('keeps its grant types and its way to sign in, unless the request knows', async () => {
    const fewer = { grantTypes: ['authorization_code'] }
    const refused = merge(fewer, relied())
    await expect(refused).rejects.toMatchObject({ ...OWN, field: 'client.grantTypes' })
    const method = { tokenEndpointAuthMethod: 'client_secret_basic' }
    await expect(merge(method, relied())).rejects.toMatchObject({
      ...OWN,
      field: 'client.tokenEndpointAuthMethod',
    })
    await expect(change(suspending(true), relied())).rejects.toMatchObject(OWN)
    expect(await intents()).toEqual([])
    expect((await merge(fewer, { ...relied(), ownClient: true })).outcome).toBe('applied')
    expect((await merge({ name: 'New' }, relied())).outcome).toBe('applied')
  })

  it('is not changed by a secret, whether that is the one it has or not', async () => {
    for (const value of [SECRET, 'another-secret-another-secret-0123456789']) {
      const attempt = merge({ secret: value }, { ...relied(), maySeeSecrets: false })
      await expect(attempt).rejects.toMatchObject({ ...OWN, field: 'client.secret' })
    }
  })

  it('keeps out what its provider says keeps it out', async () => {
    const bar: Provider['bar'] = (before, after) =>
      before.name === after.name ? undefined : { member: 'name', says: 'renamed' }
    await expect(merge({ name: 'New' }, relied({ bar }))).rejects.toMatchObject({
      ...OWN,
      field: 'client.providerSettings.name',
    })
    expect((await merge({ description: 'New' }, relied({ bar }))).outcome).toBe('applied')
  })

  it('is none where its provider has none', async () => {
    const { reliance: _, ...others } = provider()
    const fewer = { grantTypes: ['authorization_code'] }
    expect((await merge(fewer, { provider: others as Provider })).outcome).toBe('applied')
  })
})
