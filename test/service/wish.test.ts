/** What each kind of request wants of a client, and how that is planned with what holds for it. */

import { describe, expect } from 'vitest'
import { flag, key, list } from '../../src/core/mapping/lenses.ts'
import { secretOf } from '../../src/core/mapping/mapping.ts'
import type { Lens, Native } from '../../src/core/mapping/row.ts'
import { parseJsonPatch } from '../../src/core/patch/patch.ts'
import { type Secret, secret } from '../../src/core/secrecy/secret.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { planWanted, prepareWish } from '../../src/service/change/wish.ts'
import { printOf } from '../../src/store/log/managed.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { mappingOf } from '../core/mapping.ts'
import { onSubject } from '../fixtures/bench.ts'
import { closingOf } from '../fixtures/entries.ts'
import { onFresh } from '../fixtures/opened.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const REF = { provider: 'it', id: 'one' }
const LOG = '["it",null,"one"]'

const secretRow: Lens<Secret | null> = {
  support: 'native',
  keys: ['secret'],
  get: (native) => secretOf(native.secret),
  put: (value) => ({ secret: value?.reveal() }),
}
const rows = {
  name: key<string>('name'),
  secret: secretRow,
  callbacks: list('urls', 'keep'),
  grantTypes: list('grants', 'keep'),
}
const mapping = mappingOf(rows, {
  nullablePaths: ['tomorrow', 'name'],
  suspension: {
    doesNotStop: [],
    emulation: { keys: ['grants'], suspended: (native) => ({ ...native, grants: [] }) },
  },
})

let bench: Bench
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
  },
)

const wishOf = (
  patch: ChangeRequest['patch'],
  { standing, provider }: { standing?: Standing; provider?: Partial<Provider> } = {},
) => {
  const request = {
    ref: REF,
    provider: { mapping, ...provider } as Provider,
    patch,
    actor: ACTOR,
    dryRun: false,
    requestId: 'r',
    deadline: 1,
  }
  const head = standing === undefined ? undefined : closingOf(LOG, 2, { standing })
  return prepareWish(bench.service, request, head, 'operation')
}
const LEASE = {
  field: 'callbacks' as const,
  value: 'https://pr.example/cb',
  owner: 'pr',
  expiresAt: 9,
  actor: ACTOR,
}

describe('a patch', () => {
  it('is wanted as it is, and is about the fields that it names', async () => {
    const merge: ChangeRequest['patch'] = { kind: 'merge', fields: { name: 'x', callbacks: [] } }
    const wish = await wishOf(merge)
    expect(wish.fields).toEqual(['name', 'callbacks'])
    expect(wish.over({})).toStrictEqual({ patch: merge, warnings: [] })
    const operations = parseJsonPatch([{ op: 'replace', path: '/name', value: 'x' }])
    expect((await wishOf(operations)).fields).toEqual(['name'])
    expect((await wishOf(operations)).over({})).toStrictEqual({ patch: operations, warnings: [] })
  })
})

describe('a protection', () => {
  const NOTHING = { kind: 'merge', fields: {} }

  it.each([
    [true, undefined, 'protect', { protected: true }],
    [true, { leases: [LEASE] }, 'protect', { protected: true, leases: [LEASE] }],
    [false, { protected: true, leases: [LEASE] }, 'unprotect', { leases: [LEASE] }],
  ] as const)(
    '%s changes no setting, and what holds beside %j',
    async (on, standing, action, becomes) => {
      const wish = await wishOf(
        { kind: 'protection', protected: on },
        standing === undefined ? {} : { standing },
      )
      expect(wish.fields).toEqual([])
      expect(wish.over({ name: 'x' })).toEqual({
        patch: NOTHING,
        warnings: [],
        aim: { action, becomes },
      })
    },
  )
})

describe('a cut-over', () => {
  const value = secret('a-new-secret-of-32-characters-xyz')
  const retiring = { secretId: 'old', at: 9, actor: ACTOR }
  const secrets = { atOnce: () => 1, unusable: () => undefined } as unknown as Provider['secrets']
  const one = (more: object = {}) => ({ secrets: { ...secrets, ...more } }) as Partial<Provider>

  it('puts the secret in the place of the one there, whose end is forgotten', async () => {
    const standing = { protected: true as const, retirements: [retiring] }
    const wish = await wishOf({ kind: 'cut-over', value }, { standing, provider: one() })
    expect(wish.fields).toEqual(['secret'])
    expect(wish.over({ secret: 'old' })).toEqual({
      patch: { kind: 'merge', fields: { secret: value.reveal() } },
      warnings: [],
      aim: { action: 'rotate', becomes: { protected: true } },
    })
  })

  it('is refused where the new one can stand beside the old one', async () => {
    const two = one({ atOnce: () => 2, add: () => {}, remove: () => {} })
    const wish = await wishOf({ kind: 'cut-over', value }, { provider: two })
    expect(() => wish.over({})).toThrow(expect.objectContaining({ field: 'cutOver' }))
  })
})

describe('the end of leases', () => {
  it('is about the lists that they are on', async () => {
    const wish = await wishOf(
      { kind: 'end_lease', ends: () => true },
      { standing: { leases: [LEASE] } },
    )
    expect(wish.fields).toEqual(['callbacks'])
    expect(wish.over({})).toMatchObject({ aim: { action: 'end_lease' } })
    expect((await wishOf({ kind: 'end_lease', ends: () => true })).fields).toEqual([])
  })
})

it('that a client is not removed after all changes no setting, and nothing that holds beside it', async () => {
  const job = { id: 'j1', submittedBy: ACTOR }
  const reap = { job, operationId: 'o', scopes: [] }
  const standing = { protected: true as const, removal: { at: 9, actor: ACTOR, reap } }
  const nothing = { patch: { kind: 'merge', fields: {} }, warnings: [] }
  const kept = await wishOf({ kind: 'retention' }, { standing })
  expect(kept.fields).toEqual([])
  const aim = { action: 'retain', becomes: { protected: true } }
  expect(kept.over({})).toStrictEqual({ ...nothing, aim })
  const none = await wishOf({ kind: 'retention' })
  expect(none.over({})).toStrictEqual({ ...nothing, aim: { action: 'retain', becomes: {} } })
})

it('values of a manager are about their lists, beside what others manage', async () => {
  const managed = [{ manager: 'b', lists: { callbacks: printOf('https://b.example/') } }]
  const wish = { kind: 'managing', managers: { a: { callbacks: ['https://a.example/'] } } } as const
  const claims = { manager: 'a', lists: { callbacks: printOf('https://a.example/') } }
  for (const standing of [undefined, { managed }]) {
    const { fields, over } = await wishOf(
      { ...wish, fields: {} },
      standing === undefined ? {} : { standing },
    )
    expect(fields).toEqual(['callbacks'])
    expect(over({ urls: [] })).toMatchObject({
      patch: { fields: { callbacks: { add: ['https://a.example/'] } } },
      becomes: { managed: [...(standing?.managed ?? []), claims] },
    })
  }
})

it('another key is set where the provider has its settings', async () => {
  const patch = { kind: 'merge', fields: { providerSettings: { jwks: 1 } } } as const
  const bases: unknown[] = []
  const over = (base: Native) => {
    bases.push(base)
    return patch
  }
  const wish = await wishOf({ kind: 'key', over } as ChangeRequest['patch'])
  expect(wish.fields).toEqual(['providerSettings'])
  expect(wish.over({ name: 'x' })).toStrictEqual({ patch, warnings: [] })
  expect(bases).toEqual([{ name: 'x' }])
})

onSubject('local')(
  'a rollback and an undo are about what they change',
  async ({ subject: { ref }, bench: { service, change } }) => {
    const { operationId = '' } = await change(ref, { description: 'Changed' })
    const head = await service.store.last(resourceOf(ref))
    const fieldsOf = async (patch: ChangeRequest['patch']) => {
      const wish = await prepareWish(service, { ...requestFor(service, ref, {}), patch }, head, 'o')
      return wish.fields
    }
    expect(await fieldsOf({ kind: 'rollback', to: 0, allowPartial: false })).toEqual([
      'description',
    ])
    expect(await fieldsOf({ kind: 'undo', operationId, allowPartial: false })).toEqual([
      'description',
    ])
  },
)

it('a lease, a suspension, a rollback and an undo are prepared by their own rules', async () => {
  const { expiresAt: _, actor: __, ...taken } = LEASE
  const lease = await wishOf({ kind: 'lease', ...taken, seconds: 60 })
  expect(lease.over({ urls: [] })).toMatchObject({
    patch: { fields: { callbacks: { add: [LEASE.value] } } },
    aim: { action: 'lease' },
  })
  const suspend = await wishOf({ kind: 'suspension', suspended: true, allowPartial: false })
  expect(suspend.over({ grants: ['code'] })).toMatchObject({
    next: { grants: [] },
    aim: { action: 'suspend', becomes: { suspended: { operations: ['operation'] } } },
  })
  const rollback = await wishOf({ kind: 'rollback', to: 0, allowPartial: false })
  expect(rollback.fields).toEqual([])
  const undo = wishOf({ kind: 'undo', operationId: 'none', allowPartial: false })
  await expect(undo).rejects.toMatchObject({ code: 'not_restorable' })
})

describe('planning', () => {
  const merge = (fields: object) =>
    ({ kind: 'merge', fields }) as ChangeRequest['patch'] & { kind: 'merge' }
  const none = [undefined, undefined] as const

  it('takes a setting that no one knows where the client had it before, and nowhere else', () => {
    const patch = merge({ providerSettings: { tomorrow: 1 } })
    const wanted = { patch, warnings: [] }
    expect(() => planWanted(mapping, {}, wanted, none)).toThrow(
      expect.objectContaining({ code: 'unknown_field' }),
    )
    const cleared = { cleared: ['tomorrow'] }
    expect(planWanted(mapping, {}, wanted, [cleared, cleared]).next).toEqual({ tomorrow: 1 })
    const restores = [{ tomorrow: 0 }]
    expect(planWanted(mapping, {}, { ...wanted, restores }, none).next).toEqual({ tomorrow: 1 })
  })

  it('goes by what holds before a patch, and after a record that is wanted', () => {
    const suspended = { suspended: { since: 1, operations: [] } }
    const off = { name: 'x', grants: [] }
    const disabled = mappingOf(
      { ...rows, disabled: flag('off', false) },
      { suspension: mapping.suspension as never },
    )
    const patch = { patch: merge({ disabled: true }), warnings: [] }
    expect(planWanted(disabled, off, patch, [suspended, undefined]).unchanged).toBe(true)
    expect(planWanted(disabled, off, patch, [undefined, suspended]).unchanged).toBe(false)
    expect(planWanted(disabled, off, patch, [{}, suspended]).unchanged).toBe(false)
    const record = { next: { ...off, name: 'y' }, warnings: [] }
    expect(planWanted(mapping, off, record, [undefined, suspended])).toMatchObject({
      next: { name: 'y', grants: [] },
      unchanged: false,
    })
  })

  it('leaves broken what was broken in an earlier record that is wanted again', () => {
    const ruled = {
      ...mapping,
      rules: [
        {
          field: 'client.grantTypes',
          says: 'A client needs a grant type.',
          holds: ({ grants }: { readonly grants?: unknown }) =>
            Array.isArray(grants) && grants.length > 0,
        },
      ],
    }
    const wanted = { next: { grants: [] }, warnings: [] }
    const base = { grants: ['code'] }
    expect(() => planWanted(ruled, base, wanted, none)).toThrow('A client needs a grant type.')
    const before = [{ grants: [] }]
    expect(planWanted(ruled, base, { ...wanted, before }, none).next).toEqual({ grants: [] })
  })
})
