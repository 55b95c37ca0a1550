/** What every mirror promises: searching it gives what a filter over all its clients would give, in one order, page by page. */

import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { Findable, Mirror, MirrorSearch, Place } from '../../src/store/mirror.ts'
import type { ClientName } from '../../src/store/resource.ts'
import { patience, runs } from '../property.ts'

type Row = { readonly client: ClientName } & Findable

const PLACES: readonly Place[] = [
  { provider: 'a' },
  { provider: 'b', userPoolId: 'one' },
  { provider: 'b', userPoolId: 'two' },
]

/** Few characters, so that parts of texts are found again; some that queries are written with. */
const text = fc.string({ unit: fc.constantFrom(...'ab-."*\'^ äß😀\n'), maxLength: 14 })
const term = fc.constantFrom('x:1', 'x:2', 'y:1', 'y:"', 'z:')
const row = fc.record({
  place: fc.constantFrom(...PLACES),
  id: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 }),
  text,
  terms: fc.uniqueArray(term, { maxLength: 3 }),
  gone: fc.boolean(),
})
const asked = fc.record({
  places: fc.uniqueArray(fc.constantFrom(...PLACES), { maxLength: 3 }),
  text: fc.option(
    fc.oneof(
      text.filter((one) => one !== ''),
      fc.constantFrom('ab', 'ba-', 'a'),
    ),
    {
      nil: undefined,
    },
  ),
  terms: fc.uniqueArray(term, { maxLength: 2 }),
  limit: fc.integer({ min: 1, max: 7 }),
})

const nameOf = ({ provider, userPoolId, id }: ClientName) => [provider, userPoolId, id].join('/')

/**
 * Runs the suite on the mirror of one store, in which there is nothing yet; `oneIn`: so much less of it in `npm test`, where
 * each write is a call to a server.
 */
export function describeSearches(open: () => Mirror, oneIn = 1): void {
  let mirror: Mirror
  beforeAll(() => {
    mirror = open()
  })

  async function everyPage(search: MirrorSearch): Promise<readonly string[]> {
    const found: string[] = []
    const positions: number[] = []
    for (let after: number | undefined; ; ) {
      const page = await mirror.search({ ...search, ...(after === undefined ? {} : { after }) })
      expect(page.matches.length).toBeLessThanOrEqual(search.limit)
      found.push(...page.matches.map(({ client }) => nameOf(client)))
      positions.push(...page.matches.map(({ position }) => position))
      if (page.next === undefined) break
      after = page.next
    }
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other))
    return found.sort()
  }

  it('finds what is there, and nothing else', async () => {
    let at = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 40 }),
        fc.array(asked, { maxLength: 6 }),
        async (rows, searches) => {
          for (const place of PLACES) await mirror.forget(place)
          const kept = new Map<string, Row>()
          for (const { place, id, text, terms, gone } of rows) {
            at += 1
            const client = { ...place, id }
            if (gone) {
              await mirror.remove(client, at)
              kept.delete(nameOf(client))
            } else {
              await mirror.put({ client, tag: 't', record: 'r', at, text, terms }, true)
              kept.set(nameOf(client), { client, text, terms })
            }
          }
          for (const { text, ...search } of searches) {
            const expected = [...kept.values()]
              .filter(({ client }) =>
                search.places.some(
                  (place) =>
                    place.provider === client.provider && place.userPoolId === client.userPoolId,
                ),
              )
              .filter((one) => text === undefined || one.text.includes(text))
              .filter(({ terms }) => search.terms.every((one) => terms.includes(one)))
            const wanted = text === undefined ? search : { ...search, text }
            expect(await everyPage(wanted)).toEqual(
              expected.map(({ client }) => nameOf(client)).sort(),
            )
          }
        },
      ),
      { numRuns: runs(150, oneIn) },
    )
  })

  it.skipIf(oneIn > 1 && patience(1) === 1)(
    'comes to an end where more rows must be looked at than one page may',
    async () => {
      const place = { provider: 'many' }
      for (let index = 0; index < 5_000; index += 1) {
        const client = { ...place, id: `id${index}` }
        const terms = index % 2 === 0 ? ['even:1'] : ['odd:1']
        await mirror.put({ client, tag: 't', record: 'r', at: 1, text: `zz ${index}`, terms }, true)
      }
      const search = { places: [place], limit: 20 }
      expect(await everyPage({ ...search, terms: ['even:1', 'odd:1'] })).toEqual([])
      expect(await everyPage({ ...search, terms: [], text: '77' })).toHaveLength(95)
      const first = await mirror.search({ ...search, terms: ['even:1', 'odd:1'] })
      expect(first).toMatchObject({ matches: [], next: expect.any(Number) })
      const holders = await mirror.holders('odd:1', [place], 2)
      expect(holders).toMatchObject({ count: 2_500, first: [{ client: { id: 'id1' } }, {}] })
    },
  )
}
