/** Clients as they are held against the limits of a caller's grants: as they are at this moment, and as a write would leave them. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { type Access, accessTo, type Verdict, type Write } from '../../src/core/rights/access.ts'
import type { Grant, Limit } from '../../src/core/rights/limit.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { lookFor, mayKnowOf, subjectFor, subjectOf } from '../../src/service/access/fresh-look.ts'
import { judgeWrite, type PlannedWrite } from '../../src/service/access/judged-write.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createClient } from '../../src/service/life/create.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import type { Action } from '../../src/store/log/entry.ts'
import { printOf } from '../../src/store/log/managed.ts'
import type { Lease, Move, Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { creationOf, PATCH } from './creations.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const PURPOSE = { operation: 'getClient', permission: 'clients:read' } as const
const NONE = expect.objectContaining({
  code: 'not_found',
  message: 'There is no such client. Check its id, the provider and the user pool.',
})

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const grantsOf = (only: Limit): readonly Grant[] => [{ grants: ['clients:read'], only }]
const accessBy = (only: Limit) => accessTo(() => grantsOf(only), PURPOSE)
const accessOf = (only: Limit): Access => {
  const access = accessBy(only)(subject.ref)
  if (access === undefined) throw new TypeError('no limit')
  return access
}
const name = () => String(subject.stored().client_name)

interface Look {
  readonly service?: Service
  readonly removedToo?: boolean
}

describe('a client that is looked at', () => {
  let calls: string[]

  beforeEach(() => {
    calls = []
  })

  /** The provider, which keeps what is asked of it. */
  const watched = (fails?: () => Error, own: Partial<Provider> = {}): Provider => ({
    ...subject.provider,
    read: async (ref, call, fields) => {
      calls.push(`read ${fields?.join()}`)
      if (fails !== undefined) throw fails()
      return subject.provider.read(ref, call, fields)
    },
    ...own,
  })
  const looking = (provider: Provider, { service = bench.service, removedToo = false }: Look) => ({
    ref: subject.ref,
    provider,
    call: callOf(service, { operationId: 'o', deadline: Date.now() + 1_000 }),
    removedToo,
  })
  const look = (only: Limit, provider = watched(), more: Look = {}) => {
    const access = accessOf(only)
    const { service = bench.service } = more
    return lookFor(service, access, looking(provider, more)).then(() => access.may('clients:read'))
  }
  const found = (provider = watched(), more: Look = {}) =>
    subjectFor(more.service ?? bench.service, looking(provider, more))
  const remove = () => {
    const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
    return removeClient(bench.service, request)
  }

  it('is what its provider has now, and the team that its log has last', async () => {
    await bench.change(subject.ref, {}, { patch: { kind: 'assignment', team: 'a' } })
    await subject.put({ ...subject.stored(), client_name: 'Renamed' })
    expect(await found()).toStrictEqual({
      id: subject.ref.id,
      userPoolId: undefined,
      name: 'Renamed',
      team: 'a',
    })
    expect(await look({ names: ['Renamed'], teams: ['a'] })).toBe(true)
    await expect(look({ names: ['Renamed'], teams: ['b'] })).rejects.toThrow(NONE)
    await expect(look({ names: ['Example'] })).rejects.toThrow(NONE)
  })

  it('is not read where only its id matters', async () => {
    expect(await look({ clients: [subject.ref.id] })).toBe(true)
    await expect(look({ clients: ['other'] })).rejects.toThrow(NONE)
    expect(calls).toEqual([])
    await look({ names: [name()] })
    expect(calls).toEqual(['read name'])
  })

  it('is read by the shorter way where its provider has one', async () => {
    const readRecord: Provider['readRecord'] = async (ref, call) => {
      calls.push('record')
      return subject.provider.read(ref, call)
    }
    expect(await look({ names: [name()] }, watched(undefined, { readRecord }))).toBe(true)
    expect(calls).toEqual(['record'])
  })

  it('is none where it is gone or cannot be read, with the one answer for all of them', async () => {
    const gone = () => new ClientError('not_found', 'gone')
    const left = () => new ClientError('client_gone', 'left')
    const strange = () =>
      new ClientError('provider_misconfigured', 'what is this?', { found: 'a list' })
    for (const fails of [gone, left, strange]) {
      await expect(found(watched(fails))).rejects.toThrow(NONE)
      // Nothing is known of it from before either.
      await expect(found(watched(fails), { removedToo: true })).rejects.toThrow(NONE)
    }
  })

  it('is not taken for another where its provider does not answer', async () => {
    const refuses = () => new ClientError('provider_refused', 'no')
    const breaks = () => new TypeError('a fault')
    await expect(found(watched(refuses))).rejects.toMatchObject({ code: 'provider_refused' })
    await expect(found(watched(breaks))).rejects.toThrow('a fault')
    const limited = { ...bench.service, access: accessBy({ names: [name()] }) }
    const known = mayKnowOf(limited, looking(watched(refuses), {}), 'clients:read')
    await expect(known).rejects.toMatchObject({ code: 'provider_refused' })
  })

  it('is what it was last where it was removed, if that counts', async () => {
    const before = name()
    await bench.change(subject.ref, {}, { patch: { kind: 'assignment', team: 'a' } })
    await remove()
    await expect(found()).rejects.toThrow(NONE)
    expect(await found(watched(), { removedToo: true })).toMatchObject({ name: before, team: 'a' })
    const lost = { ...bench.service, seal: createSeal(Buffer.alloc(32, 9)) }
    await expect(found(watched(), { removedToo: true, service: lost })).rejects.toThrow(NONE)
  })

  it('is what the history has last where someone else has removed it, if that counts', async () => {
    await bench.change(subject.ref, { name: 'New' })
    const gone = watched(() => new ClientError('not_found', 'gone'))
    expect(await found(gone, { removedToo: true })).toMatchObject({ name: 'New' })
    await expect(found(gone)).rejects.toThrow(NONE)
    // A record that cannot be read is no sign that the client is gone.
    const strange = watched(
      () => new ClientError('provider_misconfigured', '?', { found: 'a list' }),
    )
    await expect(found(strange, { removedToo: true })).rejects.toThrow(NONE)
    const { store } = bench.service
    const entries = async () => {
      throw new ClientError('store_unavailable', 'later')
    }
    const broken = { ...bench.service, store: { ...store, entries } }
    await expect(found(gone, { removedToo: true, service: broken })).rejects.toMatchObject({
      code: 'store_unavailable',
    })
  })

  describe('where each client is opened by a token of its own', () => {
    /** Whose clients are adopted one by one; keeps the ids that are read. */
    const opening = () => {
      const ids: string[] = []
      const read: Provider['read'] = (ref, call, fields) => {
        ids.push(ref.id)
        return subject.provider.read(ref, call, fields)
      }
      return { ids, provider: watched(undefined, { adoption: {} as never, read }) }
    }

    it('is read once it is known to be within, and none of its kind where it is known to be outside', async () => {
      await bench.change(subject.ref, { description: 'known since' })
      const inside = opening()
      expect(await look({ names: [name()] }, inside.provider)).toBe(true)
      expect(inside.ids).toEqual([subject.ref.id])
      const outside = opening()
      await expect(look({ names: ['Another'] }, outside.provider)).rejects.toThrow(NONE)
      // It takes as long as one that is not there.
      expect(outside.ids).toHaveLength(1)
      expect(outside.ids).not.toContain(subject.ref.id)
    })

    it('is read where nothing is known of it yet', async () => {
      const { ids, provider } = opening()
      expect(await look({ names: [name()] }, provider)).toBe(true)
      expect(ids).toEqual([subject.ref.id])
    })

    it('is looked at in vain where what is known of it cannot be asked for', async () => {
      const last = () => Promise.reject(new ClientError('store_unavailable', 'Not now.'))
      const store = { ...bench.service.store, last }
      const service = { ...bench.service, store }
      const { provider } = opening()
      await expect(look({ names: [name()] }, provider, { service })).rejects.toMatchObject({
        code: 'store_unavailable',
      })
    })
  })

  it('may be known of by callers without limits, and by others within theirs', async () => {
    const may = (only: Limit | undefined, provider = watched()) => {
      const service =
        only === undefined ? bench.service : { ...bench.service, access: accessBy(only) }
      return mayKnowOf(service, looking(provider, {}), 'clients:read')
    }
    const gone = () => watched(() => new ClientError('not_found', 'gone'))
    expect(await may(undefined, gone())).toBe(true)
    expect(await may({ clients: [subject.ref.id] }, gone())).toBe(true)
    expect(await may({ clients: ['other'] }, gone())).toBe(false)
    expect(calls).toEqual([])
    expect(await may({ names: [name()] })).toBe(true)
    expect(await may({ names: ['other'] })).toBe(false)
    expect(await may({ names: [name()] }, gone())).toBe(false)
    const unknown = looking(gone(), { removedToo: true })
    const limited = { ...bench.service, access: accessBy({ names: [name()] }) }
    expect(await mayKnowOf(limited, unknown, 'clients:read')).toBe(false)
    const write = mayKnowOf(
      { ...bench.service, access: accessBy({ names: [name()] }) },
      looking(watched(), {}),
      'clients:write',
    )
    expect(await write).toBe(false)
  })
})

describe('a write', () => {
  const CALLBACK = 'https://app.example.com/callback'
  const OTHER = 'https://other.example.com/cb'
  const base = (): JsonObject => ({ ...subject.stored(), redirect_uris: [CALLBACK] })

  /** What the access is shown of a write that changes so much. */
  function judged(change: JsonObject, more: Partial<PlannedWrite> = {}): Write {
    const writes: Write[] = []
    const access = {
      ...accessOf({ names: ['x'] }),
      judge: (write: Write): Verdict => {
        writes.push(write)
        return 'granted'
      },
    }
    judgeWrite(bench.service, access, {
      ...{ provider: subject.provider, ref: { ...subject.ref, userPoolId: 'pool' }, isNew: false },
      ...{ base: base(), next: { ...base(), ...change }, action: undefined },
      ...{ standing: undefined, becomes: undefined },
      ...more,
    })
    const [write] = writes
    if (write === undefined) throw new TypeError('not judged')
    return write
  }
  const touches = (standing: Standing | undefined, becomes: Standing | undefined, change = {}) =>
    judged(change, { standing, becomes }).touches

  it('shows the client before and after, with the team that it has and will have', () => {
    const write = judged(
      { client_name: 'New' },
      { standing: { team: 'a' }, becomes: { team: 'b' } },
    )
    const client = { id: subject.ref.id, userPoolId: 'pool' }
    expect(write.before).toStrictEqual({ ...client, name: name(), team: 'a' })
    expect(write.after).toStrictEqual({ ...client, name: 'New', team: 'b' })
    // What is not said to change stays.
    expect(judged({}, { standing: { team: 'a' } }).after).toMatchObject({ team: 'a' })
    expect(subjectOf(subject.provider, {}, {}, undefined)).toStrictEqual({
      ...{ id: undefined, userPoolId: undefined, name: null, team: undefined },
    })
  })

  it('touches what comes and what goes of each setting', () => {
    expect(judged({}).touches).toEqual([])
    expect(judged({ client_name: 'New' }).touches).toEqual([
      { field: 'name', value: name() },
      { field: 'name', value: 'New' },
    ])
    expect(judged({ redirect_uris: [OTHER, CALLBACK] }).touches).toEqual([
      { field: 'callbacks', value: OTHER },
    ])
    expect(judged({ redirect_uris: [OTHER] }).touches).toEqual([
      { field: 'callbacks', value: OTHER },
      { field: 'callbacks', value: CALLBACK },
    ])
    const without = { base: { ...base(), policy_uri: OTHER }, next: base() }
    expect(judged({}, without).touches).toEqual([{ field: 'policyUri', value: OTHER }])
    expect(judged({ policy_uri: OTHER }).touches).toEqual([{ field: 'policyUri', value: OTHER }])
  })

  it('touches a list as a whole where only its order changes', () => {
    const lists = [
      [CALLBACK, OTHER],
      [OTHER, CALLBACK],
    ]
    const [one, other] = lists.map((redirect_uris) => ({ ...base(), redirect_uris }))
    const reordered = { base: one, next: other ?? null }
    expect(judged({}, reordered).touches).toEqual([{ field: 'callbacks' }])
  })

  it('of a new client is judged as a whole, by what it will be', () => {
    const made = { isNew: true, action: 'create', becomes: { team: 'a' } } as const
    expect(judged({ client_name: 'New' }, made)).toStrictEqual({
      before: undefined,
      after: { id: undefined, userPoolId: 'pool', name: 'New', team: 'a' },
      isWhole: true,
      touches: [],
    })
    expect(judged({}, { base: undefined, action: 'restore' })).toMatchObject({
      before: undefined,
      after: { id: subject.ref.id },
      touches: [],
    })
  })

  it('of a removal is judged as a whole, by what the client was', () => {
    const standing = { team: 'a' }
    expect(judged({}, { next: null, action: 'remove', standing, becomes: {} })).toStrictEqual({
      before: { id: subject.ref.id, userPoolId: 'pool', name: name(), team: 'a' },
      after: undefined,
      isWhole: true,
      touches: [],
    })
  })

  const PARTS: readonly (Action | undefined)[] = [
    ...([
      undefined,
      'lease',
      'end_lease',
      'move',
      'confirm_move',
      'narrow_move',
      'end_move',
    ] as const),
    'assign',
  ]
  const WHOLE: readonly Action[] = ['create', 'remove', 'rotate', 'suspend', 'resume', 'protect']
  it.for([
    ...PARTS.map((action) => [action, false] as const),
    ...WHOLE.map((action) => [action, true] as const),
  ])('as %s is about the client as a whole: %s', ([action, isWhole]) => {
    expect(judged({ client_name: 'New' }, { action }).isWhole).toBe(isWhole)
  })

  it('touches the team where the client goes to another', () => {
    expect(touches(undefined, { team: 'a' })).toEqual([{ field: 'team' }])
    expect(touches({ team: 'a' }, { team: 'b' })).toEqual([{ field: 'team' }])
    expect(touches({ team: 'a' }, {})).toEqual([{ field: 'team' }])
    expect(touches({ team: 'a' }, { team: 'a', protected: true })).toEqual([])
  })

  it('touches the values of leases and moves that begin, change or end', () => {
    const lease: Lease = {
      field: 'callbacks',
      value: OTHER,
      owner: 'a',
      expiresAt: 1,
      actor: ACTOR,
    }
    const touch = { field: 'callbacks', value: OTHER }
    expect(touches(undefined, { leases: [lease] })).toEqual([touch])
    expect(touches({ leases: [lease] }, {})).toEqual([touch])
    expect(touches({ leases: [lease] }, { leases: [{ ...lease }] })).toEqual([])
    expect(touches({ leases: [lease] }, { leases: [{ ...lease, expiresAt: 2 }] })).toEqual([
      ...[touch, touch],
    ])
    const move: Move = {
      ...{ from: CALLBACK, to: OTHER, operationId: 'o', actor: ACTOR, startedAt: 1 },
    }
    const both = [{ field: 'callbacks', value: CALLBACK }, touch]
    expect(touches(undefined, { moves: [move] })).toEqual(both)
    expect(touches({ moves: [move] }, {})).toEqual(both)
    expect(touches({ moves: [move] }, { moves: [move] })).toEqual([])
  })

  it('touches values that someone begins or ceases to manage, as they are in the lists', () => {
    const managed = (lists: Standing['managed']) => ({ managed: lists }) as Standing
    const of = (field: string, value: string) =>
      managed([{ manager: 'a', lists: { [field]: printOf(value) } }])
    const kept = { field: 'callbacks', value: CALLBACK }
    expect(touches(undefined, of('callbacks', CALLBACK))).toEqual([kept])
    expect(touches(of('callbacks', CALLBACK), {})).toEqual([kept])
    expect(touches(of('callbacks', CALLBACK), undefined)).toEqual([])
    expect(touches(of('callbacks', CALLBACK), of('callbacks', CALLBACK))).toEqual([])
    // A value that goes with the change is still known.
    const gone = touches(of('callbacks', CALLBACK), {}, { redirect_uris: [OTHER] })
    expect(gone.filter(({ value }) => value === CALLBACK)).toHaveLength(2)
    expect(touches(undefined, of('callbacks', 'https://nowhere.example/'))).toStrictEqual([
      { field: 'callbacks' },
    ])
    expect(touches(undefined, of('unheard_of', CALLBACK))).toEqual([{ field: 'unheard_of' }])
    expect(touches(undefined, of('name', CALLBACK))).toEqual([{ field: 'name' }])
    const two = { callbacks: printOf(CALLBACK), webOrigins: printOf(CALLBACK) }
    expect(touches(undefined, managed([{ manager: 'a', lists: two }]))).toEqual([
      ...[kept, { field: 'webOrigins' }],
    ])
  })
})

describe('a caller with limits', () => {
  const WRITING = { operation: 'updateClient', permission: 'clients:write' } as const
  const within = (only: Limit | undefined): Service => {
    const grant: Grant = { grants: ['clients:read', 'clients:write'], ...(only && { only }) }
    return { ...bench.service, access: accessTo(() => [grant], WRITING) }
  }
  const change = (only: Limit | undefined, client: object, dryRun = false) =>
    changeClient(within(only), { ...requestFor(bench.service, subject.ref, client), dryRun })
  const entries = () => bench.service.store.entries(resourceOf(subject.ref))
  const NEW = { description: 'New' }

  it('changes what its grants cover, and hears of no other client', async () => {
    expect(await change({ names: [name()] }, NEW)).toMatchObject({ outcome: 'applied' })
    expect(subject.stored().description).toBe('New')
    const before = await entries()
    await expect(change({ names: ['other'] }, { description: 'Newer' })).rejects.toThrow(NONE)
    expect(subject.stored().description).toBe('New')
    expect(await entries()).toEqual(before)
  })

  it('changes nothing beyond them, nor plans it', async () => {
    for (const dryRun of [true, false]) {
      const renaming = change({ names: [name()] }, { name: 'Mine' }, dryRun)
      await expect(renaming).rejects.toMatchObject({ code: 'insufficient_scope' })
    }
    const other = change({ names: [name()], fields: ['name'] }, NEW)
    await expect(other).rejects.toMatchObject({ details: { field: 'client.description' } })
    expect(await entries()).toEqual([])
  })

  it('goes by the team that the client has before and after', async () => {
    const assign = (team: string) =>
      bench.change(subject.ref, {}, { patch: { kind: 'assignment', team } })
    await expect(change({ teams: ['a'] }, NEW)).rejects.toThrow(NONE)
    await assign('a')
    expect(await change({ teams: ['a'] }, NEW)).toMatchObject({ outcome: 'applied' })
    await assign('b')
    await expect(change({ teams: ['a'] }, { description: 'Newer' })).rejects.toThrow(NONE)
  })

  it('is judged by nothing where no grant at the provider is limited', async () => {
    expect(await change(undefined, NEW)).toMatchObject({ outcome: 'applied' })
  })

  it('makes clients that its grants cover, and no others', async () => {
    const make = (only: Limit, client: object) =>
      createClient(within(only), {
        ...creationOf(subject.provider),
        kind: 'web',
        patch: parseMergePatch({ ...PATCH, ...client }),
      })
    expect(await make({ names: ['Ours'] }, { name: 'Ours' })).toMatchObject({ outcome: 'applied' })
    await expect(make({ names: ['Ours'] }, { name: 'Theirs' })).rejects.toMatchObject({
      code: 'insufficient_scope',
    })
    // A new client has no id yet.
    await expect(make({ clients: ['ours'] }, { name: 'Ours' })).rejects.toMatchObject({
      code: 'insufficient_scope',
    })
    expect(await bench.service.store.openIntents()).toEqual([])
  })

  it('removes clients that its grants cover, and no others', async () => {
    const remove = (only: Limit) => {
      const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
      return removeClient(within(only), request)
    }
    await expect(remove({ names: ['other'] })).rejects.toThrow(NONE)
    await expect(remove({ names: [name()], fields: ['name'] })).rejects.toMatchObject({
      code: 'insufficient_scope',
    })
    expect(subject.stored().client_id).toBe(subject.ref.id)
    expect(await remove({ names: [name()] })).toMatchObject({ outcome: 'applied' })
  })
})
