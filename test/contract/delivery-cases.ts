/** What webhooks rely on, as one suite for all stores: at least once, in the order of each client, by one server at a time. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WAITS_MS } from '../../src/service/approval/request-states.ts'
import type { ClientEvent } from '../../src/service/notify/client-event.ts'
import { deliverTo } from '../../src/service/notify/deliver.ts'
import type { Notifying, Sent } from '../../src/service/notify/webhook.ts'
import { deliveryResource } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { createTally, runs } from '../property.ts'
import type { StoreBench, StoreSubject } from './store.ts'

const clientLog = (id: string) => JSON.stringify(['auth0', null, id])
const TAKEN: Sent = { taken: true }
const REFUSED: Sent = { taken: false, why: '503' }

/** A receiver, and how a round of one server goes to it. */
function createReceiver(clock = { ahead: 0 }) {
  const events: ClientEvent[] = []
  let answer: (event: ClientEvent) => Sent = () => TAKEN
  const round = (store: Store, owner: string, more: { from?: string } = {}) => {
    const service: Notifying = {
      store,
      now: () => Date.now() + clock.ahead,
      providers: new Map(),
      seal: createSeal(Buffer.alloc(32)),
      requestsWaitMs: WAITS_MS,
    }
    const send = async (event: ClientEvent) => {
      const sent = answer(event)
      if (sent.taken) events.push(event)
      return sent
    }
    return deliverTo(service, { name: 'audit', send, ...more }, { owner })
  }
  return {
    events,
    round,
    /** Rounds until nothing is left. */
    all: async (store: Store, owner: string, more: { from?: string } = {}) => {
      while ((await round(store, owner, more)).more);
    },
    answerBy: (by: (event: ClientEvent) => Sent) => {
      answer = by
    },
    forward: (milliseconds: number) => {
      clock.ahead += milliseconds
    },
    /** The revisions of a client as they came, each the first time. */
    revisions: (id: string) => [
      ...new Set(
        events.filter(({ subject }) => subject === id).map(({ sequence }) => Number(sequence)),
      ),
    ],
  }
}

const change = async (store: Store, id: string, seq: number, at = Date.now()) => {
  const log = clientLog(id)
  await store.append(
    intentOf(log, seq, { at, changes: [{ field: 'callbacks', before: [], after: [] }] }),
  )
  await store.append(closingOf(log, seq + 1, { at }))
}

export function describeDelivery(subject: StoreSubject): void {
  describe('events for a webhook', () => {
    let bench: StoreBench
    let store: Store
    let receiver: ReturnType<typeof createReceiver>
    beforeEach(async () => {
      bench = await subject.open()
      store = bench.store
      receiver = createReceiver()
    })
    afterEach(() => bench.close())

    it('begin with what is recorded after the first round, and come once', async () => {
      await change(store, 'a', 1, Date.now() - 1_000)
      await receiver.all(store, 'one')
      expect(receiver.events).toEqual([])
      await change(store, 'a', 3)
      await store.append(outsideChangeOf(clientLog('b'), 1, { at: Date.now() }))
      await receiver.all(store, 'one')
      await receiver.all(store, 'two')
      expect(receiver.events.map(({ type, subject: id }) => [type, id]).sort()).toEqual([
        ['clientry.change', 'a'],
        ['clientry.outside_change', 'b'],
      ])
      const [event] = receiver.events.filter(({ subject: id }) => id === 'a')
      expect(event?.data).toMatchObject({
        outcome: 'applied',
        action: 'change',
        fields: ['callbacks'],
      })
    })

    it('write nothing where there is nothing to deliver', async () => {
      await receiver.all(store, 'one')
      const before = await store.last(deliveryResource('audit'))
      await receiver.all(store, 'one')
      expect(await store.last(deliveryResource('audit'))).toEqual(before)
    })

    it('come again until they are taken, and nothing of the same client overtakes them', async () => {
      await receiver.all(store, 'one')
      for (const seq of [1, 3, 5]) for (const id of ['a', 'b']) await change(store, id, seq)
      receiver.answerBy(({ subject: id, sequence }) =>
        id === 'a' && Number(sequence) === 4 ? REFUSED : TAKEN,
      )
      const round = await receiver.round(store, 'one')
      expect(round).toMatchObject({ failure: { why: '503' }, more: false })
      expect(receiver.revisions('a')).toEqual([2])
      receiver.answerBy(() => TAKEN)
      await receiver.all(store, 'one')
      expect(receiver.revisions('a')).toEqual([2, 4, 6])
      expect(receiver.revisions('b')).toEqual([2, 4, 6])
      expect(receiver.events).toHaveLength(6)
    })

    it('are delivered by one of two servers, each once', async () => {
      const other = await bench.another()
      await receiver.all(store, 'one')
      for (const seq of [1, 3]) for (const id of ['a', 'b', 'c']) await change(store, id, seq)
      await Promise.all([receiver.all(store, 'one'), receiver.all(other, 'two')])
      await receiver.all(other, 'two')
      expect(receiver.events).toHaveLength(6)
      for (const id of ['a', 'b', 'c']) expect(receiver.revisions(id)).toEqual([2, 4])
    })

    it('go on elsewhere after a server that died, in order', async () => {
      const other = await bench.another()
      await receiver.all(store, 'one')
      for (const seq of [1, 3, 5]) await change(store, 'a', seq)
      receiver.answerBy(({ sequence }) => {
        if (Number(sequence) === 4) throw new TypeError('died')
        return TAKEN
      })
      await expect(receiver.round(store, 'one')).rejects.toThrow('died')
      receiver.answerBy(() => TAKEN)
      await receiver.all(other, 'two')
      expect(receiver.revisions('a')).toEqual([2])
      receiver.forward(61_000)
      await receiver.all(other, 'two')
      expect(receiver.revisions('a')).toEqual([2, 4, 6])
    })

    it('of a creation come before those of the client', async () => {
      await receiver.all(store, 'one')
      const making = clientLog('+operation')
      const at = Date.now()
      await store.append(intentOf(making, 1, { at, action: 'create' }))
      await store.append(closingOf(making, 2, { at, created: 'a' }))
      await change(store, 'a', 1)
      await receiver.all(store, 'one')
      expect(receiver.events.map(({ subject: id, data }) => [id, data.action])).toEqual([
        ['a', 'create'],
        ['a', 'change'],
      ])
    })

    it('are delivered again from a time on, once for each time that is named', async () => {
      const start = Date.now()
      await receiver.all(store, 'one')
      await change(store, 'a', 1, start)
      const from = new Date(start + 1).toISOString()
      await change(store, 'a', 3, start + 2)
      await receiver.all(store, 'one')
      receiver.events.length = 0
      await receiver.all(store, 'one', { from })
      expect(receiver.revisions('a')).toEqual([4])
      await receiver.all(store, 'one', { from })
      expect(receiver.events).toHaveLength(1)
      await receiver.all(store, 'one', { from: '2020-01-01T00:00:00Z' })
      expect(receiver.revisions('a')).toEqual([4, 2])
    })

    it('are never lost or out of order, whatever refuses, dies and takes over', async () => {
      const other = await bench.another()
      const step = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('change' as const),
            id: fc.constantFrom('a', 'b', 'c'),
          }),
        },
        {
          weight: 3,
          arbitrary: fc.record({
            kind: fc.constant('round' as const),
            server: fc.constantFrom('one', 'two'),
            /** What becomes of the events that it sends. */
            answers: fc.array(fc.constantFrom('taken', 'taken', 'refused', 'dies'), {
              maxLength: 4,
            }),
          }),
        },
        { weight: 1, arbitrary: fc.constant({ kind: 'later' as const }) },
      )
      let world = 0
      const clock = { ahead: 0 }
      const tally = createTally(`events on ${subject.name}`)
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
          world += 1
          const names = new Map(['a', 'b', 'c'].map((id) => [id, `${id}-${world}`]))
          const next = new Map<string, number>()
          const one = createReceiver(clock)
          // All of them have one webhook: the position of the one before goes on.
          await one.all(store, 'one')
          for (const each of steps) {
            if (each.kind === 'later') one.forward(61_000)
            if (each.kind === 'change') {
              const id = names.get(each.id) ?? ''
              const seq = next.get(id) ?? 1
              next.set(id, seq + 2)
              await change(store, id, seq)
            }
            if (each.kind !== 'round') continue
            const answers = [...each.answers]
            one.answerBy(() => {
              const answer = answers.shift() ?? 'taken'
              if (answer === 'dies') throw new TypeError('died')
              return answer === 'refused' ? REFUSED : TAKEN
            })
            const server = each.server === 'one' ? store : other
            await one.round(server, each.server).catch((error: Error) => {
              expect(error.message).toBe('died')
            })
          }
          one.answerBy(() => TAKEN)
          one.forward(61_000)
          await one.all(store, 'one')
          tally.add(
            steps.some(({ kind }) => kind === 'round') ? 'with rounds between' : 'one round',
          )
          for (const [id, end] of next) {
            const all = Array.from({ length: (end - 1) / 2 }, (_, index) => 2 * index + 2)
            expect(one.revisions(id)).toEqual(all)
          }
        }),
        { numRuns: runs(30, 2) },
      )
      tally.print()
    })
  })
}
