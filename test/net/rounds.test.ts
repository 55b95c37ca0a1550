/** Work in rounds: none of it waits for the end of what others have added. */

import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createRounds, type Rank, type Rounds } from '../../src/net/rounds.ts'

it('does what was added in order, each once', async () => {
  const done: string[] = []
  const rounds = createRounds<string>((one) => done.push(one))
  for (const one of ['a', 'b', 'a', 'c']) rounds.add(one, 'new')
  expect(done).toEqual([])
  await expect.poll(() => done).toEqual(['a', 'b', 'c'])
  rounds.add('a', 'new')
  await expect.poll(() => done).toEqual(['a', 'b', 'c', 'a'])
})

it.each<[Rank, Rank]>([
  ['urgent', 'new'],
  ['urgent', 'further'],
  ['new', 'further'],
  ['new', 'urgent'],
  ['further', 'new'],
])('does not let %s that never ends keep %s waiting', async (endless, other) => {
  const done: string[] = []
  let count = 0
  const rounds: Rounds<string> = createRounds((one) => {
    done.push(one)
    count += 1
    // It is never empty: each adds another one.
    if (one !== 'other' && count < 2_000) rounds.add(`more ${count}`, endless)
  })
  for (let index = 0; index < 500; index += 1) rounds.add(`first ${index}`, endless)
  rounds.add('other', other)
  while (!done.includes('other')) await turn()
  expect(done.indexOf('other')).toBeLessThan(3)
})

it('leaves turns of the event loop to others', async () => {
  let done = 0
  const rounds = createRounds<number>(() => {
    done += 1
  })
  for (let index = 0; index < 1_000; index += 1) rounds.add(index, 'new')
  await turn()
  expect(done).toBeLessThan(100)
  await expect.poll(() => done).toBe(1_000)
})
