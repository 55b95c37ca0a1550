/** G2: the checker of histories: it accepts what has an order, and finds what has none. */

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../property.ts'
import { linearization, type Operation, type State } from './linearizability.ts'

const START: State = { name: 'start', callbacks: [] }

const add = (name: string, invoked: number, returned: number, answer: Operation['answer']) => ({
  name,
  invoked,
  returned,
  add: { callbacks: [name] },
  answer,
})
const rename = (name: string, invoked: number, returned: number, answer: Operation['answer']) => ({
  name,
  invoked,
  returned,
  set: { name },
  answer,
})
const read = (name: string, invoked: number, returned: number, answer: State) => ({
  name,
  invoked,
  returned,
  answer,
})
const callbacks = (...values: readonly string[]): State => ({ ...START, callbacks: values })
const named = (name: string): State => ({ ...START, name })

describe('a history with an order', () => {
  it('may have none of it in common with the order of the calls', () => {
    const history = [
      add('a', 0, 10, callbacks('a', 'b')),
      add('b', 5, 10, callbacks('b')),
      read('r', 11, 12, callbacks('b', 'a')),
    ]
    expect(linearization(START, history)).toEqual(['b', 'a', 'r'])
  })

  it('may have a change of unknown outcome in it, or not', () => {
    const lost = rename('lost', 0, 1, 'unknown')
    expect(linearization(START, [lost, read('r', 2, 3, named('lost'))])).toEqual(['lost', 'r'])
    expect(linearization(START, [lost, read('r', 2, 3, START)])).toEqual(['r'])
  })

  it('may let a change of unknown outcome land long after its caller gave up', () => {
    const history = [
      rename('lost', 0, 1, 'unknown'),
      read('r1', 2, 3, START),
      read('r2', 4, 5, named('lost')),
    ]
    expect(linearization(START, history)).toEqual(['r1', 'lost', 'r2'])
  })

  it('takes lists as sets', () => {
    const history = [
      add('a', 0, 1, callbacks('a')),
      add('b', 2, 3, callbacks('b', 'a')),
      read('r', 4, 5, callbacks('a', 'b')),
    ]
    expect(linearization(START, history)).toEqual(['a', 'b', 'r'])
  })
})

describe('a history without an order', () => {
  it('has lost an update', () => {
    const history = [
      add('a', 0, 10, callbacks('a')),
      add('b', 0, 10, callbacks('b')),
      read('r', 11, 12, callbacks('b')),
    ]
    expect(linearization(START, history)).toBeUndefined()
  })

  it('has read what was not there yet', () => {
    const history = [read('r', 0, 1, named('new')), rename('new', 2, 3, named('new'))]
    expect(linearization(START, history)).toBeUndefined()
  })

  it('has read what was gone', () => {
    const history = [rename('new', 0, 1, named('new')), read('r', 2, 3, START)]
    expect(linearization(START, history)).toBeUndefined()
  })

  it('has forgotten a change that is in force for certain', () => {
    const history = [rename('new', 0, 1, 'done'), read('r', 2, 3, START)]
    expect(linearization(START, history)).toBeUndefined()
  })

  it('has let a change of unknown outcome come and go', () => {
    const history = [
      rename('lost', 0, 1, 'unknown'),
      read('r1', 2, 3, named('lost')),
      read('r2', 4, 5, START),
    ]
    expect(linearization(START, history)).toBeUndefined()
  })
})

/** Changes that overlap, in some order, each answered what that order gives, and a read at the end. */
const histories = fc
  .uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), from: fc.nat(50), to: fc.nat(50) }), {
    selector: ({ name }) => name,
    minLength: 2,
    maxLength: 12,
  })
  .map((changes) => {
    const held: string[] = []
    const history = changes.map(({ name, from, to }, index) => {
      held.push(name)
      // Each took effect at `100 * index`, in the middle of its time.
      const moment = 100 * index
      return add(name, moment - from, moment + to, callbacks(...held))
    })
    return [...history, read('the end', 100 * changes.length, 1e9, callbacks(...held))]
  })

it('accepts every history made from an order, however it is listed', () => {
  const listed = histories.chain((history) =>
    fc.shuffledSubarray(history, { minLength: history.length }),
  )
  fc.assert(
    fc.property(listed, (history) => linearization(START, history) !== undefined),
    { numRuns: runs() },
  )
})

it('finds a lost update in every history, however it is listed', () => {
  const spoiled = histories
    .chain((history) =>
      fc.tuple(
        fc.shuffledSubarray(history, { minLength: history.length }),
        fc.nat(history.length - 2).map((index) => history[index]?.name),
      ),
    )
    .map(([history, victim]) =>
      // The answers of all who came later, the read at the end with them, do not hold its value.
      history.map((operation) => {
        const { answer } = operation
        if (operation.name === victim || typeof answer === 'string') return operation
        const left = (answer.callbacks as readonly string[]).filter((value) => value !== victim)
        return { ...operation, answer: callbacks(...left) }
      }),
    )
  fc.assert(
    fc.property(spoiled, (history) => linearization(START, history) === undefined),
    { numRuns: runs() },
  )
})

it('is quick where a hundred changes are under way at once', () => {
  const held: string[] = []
  const history = Array.from({ length: 100 }, (_, index) => {
    held.push(`value-${index}`)
    return add(`value-${index}`, 0, 1_000, callbacks(...held))
  })
  const unknown = Array.from({ length: 10 }, (_, n) => add(`lost-${n}`, 0, 1, 'unknown'))
  const order = linearization(START, [...unknown, ...history.reverse()])
  expect(order).toEqual(held)
})
