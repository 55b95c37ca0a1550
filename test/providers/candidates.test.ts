/** Which clients may be the one whose creation was not answered, by age or by name. */

import { expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { type CandidateSource, findCandidates } from '../../src/providers/candidates.ts'
import type { Listed } from '../../src/providers/provider.ts'

const YOUNG = 2_000
const OLD = 500

/** A list whose records show an age where the client's id says so. */
function sourceOf(items: readonly Listed[], more: Partial<CandidateSource> = {}) {
  const reads: string[] = []
  const source: CandidateSource = {
    page: async () => ({ items }),
    read: async (id) => {
      reads.push(id)
      return { id, name: 'Portal' }
    },
    nameOf: ({ name }) => name,
    createdAt: ({ id }) => (id === 'old' ? OLD : id === 'young' ? YOUNG : undefined),
    ageInRecord: false,
    ...more,
  }
  const find = async (known: readonly string[] = []) => {
    const search = { next: {}, since: 1_000, isKnown: async (id: string) => known.includes(id) }
    return (await findCandidates(source, 'Portal', search)).map(({ native }) => native.id)
  }
  return { find, reads }
}

it('goes by age where the list shows it, whatever the name', async () => {
  const { find, reads } = sourceOf([
    { id: 'young', name: 'Another', createdAt: YOUNG },
    { id: 'at the limit', name: 'Another', createdAt: 1_000 },
    { id: 'old', name: 'Portal', createdAt: OLD },
  ])
  expect(await find()).toEqual(['young', 'at the limit'])
  expect(reads).toEqual(['young', 'at the limit'])
})

it('goes by name where no age is shown: trimmed, in any letters, or not shown either', async () => {
  const { find } = sourceOf([
    { id: 'a', name: ' PORTAL' },
    { id: 'b' },
    { id: 'c', name: 'Portal 2' },
    { id: 'old', name: 'Portal' },
  ])
  expect(await find()).toEqual(['a', 'b'])
})

it('reads every client where only records show an age, but those known to be others', async () => {
  const items = [
    { id: 'young', name: 'Another' },
    { id: 'old', name: 'Portal' },
    { id: 'known', name: 'Portal' },
  ]
  const { find, reads } = sourceOf(items, { ageInRecord: true })
  expect(await find(['known'])).toEqual(['young'])
  expect(reads).toEqual(['young', 'old'])
})

it('passes over a client that goes between the list and its read, and fails as other reads do', async () => {
  const failing = (code: 'not_found' | 'provider_throttled') =>
    sourceOf([{ id: 'a' }], {
      read: async () => {
        throw new ClientError(code, 'It fails.')
      },
    })
  expect(await failing('not_found').find()).toEqual([])
  await expect(failing('provider_throttled').find()).rejects.toMatchObject({
    code: 'provider_throttled',
  })
})
