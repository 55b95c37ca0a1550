/** What each change that is no patch reads of a client, and what it is recorded as. */

import { beforeEach, describe, expect } from 'vitest'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Wish } from '../../src/service/change/change-target.ts'
import { prepareSpecialWish } from '../../src/service/change/special-wishes.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { closingOf } from '../fixtures/entries.ts'

type Special = Parameters<typeof prepareSpecialWish>[1]['patch']

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const OLD = 'https://app.example.com/callback'
const NEW = 'https://new.example.com/cb'
const MARK: Standing = { protected: true }
const NOTHING = { kind: 'merge', fields: {} }
const SECRET = secret('another-secret-another-secret-0123456789')

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const headOf = (standing: Standing | undefined): Entry | undefined =>
  standing && closingOf(resourceOf(subject.ref), 2, { standing })
const prepare = (
  patch: Special,
  standing: Standing | undefined = MARK,
  provider: Provider = subject.provider,
): Promise<Wish> => {
  const request = { ref: subject.ref, provider, actor: ACTOR, dryRun: false, patch }
  return prepareSpecialWish(bench.service, request, headOf(standing), 'operation')
}
const prepared = async (patch: Special, standing?: Standing | undefined, provider?: Provider) => {
  const { fields, over } = await prepare(patch, standing, provider)
  return { fields, ...over(subject.stored()) }
}

describe('a change that changes what holds for a client', () => {
  it('reads no setting: protecting it', async () => {
    const protect = (on: boolean, standing?: Standing | undefined) =>
      prepared({ kind: 'protection', protected: on }, standing)
    const lease = {
      field: 'callbacks',
      value: OLD,
      owner: 'a',
      expiresAt: 1,
      actor: ACTOR,
    } as const
    const leases = [lease]
    const plan = (action: string, becomes: Standing) => ({
      ...{ fields: [], patch: NOTHING, warnings: [], aim: { action, becomes } },
    })
    expect(await protect(true, { leases })).toStrictEqual(plan('protect', { leases, ...MARK }))
    expect(await protect(false, { leases, ...MARK })).toStrictEqual(plan('unprotect', { leases }))
    expect(await protect(false)).toStrictEqual(plan('unprotect', {}))
  })

  it('reads no setting: assigning it to a team, or to none', async () => {
    const plan = (becomes: Standing) => ({
      ...{ fields: [], patch: NOTHING, warnings: [], aim: { action: 'assign', becomes } },
    })
    const assign = (team: string | null, standing?: Standing) =>
      prepared({ kind: 'assignment', team }, standing)
    expect(await assign('billing')).toStrictEqual(plan({ ...MARK, team: 'billing' }))
    const assigned = { ...MARK, team: 'billing' }
    expect(await assign('sales', assigned)).toStrictEqual(plan({ ...MARK, team: 'sales' }))
    expect(await assign(null, assigned)).toStrictEqual(plan(MARK))
  })

  it('reads no setting: keeping it from being removed', async () => {
    const job = { id: 'j1', submittedBy: ACTOR }
    const reap = { job, operationId: 'o', scopes: [] }
    const standing = { ...MARK, removal: { at: 1, actor: ACTOR, reap } }
    const plan = (becomes: Standing) => ({
      ...{ fields: [], patch: NOTHING, warnings: [], aim: { action: 'retain', becomes } },
    })
    expect(await prepared({ kind: 'retention' }, standing)).toStrictEqual(plan(MARK))
    const wish = await prepareSpecialWish(
      bench.service,
      {
        ...{ ref: subject.ref, provider: subject.provider, actor: ACTOR, dryRun: false },
        patch: { kind: 'retention' },
      },
      undefined,
      'operation',
    )
    expect(wish.over(subject.stored()).aim).toStrictEqual({ action: 'retain', becomes: {} })
  })
})

describe('a change that goes back', () => {
  beforeEach(async () => {
    await bench.change(subject.ref, { name: 'New', callbacks: [NEW], description: 'New' })
  })
  const head = () => bench.service.store.last(resourceOf(subject.ref))
  const back = async (patch: ChangeRequest['patch']) => {
    const request = { ref: subject.ref, provider: subject.provider, actor: ACTOR, dryRun: false }
    const wish = await prepareSpecialWish(
      bench.service,
      { ...request, patch: patch as Special },
      await head(),
      'operation',
    )
    return { fields: wish.fields, ...wish.over(subject.stored()) }
  }

  it('reads the fields that were changed since', async () => {
    const patch = { kind: 'merge', fields: { name: 'Example' } }
    const rolledBack = await back({ kind: 'rollback', to: 0, allowPartial: false })
    expect(rolledBack.fields).toEqual(['name', 'callbacks', 'description'])
    expect(rolledBack).toMatchObject({ patch, warnings: [] })
    const operationId = (await bench.service.store.entries(resourceOf(subject.ref)))
      .flatMap((entry) => (entry.kind === 'intent' ? [entry.operationId] : []))
      .at(0)
    const undone = await back({
      ...{ kind: 'undo', operationId: operationId ?? '', allowPartial: false },
    })
    expect(undone.fields).toEqual(['name', 'callbacks', 'description'])
    expect(undone).toMatchObject({ patch, warnings: [] })
  })
})

describe('a change of settings', () => {
  it('is a suspension, as its provider does it', async () => {
    const patch = { kind: 'suspension', suspended: true, allowPartial: false } as const
    const suspended = await prepared(patch, {})
    expect(suspended).toMatchObject({ fields: ['disabled'], aim: { action: 'suspend' } })
  })

  it('is a lease that is taken, and one that ends', async () => {
    const lease = { field: 'callbacks', value: NEW, owner: 'a' } as const
    const taken = await prepared({ kind: 'lease', ...lease, seconds: 60 })
    expect(taken).toMatchObject({
      fields: ['callbacks'],
      patch: { fields: { callbacks: { add: [NEW] } } },
      aim: { action: 'lease', becomes: { ...MARK, leases: [{ ...lease, actor: ACTOR }] } },
    })
    const leases = [{ ...lease, value: OLD, expiresAt: 1, actor: ACTOR }]
    const ended = await prepared({ kind: 'end_lease', ends: () => true }, { ...MARK, leases })
    expect(ended).toMatchObject({
      fields: ['callbacks'],
      patch: { fields: { callbacks: { remove: [OLD] } } },
      aim: { action: 'end_lease', becomes: MARK },
    })
  })

  it('is each part of a move', async () => {
    const begun = await prepared({ kind: 'move', from: OLD, to: NEW })
    const move = { from: OLD, to: NEW, operationId: 'operation', actor: ACTOR }
    expect(begun).toMatchObject({
      fields: ['callbacks'],
      aim: { action: 'move', becomes: { ...MARK, moves: [move] } },
    })
    const open = { ...move, startedAt: 1 }
    const widened = { at: 2, by: 'wait', narrowFrom: 3 } as const
    await subject.put({ ...subject.stored(), redirect_uris: [OLD, NEW] })
    const confirmed = await prepared(
      { kind: 'confirm_move', from: OLD, to: NEW, by: 'wait' },
      { ...MARK, moves: [open] },
    )
    expect(confirmed).toMatchObject({
      fields: [],
      aim: { action: 'confirm_move', becomes: { ...MARK, moves: [{ widened: { by: 'wait' } }] } },
    })
    const wide = { ...MARK, moves: [{ ...open, widened }] }
    expect(await prepared({ kind: 'narrow_move', from: OLD }, wide)).toMatchObject({
      fields: ['callbacks'],
      patch: { fields: { callbacks: { remove: [OLD] } } },
      aim: { action: 'narrow_move', becomes: MARK },
    })
    expect(await prepared({ kind: 'end_move', from: OLD }, wide)).toMatchObject({
      fields: ['callbacks'],
      patch: { fields: { callbacks: { remove: [NEW] } } },
      aim: { action: 'end_move', becomes: MARK },
    })
  })

  it('is a secret that replaces the only one, whose end no longer has to come', async () => {
    const { add: _, ...secrets } = subject.provider.secrets ?? {}
    const provider = { ...subject.provider, secrets } as Provider
    const retirements = [{ secretId: 's', at: 1, actor: ACTOR }]
    const cutOver = { kind: 'cut-over', value: SECRET } as const
    expect(await prepared(cutOver, { ...MARK, retirements }, provider)).toStrictEqual({
      fields: ['secret'],
      patch: { kind: 'merge', fields: { secret: SECRET.reveal() } },
      warnings: [],
      aim: { action: 'rotate', becomes: MARK },
    })
    const { over } = await prepare(cutOver)
    // Here two can be live.
    expect(() => over(subject.stored())).toThrow(expect.objectContaining({ code: 'invalid_field' }))
  })

  it('is what managers have', async () => {
    const managed = await prepared({
      ...{ kind: 'managing', managers: { a: { callbacks: [NEW] } }, fields: {} },
    })
    expect(managed).toMatchObject({
      fields: ['callbacks'],
      patch: { fields: { callbacks: { add: [NEW] } } },
      becomes: { ...MARK, managed: [{ manager: 'a' }] },
    })
  })

  it('is a key among the settings of a record, over what is there', async () => {
    const patch = { kind: 'merge', fields: { name: 'Keyed' } } as const
    const bases: unknown[] = []
    const over = (base: unknown) => {
      bases.push(base)
      return patch
    }
    expect(await prepared({ kind: 'key', over })).toStrictEqual({
      fields: ['providerSettings'],
      patch,
      warnings: [],
    })
    expect(bases).toEqual([subject.stored()])
  })
})
