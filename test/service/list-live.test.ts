/** Lists by asking: every client once and an end, whatever a provider's own list does meanwhile. */

import { beforeEach, expect } from 'vitest'
import type { Listed, ListPage, Provider } from '../../src/providers/provider.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { selectClients } from '../../src/service/jobs/select.ts'
import { type LivePlace, listLive } from '../../src/service/reading/list-live.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'

const PLACE = { provider: 'it', userPoolId: POOL_ID }

let subject: Subject
let bench: Bench

const it = onSubject('cognito', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of ['a', 'b', 'c', 'd']) await subject.put({ ...fullCognitoClient, ClientId: id })
})

/** A service whose provider has another list. */
function listing(list: (cursor: string | undefined) => ListPage): Service {
  const provider: Provider = { ...subject.provider, list: async (_, __, cursor) => list(cursor) }
  return { ...bench.service, providers: new Map([['it', provider]]) }
}

const named = (...ids: string[]): readonly Listed[] => ids.map((id) => ({ id }))
const call = () => callOf(bench.service, { operationId: 'o', deadline: Date.now() + 5_000 })

/** More pages than any list here can have. */
const MOST = 20

/** All pages with so many clients each; a list that does not end fails. */
async function pages(service: Service, limit: number): Promise<readonly string[]> {
  const found: string[] = []
  let from: LivePlace | undefined
  for (let page = 0; page < MOST; page += 1) {
    const asked = { places: [PLACE], filter: { terms: [] }, limit, from, call: call() }
    const { clients, next } = await listLive(service, asked)
    found.push(...clients.map(({ ref }) => ref.id))
    if (next === undefined) return found
    from = next
  }
  throw new Error('it does not end')
}

it('lists a client once that the provider lists twice', async () => {
  const service = listing(() => ({ items: named('a', 'a', 'b', 'a', 'c') }))
  for (const limit of [1, 2, 10]) expect(await pages(service, limit)).toEqual(['a', 'b', 'c'])
})

it('goes on behind a client that has gone meanwhile', async () => {
  const ids = ['a', 'b', 'c', 'd']
  let page = 0
  const service = listing(() => {
    page += 1
    return { items: named(...(page === 1 ? ids : ids.filter((id) => id !== 'b'))) }
  })
  expect(await pages(service, 2)).toEqual(['a', 'b', 'c', 'd'])
})

it('ends for a provider whose order is another each time', async () => {
  const ids = ['a', 'b', 'c', 'd']
  const service = listing(() => {
    ids.push(ids.shift() ?? '')
    return { items: named(...ids) }
  })
  expect(await pages(service, 1)).toEqual(['a', 'b', 'c', 'd'])
})

it('goes through the pages of a provider', async () => {
  const service = listing((cursor) =>
    cursor === undefined ? { items: named('c', 'a'), next: '2' } : { items: named('d', 'b') },
  )
  expect(await pages(service, 1)).toEqual(['a', 'c', 'b', 'd'])
})

it('refuses a list whose page leads back to itself', async () => {
  const service = listing(() => ({ items: named('a'), next: 'same' }))
  await expect(pages(service, 10)).rejects.toMatchObject({ code: 'provider_unavailable' })
})

it('ends a list that goes round, after as many pages as no provider has', async () => {
  const service = listing((cursor) => ({ items: [], next: cursor === 'x' ? 'y' : 'x' }))
  const from = { kind: 'live', place: PLACE, page: 'y', pages: 100_000 } as const
  const asked = { places: [PLACE], filter: { terms: [] }, limit: 10, call: call() }
  await expect(listLive(service, { ...asked, from })).rejects.toMatchObject({
    code: 'provider_unavailable',
  })
})

it.each([
  ['by their ids alone', { terms: [] }],
  ['by what they are', { terms: ['id:a'] }],
])('selects clients of a list that goes round, %s, without an end', async (_, wanted) => {
  let page = 0
  const service = listing((cursor) => {
    page += 1
    if (page > 1_000) throw new Error('it does not end')
    return { items: named('a', 'b'), next: cursor === 'x' ? 'y' : 'x' }
  })
  const deadline = Date.now() + 300
  const selecting = selectClients(
    service,
    { places: [PLACE], filter: wanted },
    { ...call(), deadline },
  )
  await expect(selecting).rejects.toMatchObject({
    code: expect.stringMatching(/provider_unavailable|deadline_exceeded/),
  })
})

it('selects each client once', async () => {
  const service = listing((cursor) =>
    cursor === undefined ? { items: named('a', 'b'), next: '2' } : { items: named('b', 'c') },
  )
  const selected = await selectClients(service, { places: [PLACE], filter: { terms: [] } }, call())
  expect(selected.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})
