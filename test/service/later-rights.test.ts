/**
 * What is done later in the name of a caller is judged by the grants of that day, where it takes away what others have: the
 * narrowing of a move, the end of a reaping. What takes away what the caller itself was given ends in any case.
 */

import { beforeEach, describe, expect } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import type { Grant } from '../../src/core/rights/limit.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { endOverLeases } from '../../src/service/lease/lease-end.ts'
import { goOnWithMoves } from '../../src/service/move/move-due.ts'
import { endReaping } from '../../src/service/reap/reap-end.ts'
import type { Grantee } from '../../src/store/log/actor.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

const OLD = 'https://app.example.com/callback'
const NEW = 'https://new.example.com/cb'
const MOVER = { subject: 'mover', issuer: 'https://issuer.example' }
const TOKEN = { scopes: ['team-a'], claims: { groups: ['a'] } }
const NOW = 1_900_000_000_000
const LOST = { code: 'insufficient_scope' }

let subject: Subject
let bench: Bench
let now: number
/** What the grants are today, and of whom they were asked. */
let grants: readonly Grant[]
let asked: Grantee[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  now = NOW
  grants = []
  asked = []
})

const service = (): Service => ({
  ...bench.service,
  now: () => now,
  grantsOf: (caller) => {
    asked.push(caller)
    return grants
  },
})
const change = (patch: ChangeRequest['patch'], more: Partial<ChangeRequest> = {}) =>
  changeClient(service(), {
    ...requestFor(bench.service, subject.ref, {}),
    deadline: now + 10_000,
    patch,
    ...more,
  })
const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
const due = async (provider: Provider = subject.provider) => ({
  ref: subject.ref,
  provider,
  standing: (await standing()) ?? {},
  deadline: now + 15_000,
})
const callbacks = () => subject.stored().redirect_uris as Json
const named = (...names: readonly string[]): Grant => ({
  grants: ['clients:write', 'clients:read'],
  only: { names },
})
const rename = (name: string) => subject.put({ ...subject.stored(), client_name: name })

describe('a move that is narrowed by itself', () => {
  /** At a provider that accepts at once and whose codes end at once. */
  const open = (): Provider => ({
    ...subject.provider,
    authorization: { codeSeconds: 0, waitSeconds: 0 },
  })
  const begin = async (more: object = {}) => {
    await rename('Ours')
    const patch = { kind: 'move', from: OLD, to: NEW, narrowAt: NOW + 1, token: TOKEN } as const
    await change({ ...patch, ...more }, { actor: MOVER })
    await goOnWithMoves(service(), await due(open()))
    expect((await standing())?.moves).toMatchObject([{ widened: { by: 'wait' } }])
    now = NOW + 1_000
  }
  const narrow = async () => goOnWithMoves(service(), await due(open()))

  it('is narrowed by the grants that its caller has then', async () => {
    await begin()
    grants = [named('Ours')]
    await narrow()
    expect(callbacks()).toEqual([NEW])
    expect(asked).toContainEqual({ ...MOVER, ...TOKEN })
  })

  it.each<[string, () => unknown]>([
    ['has no grant any more', () => {}],
    [
      'has a grant for other operations',
      () => {
        grants = [{ grants: ['clients:write'], only: { operations: ['getClient'] } }]
      },
    ],
    [
      'may only read',
      () => {
        grants = [{ grants: ['clients:read'], only: { names: ['Ours'] } }]
      },
    ],
    [
      'has a grant for clients of another name',
      async () => {
        grants = [named('Ours')]
        await rename('Theirs')
      },
    ],
    [
      'has a grant for other values',
      () => {
        grants = [
          {
            grants: ['clients:write'],
            only: { values: [{ pattern: 'https://new.example.com/**' }] },
          },
        ]
      },
    ],
  ])('keeps both redirect URIs where its caller %s', async (_, lose) => {
    await begin()
    await lose()
    await expect(narrow()).rejects.toMatchObject(LOST)
    expect(callbacks()).toEqual([OLD, NEW])
    expect((await standing())?.moves).toHaveLength(1)
    // Not even a day later it is taken for the move of a client that is gone.
    now = NOW + 10 * 86_400_000
    await expect(narrow()).rejects.toMatchObject(LOST)
    expect((await standing())?.moves).toHaveLength(1)
    grants = [named('Ours', 'Theirs')]
    await narrow()
    expect(callbacks()).toEqual([NEW])
  })

  it('is judged by the grants of the one who set its time last', async () => {
    await begin()
    const other = { subject: 'other', issuer: 'https://issuer.example' }
    const token = { scopes: ['team-b'] }
    const again = { kind: 'move', from: OLD, to: NEW, token } as const
    // The same again says nothing of the time.
    await change(again, { actor: other })
    expect((await standing())?.moves).toMatchObject([{ actor: MOVER, token: TOKEN }])
    await change({ ...again, narrowAt: now }, { actor: other })
    expect((await standing())?.moves).toMatchObject([{ actor: other, token }])
  })

  it('goes on as agreed where an earlier version began it', async () => {
    await begin({ token: undefined })
    await narrow()
    expect(callbacks()).toEqual([NEW])
    expect(asked).toEqual([])
  })
})

it('a lease ends whatever has become of the grant, and its value goes', async () => {
  const value = 'https://pr-1.preview.example.com/cb'
  const lease = { kind: 'lease', field: 'callbacks', value, owner: 'pr-1', seconds: 60 } as const
  await change(lease, { actor: MOVER })
  expect(callbacks()).toEqual([OLD, value])
  now = NOW + 60_000
  await rename('Theirs')
  await endOverLeases(service(), await due())
  expect(callbacks()).toEqual([OLD])
  expect((await standing())?.leases).toBeUndefined()
})

describe('the end of a reaping', () => {
  const JOB = { id: 'j1', submittedBy: MOVER }
  const reaping = {
    kind: 'suspension',
    suspended: true,
    allowPartial: false,
    reap: { job: JOB, graceMs: 5, ...TOKEN },
  } as const
  const REAPS: Grant = {
    grants: ['clients:suspend', 'clients:delete'],
    only: { names: ['Ours'] },
  }
  const isThere = () => {
    try {
      return subject.stored() !== undefined
    } catch {
      return false
    }
  }
  const end = async () => {
    const { removal } = (await standing()) ?? {}
    if (removal?.reap === undefined) throw new TypeError('no reaping')
    await endReaping(service(), await due(), { ...removal, reap: removal.reap })
  }

  it('removes the client by limited grants that cover it', async () => {
    await rename('Ours')
    await change(reaping, { actor: MOVER, job: JOB })
    grants = [REAPS]
    await end()
    expect(isThere()).toBe(false)
    expect(asked).toContainEqual({ ...MOVER, ...TOKEN })
  })

  it.each<[string, Grant]>([
    ['a limit does not cover the client', { ...REAPS, only: { names: ['Another'] } }],
    ['removing is not granted', { ...REAPS, grants: ['clients:suspend'] }],
    ['the grant is for other operations', { ...REAPS, only: { operations: ['createJob'] } }],
  ])('leaves it suspended where %s', async (_, grant) => {
    await rename('Ours')
    await change(reaping, { actor: MOVER, job: JOB })
    grants = [grant]
    await expect(end()).rejects.toMatchObject(LOST)
    expect(isThere()).toBe(true)
    expect((await standing())?.removal).toBeDefined()
    // One grant to remove it and another to suspend it are enough together.
    grants = [
      { grants: ['clients:suspend'], only: { names: ['Ours'] } },
      { grants: ['clients:delete'], only: { names: ['Ours'] } },
    ]
    await end()
    expect(isThere()).toBe(false)
  })
})
