/**
 * G5, G7 on real servers: `kill -9` of a server of Clientry at sampled places of a change, and of Keycloak and Hydra during
 * an update. Every change gets its outcome, and what is in force is what the history says.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resourceOf } from '../../src/store/resource.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import type { Front, Stage } from '../peers/front.ts'
import { CHOSEN } from './chosen.ts'
import { measured } from './figures.ts'
import { type Instances, startInstances } from './instances.ts'
import { ENDPOINTS } from './table.ts'
import type { World } from './world.ts'
import { LASTING, type Lasting, WORLDS } from './worlds.ts'

const at = (name: string | number) => `https://app.example.com/${name}`

/** Short, so that what a dead process left open is settled soon. */
const LIMITS = { limits: { deadlineMs: 4_000, upstreamTimeoutMs: 1_500 } }

interface Place {
  readonly stage: Stage
  readonly call: RegExp
  /** Whether the call gets to the server all the same. */
  readonly passes: boolean
}

const READ = /^GET .*\{id\}$/
const WRITE = /^(PUT|PATCH) .*\{id\}$/
const PLACES: readonly Place[] = [
  { stage: 'answered', call: READ, passes: true },
  { stage: 'come', call: WRITE, passes: false },
  { stage: 'come', call: WRITE, passes: true },
  { stage: 'answered', call: WRITE, passes: true },
]

const chosen = ENDPOINTS.filter(({ server }) => server === CHOSEN)

/** Does something at the first call that is at such a place. */
function once(front: Front, { stage, call, passes }: Place, work: () => Promise<unknown>) {
  return new Promise<void>((done) => {
    front.meet(async (now, operation) => {
      if (now !== stage || !call.test(operation)) return
      front.meet()
      await work()
      done()
      if (!passes) throw new Error('The call is lost.')
    })
  })
}

/** Makes changes until one of their calls is at such a place: what was there before may have ended the first. */
async function until(
  front: Front,
  place: Place,
  change: () => Promise<unknown>,
  work: () => Promise<unknown>,
): Promise<void> {
  let isReached = false
  const done = once(front, place, () => {
    isReached = true
    return work()
  })
  while (!isReached) await change()
  await done
}

/** Another change, until it is in force: by that everything that is open is settled. */
async function settle(instances: Instances, world: World, id: string, url: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const answer = await instances.add(0, id, url)
        if (answer?.body.code === 'client_gone' || answer?.body.code === 'change_unresolved') {
          // The answer that was lost had the token (docs/providers/rfc7592.md, "Tokens").
          const token = world.tokenOf?.(id)
          if (token !== undefined) await instances.adopt({ id, party: { id }, token })
        }
        return answer?.status
      },
      { timeout: 90_000, interval: 200 },
    )
    .toBe(200)
}

/** The history is whole, and says what is in force; gives how many changes it has. */
async function judge({ store }: Instances, world: World, id: string): Promise<number> {
  const log = createSqliteStore(await openDatabase(store.path))
  try {
    expect(await log.openIntents()).toEqual([])
    const entries = await log.entries(resourceOf({ ...world.place, id }))
    const closings = new Map(
      entries.flatMap((entry) => (entry.kind === 'outcome' ? [[entry.operationId, entry]] : [])),
    )
    const intents = entries.flatMap((entry) => (entry.kind === 'intent' ? [entry] : []))
    const applied = intents.flatMap(({ operationId, changes }) => {
      const closing = closings.get(operationId)
      expect(closing?.outcome).toMatch(/^(applied|not_applied)$/)
      return closing?.outcome === 'applied' ? (changes[0]?.added ?? []) : []
    })
    const held = (await world.callbacks(id)).filter((url) => url !== at('callback'))
    expect(new Set(held)).toEqual(new Set(applied))
    return intents.filter(({ action }) => action === undefined).length
  } finally {
    await log.close()
  }
}

describe.each(chosen)('a server of Clientry that is killed, at $name', ({ kind }) => {
  let world: World
  let instances: Instances

  beforeAll(async () => {
    world = await WORLDS[kind]()
    instances = await startInstances(world, 1, LIMITS)
  })
  afterAll(async () => {
    await instances?.close()
    await world?.close()
  })

  it('leaves nothing open, and a history that says what is in force', async (context) => {
    const { front } = world
    const ids: string[] = []
    for (const [index, place] of PLACES.entries()) {
      const id = await newClient(world, instances)
      ids.push(id)
      if (front === undefined) {
        // Nothing is sent: any moment among the answers to some changes will do.
        const changes = [0, 1, 2, 3].map((one) => instances.add(0, id, at(one)))
        await changes[index]
        await instances.kill(0)
        await Promise.all(changes)
      } else {
        await until(
          front,
          place,
          () => instances.add(0, id, at('killed')),
          () => instances.kill(0),
        )
      }
      await instances.restart(0)
    }
    const changes = await settled(instances, world, ids)
    const value = `Clientry ${ids.length} x: ${changes} of ${changes} changes settled`
    measured(context, { kind, figure: 'kills', value })
  })
})

const open = CHOSEN === undefined ? undefined : LASTING[CHOSEN]

/** Longer than it takes to have a change at each place: none is given up before the kill. */
const PATIENT = { limits: { deadlineMs: 20_000, upstreamTimeoutMs: 10_000 } }

/** How long before the kill a write is passed on (milliseconds): it dies with the server, or is applied before. */
const ON_ITS_WAY_MS = [1, 3, 9]

describe.skipIf(open === undefined)('the server itself, killed during updates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-killed-'))
  const endpoints: Endpoint[] = []
  let lasting: Lasting
  beforeAll(async () => {
    if (open === undefined) return
    lasting = await open(folder)
    for (const [kind, world] of Object.entries(lasting.worlds)) {
      endpoints.push({ kind, world, instances: await startInstances(world, 1, PATIENT) })
    }
  })
  afterAll(async () => {
    for (const { instances } of endpoints) await instances.close()
    await lasting?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('leaves every change settled, as the server then has it', async (context) => {
    const held: Held[] = []
    for (const endpoint of endpoints) {
      for (const place of PLACES.filter(({ call }) => call === WRITE)) {
        const delays = place.stage === 'come' && place.passes ? ON_ITS_WAY_MS : [undefined]
        for (const beforeMs of delays) held.push(await hold(endpoint, place, beforeMs))
      }
    }
    // The server is killed once, amid a change of a client of its own at each place of each endpoint.
    const longest = Math.max(...ON_ITS_WAY_MS)
    for (const { beforeMs, release } of held) {
      if (beforeMs !== undefined) void after(longest - beforeMs).then(release)
    }
    await after(longest)
    await lasting.restart()
    // What was not on its way goes on by then: cut, or with an answer of the one that died.
    for (const { release } of held) release()
    await Promise.all(held.map(({ ended }) => ended))
    for (const { kind, world, instances } of endpoints) {
      const ids = held.flatMap((one) => (one.endpoint.kind === kind ? [one.id] : []))
      const changes = await settled(instances, world, ids)
      const value = `the server 1 x, amid ${ids.length} changes: ${changes} of ${changes} changes settled`
      measured(context, { kind, figure: 'kills', value })
    }
  })
})

interface Endpoint {
  readonly kind: string
  readonly world: World
  readonly instances: Instances
}

/** A change whose call is at a place, and stays there until it is released. */
interface Held {
  readonly endpoint: Endpoint
  readonly id: string
  /** Absent: the call is not passed on before the kill. */
  readonly beforeMs: number | undefined
  release(): void
  readonly ended: Promise<void>
}

async function hold(endpoint: Endpoint, place: Place, beforeMs?: number): Promise<Held> {
  const { world, instances } = endpoint
  const { front } = world
  if (front === undefined) throw new TypeError('nothing is sent')
  const id = await newClient(world, instances)
  let release = () => {}
  const released = new Promise<void>((done) => {
    release = done
  })
  let ended = Promise.resolve()
  await new Promise<void>((arrived) => {
    const add = () => instances.add(0, id, at('killed'))
    ended = until(front, place, add, () => {
      arrived()
      return released
    })
  })
  return { endpoint, id, beforeMs, release, ended }
}

/** A client of its own for each kill: what was left open of one is settled while others are killed. */
async function newClient(world: World, instances: Instances): Promise<string> {
  made += 1
  const client = await world.make(`killed-${made}`, [at('callback')])
  await instances.adopt(client)
  return client.id
}
let made = 0

/** Settles every one of the clients, and gives how many changes they have. */
async function settled(instances: Instances, world: World, ids: readonly string[]) {
  await Promise.all(ids.map((id) => settle(instances, world, id, at('after'))))
  const counts = await Promise.all(ids.map((id) => judge(instances, world, id)))
  return counts.reduce((sum, count) => sum + count, 0)
}
