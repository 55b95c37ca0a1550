/**
 * The promise on real servers, each asked in the same way: callbacks that are added at once, a foreign write between our
 * read and our write, and the logins of a real relying party after a change. The figures go into docs/guarantees.md.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientRef } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { CHOSEN } from './chosen.ts'
import { counted, measured } from './figures.ts'
import { type Login, logIn } from './flow.ts'
import { type Instances, startInstances } from './instances.ts'
import { ENDPOINTS } from './table.ts'
import { providerOf, type World } from './world.ts'
import { WORLDS } from './worlds.ts'

const ADDERS = 20
const ROUNDS = 50
const at = (name: string) => `https://app.example.com/${name}`

const chosen = ENDPOINTS.filter(({ server }) => server === CHOSEN)

describe.each(chosen)('$name', ({ kind }) => {
  let world: World
  let instances: Instances
  let ids = 0

  beforeAll(async () => {
    world = await WORLDS[kind]()
    instances = await startInstances(world, 2)
  })
  afterAll(async () => {
    await instances?.close()
    await world?.close()
  })

  /** A client of its own for each test, known to the instances. */
  async function client(callbacks: readonly string[]) {
    ids += 1
    const made = await world.make(`client-${ids}`, callbacks)
    await instances.adopt(made)
    return made
  }

  it(`keeps all of ${ADDERS} callbacks that two instances add at once`, async (context) => {
    const urls = Array.from({ length: ADDERS }, (_, index) => at(`cb/${index}`))
    const [ours, theirs] = [await client([at('callback')]), await client([at('callback')])]
    const answers = await Promise.all(
      urls.map((url, index) => instances.add(index % 2, ours.id, url)),
    )
    const native = await Promise.all(urls.map((url) => world.addNatively(theirs, url)))
    const survivors = async (id: string) => {
      const held = await world.callbacks(id)
      return urls.filter((url) => held.includes(url)).length
    }
    const [kept, left] = [await survivors(ours.id), await survivors(theirs.id)]
    measured(context, { kind, figure: 'adders', value: `${kept} / ${left} (${counted(native)})` })
    expect(answers.map((answer) => answer?.status)).toEqual(urls.map(() => 200))
    expect(kept).toBe(ADDERS)
  })

  it('accepts an added callback and refuses a removed one in the code flow', async (context) => {
    const [before, after] = [at('before'), at('after')]
    const made = await client([before])
    const login = (url: string) => logIn(world.flow, made.party, url)
    expect([await login(before), await login(after)]).toEqual(['accepted', 'refused'])
    await instances.change(0, made.id, { callbacks: { add: [after], remove: [before] } })
    const changed = performance.now()
    const seen: [Login, Login][] = []
    let took = 0
    await expect
      .poll(
        async () => {
          const logins: [Login, Login] = [await login(before), await login(after)]
          took = performance.now() - changed
          seen.push(logins)
          return logins
        },
        { timeout: 60_000 },
      )
      .toEqual(['refused', 'accepted'])
    const when = seen.length === 1 ? 'with the next login' : `after ${Math.round(took)} ms`
    measured(context, { kind, figure: 'logins', value: when })
  })

  describe('beside a foreign writer', () => {
    let bench: Bench
    let provider: Provider
    beforeAll(async () => {
      const providers = new Map<string, Provider>()
      bench = await openBench(providers, { upstreamTimeoutMs: 10_000, ...instances.store })
      provider = await providerOf(world, bench)
      providers.set(world.place.provider, provider)
    })
    afterAll(() => bench?.close())

    /** Someone writes once we have read the client and recorded what we will do. */
    async function between(id: string, patch: object, write: () => unknown) {
      const { service } = bench
      const reached = async (point: CrashPoint) => {
        if (point === 'intent recorded') await write()
      }
      const request = requestFor(service, { ...world.place, id }, patch)
      return changeClient({ ...service, reached }, request)
    }

    it('sees what it wrote, or overwrites it in a window that is as long as the round trip', async (context) => {
      const { id } = await client([at('callback')])
      const patch = { callbacks: { add: [at('ours')] } }
      const { warnings } = await between(id, patch, () => world.setNatively(id, { name: 'Theirs' }))
      const isKept = (await world.name(id)) === 'Theirs'
      const isSeen = warnings.some(({ field }) => field === 'client.name')
      // What stands and is not seen, or is overwritten where only what changes is sent, breaks the promise.
      expect(isSeen).toBe(isKept)
      if (provider.mapping.omitted === 'keep') expect(isKept).toBe(true)
      const { id: other } = await client([at('callback')])
      await between(other, patch, () => world.setNatively(other, { callbacks: [at('theirs')] }))
      const lists = await world.callbacks(other)
      expect(lists).toContain(at('ours'))
      const window = await windowOf(bench, provider, {
        ...world.place,
        id: (await client([at('callback')])).id,
      })
      const how = isKept ? 'another setting: seen; the same list' : 'any setting'
      const value = `${how}: overwritten, in ${window} (median of ${ROUNDS})`
      measured(context, { kind, figure: 'foreign', value })
    })
  })
})

/** From the beginning of the read to the answer of the write. */
async function windowOf(bench: Bench, provider: Provider, ref: ClientRef): Promise<string> {
  const lengths: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    let began = 0
    const timed: Provider = {
      ...provider,
      read: (...args) => {
        if (began === 0) began = performance.now()
        return provider.read(...args)
      },
      steps: (...args) =>
        provider.steps(...args).map((step) => ({
          ...step,
          send: async (...sent) => {
            const answer = await step.send(...sent)
            lengths.push(performance.now() - began)
            return answer
          },
        })),
    }
    await changeClient(bench.service, {
      ...requestFor(bench.service, ref, { name: `Name ${round}` }),
      provider: timed,
    })
  }
  const sorted = lengths.toSorted((one, other) => one - other)
  return `${(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(1)} ms`
}
