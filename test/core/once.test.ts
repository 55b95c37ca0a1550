/** What follows from an object is worked out once for it. */

import { expect, it } from 'vitest'
import { once, onceForBoth } from '../../src/core/once.ts'

it('a function of one object runs once for each, also where it gives nothing', () => {
  const seen: object[] = []
  const of = once((key: object) => {
    seen.push(key)
  })
  const [one, other] = [{}, {}]
  for (const key of [one, other, one, other]) expect(of(key)).toBeUndefined()
  expect(seen).toEqual([one, other])
  expect(seen[0]).toBe(one)
})

it('a function of two objects runs once for each pair', () => {
  let runs = 0
  const of = onceForBoth((key: { name: string }, record: { id: string }) => {
    runs += 1
    return `${key.name} ${record.id}`
  })
  const [a, b] = [{ name: 'a' }, { name: 'b' }]
  const [x, y] = [{ id: 'x' }, { id: 'y' }]
  const all = () => [of(a, x), of(a, y), of(b, x), of(b, y)]
  expect(all()).toEqual(['a x', 'a y', 'b x', 'b y'])
  expect(all()).toEqual(['a x', 'a y', 'b x', 'b y'])
  expect(runs).toBe(4)
})

it('a result is shared with another record, whether it is there already or not', () => {
  let runs = 0
  const of = onceForBoth((key: { name: string }, record: { id: string }) => {
    runs += 1
    return { text: `${key.name} ${record.id}` }
  })
  const [key, other, one, alike] = [{ name: 'a' }, { name: 'b' }, { id: 'x' }, { id: 'x' }]
  of.share(key, one, alike)
  expect(of(key, alike)).toBe(of(key, one))
  expect(runs).toBe(1)
  expect(of(other, alike)).not.toBe(of(other, one))
})
