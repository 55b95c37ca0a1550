/**
 * The client that is copied: as it is, as it was when it was removed, what cannot be known of it, and what a
 * caller has to agree to. `copy.test.ts` says what holds between every two providers.
 */

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { parseOperations } from '../../src/core/patch/json-patch.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { removedRecord } from '../../src/service/access/removed-record.ts'
import type { Service } from '../../src/service/base/service.ts'
import { type CopyRequest, copyClient } from '../../src/service/life/copy.ts'
import type { CreationResult } from '../../src/service/life/creation.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Action, Entry, Outcome } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { dyingAt, later, settled } from './dying.ts'
import { withoutTurns } from './racing.ts'

let source: Subject
let target: Subject
let bench: Bench

const subjectOf = async (name: string) => {
  const kind = subjectNamed(name)
  return kind.start()
}
/** Copies go from the one to the other, which may be one and the same. */
const start = async (from: string, to = from) => {
  source = await subjectOf(from)
  target = from === to ? source : await subjectOf(to)
  bench = await openBench(
    new Map([
      ['from', source.provider],
      ['to', target.provider],
    ]),
  )
}
afterEach(async () => {
  await bench.close()
  await source.close()
  if (target !== source) await target.close()
})

const refOf = () => ({ ...source.ref, provider: 'from' })
interface Asked extends Partial<CopyRequest> {
  readonly service?: Service
  readonly removedToo?: boolean
  /** The provider of the source. */
  readonly from?: Provider
}
const copy = ({
  service = bench.service,
  removedToo = true,
  from = source.provider,
  ...options
}: Asked = {}) => {
  const { id: _, ...place } = target.ref
  return copyClient(service, {
    source: { ref: refOf(), provider: from, removedToo },
    provider: target.provider,
    place: { ...place, provider: 'to' },
    patch: parseMergePatch({}),
    allowLoss: true,
    dryRun: false,
    actor: { subject: 'tester', issuer: 'https://issuer.example' },
    requestId: randomUUID(),
    deadline: Date.now() + 10_000,
    ...options,
  })
}
const call = () => callInTime()
const read = () => source.provider.read(refOf(), call())
const setOutside = (members: JsonObject) => source.put({ ...source.stored(), ...members })
const change = (patch: JsonObject) => bench.change(refOf(), {}, { patch: patch as never })
const suspend = () => change({ kind: 'suspension', suspended: true, allowPartial: false })
const lease = (value: string) =>
  change({ kind: 'lease', field: 'callbacks', value, owner: 'pr-1', seconds: 600 })
const remove = (service = bench.service) => {
  const { patch: _, ...request } = requestFor(bench.service, refOf(), {})
  return removeClient(service, request)
}
/** Someone else removes it. */
const removeOutside = async () => source.provider.removal?.(refOf(), await read()).send(call())
const aMinuteLater = () => ({
  service: later(bench.service),
  deadline: Date.now() + 70_000,
})
const withLostKey = (): Service => ({ ...bench.service, seal: createSeal(Buffer.alloc(32, 9)) })
const log = () => bench.service.store.entries(resourceOf(refOf()))
const lost = ({ copy: made }: CreationResult) => made?.report.lost.map(({ field }) => field)
const shown = ({ native }: CreationResult) => showClient(target.provider.mapping, native)
const made = async () => (await target.provider.list?.(undefined, call()))?.items.length ?? 0

describe('a client that is there', () => {
  it('is named by its state, and only that state is copied where the request says so', async () => {
    await start('local')
    const { provider } = source
    const tag = bench.service.fingerprints.ofState(provider.mapping, await read())
    const planned = await copy({ dryRun: true })
    expect(planned.copy?.sourceTag).toBe(tag)
    const before = await made()
    await expect(copy({ ifMatch: ['another'] })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
    expect(await made()).toBe(before)
    expect((await copy({ ifMatch: ['another', tag] })).outcome).toBe('applied')
    expect(await made()).toBe(before + 1)
    expect(await log()).toEqual([])
  })

  it('is copied with its own settings to its own provider, and by attributes to others', async () => {
    await start('local')
    setOutside({ default_max_age: 60 })
    const there = await copy({ allowLoss: false })
    expect(there.native.default_max_age).toBe(60)
    expect(lost(there)).toEqual([])
    await bench.close()
    await source.close()
    await start('local', 'auth0')
    setOutside({ default_max_age: 60 })
    const elsewhere = await copy()
    expect(elsewhere.native).not.toHaveProperty('default_max_age')
    expect(lost(elsewhere)).toContain('providerSettings.default_max_age')
  })

  it('is changed by operations too, and only a merge sets a field', async () => {
    await start('local')
    const operations = parseOperations([{ op: 'replace', path: '/name', value: 'Portal' }])
    const byOperations = await copy({ patch: { kind: 'operations', operations } })
    expect(shown(byOperations).name).toBe('Portal')
    const merged = await copy({ patch: parseMergePatch({ name: 'Portal' }) })
    const why = ({ copy: told }: CreationResult) =>
      told?.report.derived.find(({ field }) => field === 'name')?.why
    expect(why(merged)).toBe('the request sets it')
    expect(why(byOperations)).not.toBe('the request sets it')
  })

  it('leaves behind what is leased, and keeps what was there before its lease', async () => {
    await start('local')
    const [kept = ''] = showClient(source.provider.mapping, await read()).callbacks
    await lease('https://pr-1.example.com/cb')
    await lease(kept)
    const leases = (await bench.service.store.last(resourceOf(refOf())))?.standing?.leases
    expect(leases?.map(({ kept: stays }) => stays)).toEqual([undefined, true])
    expect(shown(await copy()).callbacks).toEqual([kept])
    await remove()
    expect(shown(await copy()).callbacks).toEqual([kept])
  })

  it('is of the kind that the request names, or else of its own', async () => {
    await start('local', 'cognito')
    expect((await copy()).secret).toBeDefined()
    expect((await copy({ kind: 'spa' })).secret).toBe(undefined)
  })

  it('must be given a kind where its record does not show whether it has a secret', async () => {
    await start('auth0', 'local')
    const { token_endpoint_auth_method: _, app_type: __, ...rest } = source.stored()
    source.put(rest)
    await expect(copy({ dryRun: true })).rejects.toMatchObject({
      code: 'invalid_field',
      field: 'kind',
      message: 'kind must be given, because it is unknown whether the source client has a secret.',
    })
    expect(await copy({ dryRun: true, kind: 'web' })).toMatchObject({ outcome: 'planned' })
  })

  it('distinguishes what no one has set at its provider from what is lost', async () => {
    await start('auth0', 'local')
    const told = await copy({ dryRun: true })
    // A provider that makes no clients says nothing of what a new one has.
    const { creation: _, ...from } = source.provider
    const other = await copy({ dryRun: true, from })
    expect(lost(told)).not.toContain('providerSettings.custom_login_page_on')
    expect(lost(other)).toContain('providerSettings.custom_login_page_on')
  })

  it('must be given a name where none of its characters may stand in one', async () => {
    await start('local', 'cognito')
    setOutside({ client_name: '***' })
    for (const dryRun of [true, false]) {
      await expect(copy({ dryRun })).rejects.toMatchObject({
        code: 'invalid_field',
        field: 'client.name',
        message:
          "client.name must be given, because no character of the source's name is allowed at the provider of the copy.",
      })
    }
    const named = await copy({ patch: parseMergePatch({ name: 'Portal' }) })
    expect(shown(named).name).toBe('Portal')
  })

  it('is copied in part by agreement only, and what would be lost is named', async () => {
    await start('auth0', 'cognito')
    const creations = () =>
      target.emulator?.calls.filter(({ operation }) => operation === 'CreateUserPoolClient')
    const planned = await copy({ dryRun: true, allowLoss: false })
    const fields = lost(planned) ?? []
    expect(fields.length).toBeGreaterThan(1)
    await expect(copy({ allowLoss: false })).rejects.toMatchObject({
      code: 'lossy_copy',
      field: `client.${fields[0]}`,
      message: `The copy would lose ${fields.map((one) => `client.${one}`).join(', ')}. A dry run shows what would be lost and why. Nothing was sent. To copy the rest, set "allowLoss": true.`,
    })
    expect(creations()).toEqual([])
    expect(lost(await copy())).toEqual(fields)
    expect(creations()).toHaveLength(1)
  })

  it('is not taken for removed where it cannot be read, whatever its history says', async () => {
    await start('local')
    const record = source.stored()
    await remove()
    source.put(record)
    const away = new ClientError('provider_misconfigured', 'Away.')
    const from = { ...source.provider, read: () => Promise.reject(away) }
    await expect(copy({ from })).rejects.toBe(away)
  })
})

describe('a client that is suspended', () => {
  beforeEach(() => start('auth0'))

  it('is copied with what that took, and that the copy is on is a loss', async () => {
    const grants = source.stored().grant_types
    await suspend()
    const tag = bench.service.fingerprints.ofState(source.provider.mapping, await read())
    const result = await copy()
    expect(result.native.grant_types).toEqual(grants)
    expect(lost(result)).toContain('disabled')
    expect(result.copy?.sourceTag).toBe(tag)
    await expect(copy({ allowLoss: false })).rejects.toMatchObject({ code: 'lossy_copy' })
  })

  it('is copied as someone else has set it since', async () => {
    await suspend()
    setOutside({ grant_types: ['implicit'] })
    const result = await copy()
    expect(result.native.grant_types).toEqual(['implicit'])
    expect(lost(result)).not.toContain('disabled')
  })

  it('is another one than a client that only has as little as it', async () => {
    await suspend()
    const off = source.stored()
    await change({ kind: 'suspension', suspended: false, allowPartial: false })
    source.put(off)
    expect(lost(await copy())).not.toContain('disabled')
  })

  it('is not copied where it cannot be known what that took', async () => {
    await suspend()
    await expect(copy({ service: withLostKey() })).rejects.toMatchObject({
      code: 'not_restorable',
      message:
        'The client is suspended, and what the suspension removed was sealed with a key that is no longer in use. Resume the client first.',
    })
  })

  it('is copied as it is after all where it is resumed meanwhile', async () => {
    await suspend()
    let isFirst = true
    const from: Provider = {
      ...source.provider,
      read: async (...asked) => {
        const native = await source.provider.read(...asked)
        if (!isFirst) return native
        isFirst = false
        await change({ kind: 'suspension', suspended: false, allowPartial: false })
        return native
      },
    }
    const result = await copy({ from })
    expect(result.native.grant_types).toEqual(source.stored().grant_types)
    expect(lost(result)).not.toContain('disabled')
  })
})

describe('a client that was removed', () => {
  beforeEach(() => start('local'))
  const names = async (results: Promise<CreationResult>) => shown(await results).name
  const notFound = { code: 'not_found' }

  it('is made anew from its last record, for who may know of it', async () => {
    const { client_name: name } = source.stored()
    await remove()
    expect(await names(copy())).toBe(name)
    await expect(copy({ removedToo: false })).rejects.toMatchObject(notFound)
  })

  it('is not made anew where that record cannot be opened', async () => {
    await remove()
    await expect(copy({ service: withLostKey() })).rejects.toMatchObject({
      code: 'not_restorable',
      message:
        'The client was removed, and its last record was sealed with a key that is no longer in use.',
    })
  })

  it('is made anew where the removal was settled by another instance, or only now', async () => {
    await dyingAt(withoutTurns(bench.service), 'step sent', (dying) => remove(dying))
    expect((await copy(aMinuteLater())).outcome).toBe('applied')
    expect((await log()).map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
  })

  it('is made anew where its removal is begun and done while it is read', async () => {
    let isFirst = true
    const from: Provider = {
      ...source.provider,
      read: async (...asked) => {
        if (isFirst) {
          isFirst = false
          await dyingAt(withoutTurns(bench.service), 'step sent', (dying) => remove(dying))
        }
        return source.provider.read(...asked)
      },
    }
    expect((await copy({ from, ...aMinuteLater() })).outcome).toBe('applied')
  })

  it('is made anew where ten instances came back too late since', async () => {
    await remove()
    const { store, now } = bench.service
    const resource = resourceOf(refOf())
    for (let index = 0; index < 10; index += 1) {
      const overlap = {
        kind: 'overlap' as const,
        resource,
        at: now(),
        operationId: `late ${index}`,
      }
      expect(await store.append(following(await store.last(resource), overlap))).toBe(true)
    }
    expect((await copy()).outcome).toBe('applied')
  })

  it.each<Outcome>(['not_applied', 'conflict'])(
    'by someone else, after a removal of ours that ended as %s, is not made anew',
    async (outcome) => {
      await dyingAt(withoutTurns(bench.service), 'intent recorded', (dying) => remove(dying))
      // Nothing was sent; with another key it cannot be known what was wanted.
      await settled(outcome === 'conflict' ? withLostKey() : bench.service)
      expect((await log()).at(-1)).toMatchObject({ outcome })
      await removeOutside()
      await expect(copy()).rejects.toMatchObject(notFound)
    },
  )

  const append = async (...entries: readonly Entry[]) => {
    for (const entry of entries) expect(await bench.service.store.append(entry)).toBe(true)
  }
  const restoration = (seq: number, outcome: Outcome, action: Action | undefined = 'restore') => {
    const resource = resourceOf(refOf())
    const intent = intentOf(resource, seq, action === undefined ? {} : { action })
    const { tag: _, state: __, ...closing } = closingOf(resource, seq + 1, { outcome })
    return [intent, closing]
  }

  it('is made anew after restorations that came to nothing, and after nothing else of ours', async () => {
    const record = async () => (await removedRecord(bench.service, refOf()))?.native.client_name
    const { client_name: name } = source.stored()
    expect(await record()).toBeUndefined()
    await remove()
    expect(await record()).toBe(name)
    await append(...restoration(3, 'not_applied'), ...restoration(5, 'conflict'))
    await append(...restoration(7, 'not_applied'), ...restoration(9, 'not_applied'))
    expect(await record()).toBe(name)
    const [open, done] = restoration(11, 'applied')
    if (open === undefined || done === undefined) throw new TypeError('no restoration')
    await append(open)
    expect(await record()).toBeUndefined()
    await append(done, ...restoration(13, 'not_applied'))
    expect(await record()).toBeUndefined()
  })

  it.each<Action | undefined>(['rotate', undefined])(
    'is not made anew after a change of ours that came to nothing (%s)',
    async (action) => {
      await remove()
      await append(...restoration(3, 'not_applied', action))
      if (action === undefined) await append(outsideChangeOf(resourceOf(refOf()), 5))
      expect(await removedRecord(bench.service, refOf())).toBeUndefined()
    },
  )

  it('by someone else, after a change of ours or without any, is not made anew', async () => {
    await removeOutside()
    await expect(copy()).rejects.toMatchObject(notFound)
    expect(await log()).toEqual([])
    await bench.close()
    await source.close()
    await start('local')
    await bench.change(refOf(), { name: 'Changed' })
    await removeOutside()
    await expect(copy()).rejects.toMatchObject(notFound)
  })

  it('and is there again is copied as it is', async () => {
    const record = source.stored()
    await remove()
    source.put({ ...record, client_name: 'There again' } as Readonly<Record<string, Json>>)
    expect(await names(copy())).toBe('There again')
  })
})
