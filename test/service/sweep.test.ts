/** G7: a sweep settles each open intent once, before all callers, and none of them keeps those of others waiting. */

import { expect } from 'vitest'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { Claim } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createClient } from '../../src/service/life/create.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'
import { dyingAt } from './dying.ts'

let emulator: Auth0Emulator
let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
})

/** One tenant under several names, which are several providers for a sweep. */
function service(): Service {
  const [provider] = bench.service.providers.values()
  if (provider === undefined) throw new TypeError('no provider')
  return {
    ...bench.service,
    providers: new Map(['auth0', 'second', 'third'].map((name) => [name, provider])),
  }
}

const nameOf = (provider: string, id: string) => `${provider}/${id}`

/** A change of a client that its process has left open. */
async function leaveOpen(provider: string, id: string): Promise<string> {
  emulator.put({ ...fullAuth0Client, client_id: id })
  const request = requestFor(service(), { provider, id }, { name: 'Lost' })
  await dyingAt(service(), 'intent recorded', (dying) => changeClient(dying, request))
  return nameOf(provider, id)
}

/** A creation that its process has left open. */
async function leaveCreationOpen(): Promise<void> {
  const { ref: _, ...request } = requestFor(service(), { provider: 'auth0', id: '' }, {})
  const patch = parseMergePatch({ name: 'Made' })
  const creation = { ...request, patch, place: { provider: 'auth0' }, kind: 'web' } as const
  await dyingAt(service(), 'intent recorded', (dying) => createClient(dying, creation))
}

interface Turn {
  readonly claim: Claim
  /** Those that were running when it began. */
  readonly beside: readonly string[]
}

/** The same, an hour later, and the turns that a sweep takes; each ends as late as it may. */
function observed(at = Date.now() + 3_600_000) {
  const turns: Turn[] = []
  const running = new Set<string>()
  const swept = sweep({
    ...service(),
    now: () => at,
    sleep: async () => {},
    turns: {
      take: async (claim, work) => {
        turns.push({ claim, beside: [...running] })
        running.add(claim.key)
        return work().finally(() => running.delete(claim.key))
      },
    },
  })
  return { swept, turns, at }
}

it('settles each once, in a turn before all callers, with time to wait and to read', async () => {
  await leaveOpen('auth0', 'one')
  const { swept, turns, at } = observed()
  expect(await swept).toEqual({ settled: 1, left: 0 })
  expect(turns.map(({ claim }) => claim)).toEqual([
    {
      key: expect.stringContaining('one'),
      caller: 'sweep',
      deadline: at + bench.service.upstreamTimeoutMs + 30_000,
      first: true,
    },
  ])
})

it('begins with an intent when its time is over, and not before', async () => {
  await leaveOpen('auth0', 'one')
  const [intent] = await bench.service.store.openIntents()
  const deadline = intent?.deadline ?? 0
  const early = observed(deadline - 1)
  expect(await early.swept).toEqual({ settled: 0, left: 0 })
  expect(early.turns).toEqual([])
  expect(await observed(deadline).swept).toEqual({ settled: 1, left: 0 })
})

it('goes through the changes of one provider one after the other, and through providers at once', async () => {
  for (const id of ['one', 'two']) await leaveOpen('auth0', id)
  await leaveOpen('second', 'three')
  await leaveOpen('third', 'four')
  const { swept, turns } = observed()
  expect(await swept).toEqual({ settled: 4, left: 0 })
  expect(turns).toHaveLength(4)
  const besideOf = (id: string) =>
    turns.find(({ claim }) => claim.key.includes(id))?.beside.filter((key) => !key.includes(id))
  const first = besideOf('one')?.length === 0 ? 'one' : 'two'
  expect(first).toBe('one')
  expect(besideOf('two')?.some((key) => key.includes('one'))).toBe(false)
  expect(besideOf('three')).toHaveLength(1)
  expect(besideOf('four')).toHaveLength(2)
})

it('goes through creations at once, beside changes of the same provider', async () => {
  await leaveCreationOpen()
  await leaveCreationOpen()
  await leaveOpen('auth0', 'one')
  const { swept, turns } = observed()
  // A creation that is lost is looked for by a second sweep, later.
  expect(await swept).toEqual({ settled: 1, left: 2 })
  expect(turns.map(({ beside }) => beside.length).sort()).toEqual([0, 1, 2])
})
