/**
 * Leases against a model that knows two things only: what someone has put into the list by hand, and who
 * has a lease until when. Random takings, endings, patches, changes at the provider and passing time.
 */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { openBench, requestFor } from '../contract/service.ts'
import { SUBJECTS } from '../contract/subjects.ts'
import { patience, runs } from '../property.ts'

/** A client with the code flow needs one. */
const ALWAYS = 'https://app.example/always'
const OWN = 'https://app.example/cb'
const VALUES = [OWN, 'https://a.preview.example/cb', 'https://b.preview.example/cb'] as const
const OWNERS = ['pr-1', 'pr-2'] as const

const value = fc.constantFrom(...VALUES)
const owner = fc.constantFrom(...OWNERS)
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('take'),
      value,
      owner,
      seconds: fc.constantFrom(10, 30),
    }),
  },
  fc.record({ kind: fc.constant('end'), owner }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass'), seconds: fc.constantFrom(5, 15, 40) }),
  },
  fc.record({ kind: fc.constant('add'), value }),
  fc.record({ kind: fc.constant('remove'), value }),
  fc.record({
    kind: fc.constant('whole'),
    values: fc.subarray([...VALUES]),
    spelled: fc.constantFrom('merge patch', 'JSON Patch'),
  }),
  fc.record({ kind: fc.constant('whole as read') }),
  fc.record({ kind: fc.constant('other field') }),
  fc.record({ kind: fc.constant('outside add'), value }),
  fc.record({ kind: fc.constant('outside remove'), value }),
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

interface Held {
  readonly value: string
  readonly owner: string
  readonly until: number
}

/** What there is to be. `byHand` is in the list whatever leases do. */
interface Model {
  readonly byHand: Set<string>
  readonly present: Set<string>
  leases: readonly Held[]
  /** Seconds. */
  now: number
}

function drop(model: Model, ends: (lease: Held) => boolean): void {
  const ended = model.leases.filter(ends)
  model.leases = model.leases.filter((lease) => !ends(lease))
  for (const { value } of ended) {
    const held = model.leases.some((lease) => lease.value === value)
    if (!held && !model.byHand.has(value)) model.present.delete(value)
  }
}

/** Every change of ours lets go of leases without a value. */
const settle = (model: Model) => {
  model.leases = model.leases.filter((lease) => model.present.has(lease.value))
}

function byHand(model: Model, values: readonly string[], on: boolean): void {
  for (const value of values) {
    if (on) {
      model.byHand.add(value)
      model.present.add(value)
    } else {
      model.byHand.delete(value)
      model.present.delete(value)
    }
  }
}

/** Moves the model on; `undefined`: the command makes no sense now. */
function expected(model: Model, command: Command): Model | undefined {
  switch (command.kind) {
    case 'take': {
      const { value, owner, seconds } = command
      model.leases = [
        ...model.leases.filter((lease) => lease.value !== value || lease.owner !== owner),
        { value, owner, until: model.now + seconds },
      ]
      model.present.add(value)
      break
    }
    case 'end':
      drop(model, ({ owner }) => owner === command.owner)
      break
    case 'pass': {
      model.now += command.seconds
      if (!model.leases.some(({ until }) => until <= model.now)) return model
      drop(model, ({ until }) => until <= model.now)
      break
    }
    case 'add':
      byHand(model, [command.value], true)
      break
    case 'remove':
      byHand(model, [command.value], false)
      break
    case 'whole': {
      const fresh = command.values.filter((one) => !model.present.has(one))
      byHand(
        model,
        VALUES.filter((one) => !command.values.includes(one)),
        false,
      )
      byHand(model, fresh, true)
      break
    }
    case 'outside add': {
      // Taken out and put in again before anyone looked: it looks like what was never touched.
      if (model.leases.some(({ value }) => value === command.value)) return undefined
      byHand(model, [command.value], true)
      return model
    }
    case 'outside remove':
      byHand(model, [command.value], false)
      return model
  }
  settle(model)
  return model
}

const local = SUBJECTS.find(({ name }) => name === 'local')

it(
  'is as the model says, after each step',
  async () => {
    if (local === undefined) throw new TypeError('no local provider')
    let steps = 0
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 3, maxLength: 14 }), async (commands) => {
        const subject = await local.start()
        const bench = await openBench(new Map([['it', subject.provider]]))
        const write = (list: readonly string[]) =>
          subject.put({ ...subject.stored(), [local.callbacks]: [...list] })
        const list = () => subject.stored()[local.callbacks] as readonly string[]
        try {
          await write([ALWAYS, OWN])
          const started = Date.now()
          const model: Model = {
            byHand: new Set([ALWAYS, OWN]),
            present: new Set([ALWAYS, OWN]),
            leases: [],
            now: 0,
          }
          const service = { ...bench.service, now: () => started + model.now * 1_000 }
          const change = (patch: ChangeRequest['patch']) =>
            changeClient(service, {
              ...requestFor(service, subject.ref, {}),
              patch,
              deadline: service.now() + 10_000,
            })
          const patch = (client: object) => change(parseMergePatch(client as never))
          const whole = ({ spelled }: Command & { kind: 'whole' }, value: string[]) =>
            spelled === 'merge patch'
              ? patch({ callbacks: value })
              : change(parseJsonPatch([{ op: 'add', path: '/callbacks', value }]))
          const carry = async (command: Command): Promise<unknown> => {
            switch (command.kind) {
              case 'take':
                return change({ ...command, kind: 'lease', field: 'callbacks' })
              case 'end':
                return change({ kind: 'end_lease', ends: (one) => one.owner === command.owner })
              case 'pass':
                return carryOutDue(service, new Map())
              case 'add':
                return patch({ callbacks: { add: [command.value] } })
              case 'remove':
                return patch({ callbacks: { remove: [command.value] } })
              case 'whole':
                return whole(command, [ALWAYS, ...command.values])
              case 'whole as read':
                return patch({ callbacks: list() })
              case 'other field':
                return patch({ name: `Name ${steps}` })
              case 'outside add':
                return write([...new Set([...list(), command.value])])
              case 'outside remove':
                return write(list().filter((one) => one !== command.value))
            }
          }
          for (const command of commands) {
            if (expected(model, command) === undefined) continue
            steps += 1
            await carry(command)
            expect(new Set(list()), JSON.stringify(command)).toEqual(model.present)
            const last = await bench.service.store.last(resourceOf(subject.ref))
            const leases = (last?.standing?.leases ?? []).map((one) => `${one.value} ${one.owner}`)
            expect(leases.sort(), JSON.stringify(command)).toEqual(
              model.leases.map((one) => `${one.value} ${one.owner}`).sort(),
            )
          }
        } finally {
          await bench.close()
          await subject.close()
        }
      }),
      { numRuns: runs(60) },
    )
    // 60 runs of 3 to 14 commands, of which few make no sense: 200 is 10 standard deviations below the mean.
    expect(steps).toBeGreaterThan(200)
  },
  patience(120_000),
)
