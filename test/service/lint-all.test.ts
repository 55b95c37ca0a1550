/** Lint over all clients of the mirror: each once, shared callbacks with the first that has them. */

import { randomBytes } from 'node:crypto'
import { describe, expect } from 'vitest'
import { lintClient } from '../../src/core/lint/lint.ts'
import type { Place } from '../../src/providers/call.ts'
import type { Service } from '../../src/service/base/service.ts'
import { refreshMirror } from '../../src/service/mirror/refresh.ts'
import { lintAll } from '../../src/service/reading/lint-all.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const PLACE: Place = { provider: 'it' }
const SHARED = 'https://app.example.com/callback'
const SECOND = 'https://second.example.com/callback'

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const put = (id: string, ...callbacks: readonly string[]) =>
  subject.put({ ...fullLocalClient, client_id: id, redirect_uris: [...callbacks] })
const fill = (service = bench.service) =>
  refreshMirror(service, { everyMs: 60_000, until: Date.now() + 10_000, owner: 'here' })
const lint = (
  more: Partial<Parameters<typeof lintAll>[1]> = {},
  service: Service = bench.service,
) => lintAll(service, { places: [PLACE], limit: 10, call: {} as never, ...more })
const ids = ({ clients }: Awaited<ReturnType<typeof lint>>) => clients.map(({ ref }) => ref.id)

describe('lint over all clients', () => {
  it('gives each with what is found on it, page by page', async () => {
    await put('a', 'http://app.example.com/callback')
    await put('b', 'https://b.example.com/cb')
    await fill()
    const first = await lint({ limit: 2 })
    expect(first).toStrictEqual({
      clients: [expect.any(Object), expect.any(Object)],
      shared: [],
      next: expect.any(Number),
      knowledge: [expect.objectContaining({ place: PLACE, complete: true })],
    })
    const second = await lint({ limit: 2, ...(first.next !== undefined && { after: first.next }) })
    expect(second).not.toHaveProperty('next')
    expect([...ids(first), ...ids(second)].sort()).toEqual(['a', 'b', 'exampleClientId'])
    const { mapping } = subject.provider
    for (const { ref, findings, verifiedAt } of [...first.clients, ...second.clients]) {
      const native = await subject.provider.read(ref, {} as never)
      expect(findings).toEqual(lintClient(mapping, native))
      expect(Date.now() - verifiedAt).toBeLessThan(60_000)
    }
    expect([...first.clients, ...second.clients].flatMap(({ findings }) => findings)).not.toEqual(
      [],
    )
    expect((await lint({ places: [{ provider: 'other' }] })).clients).toEqual([])
  })

  it('reports a callback that many share once, with the first that has it', async () => {
    await put('a', SHARED, SECOND)
    await put('b', SHARED, SECOND)
    await fill()
    const order = ids(await lint())
    const pages = [await lint({ limit: 1 })]
    for (let { next } = pages[0] ?? {}; next !== undefined; ) {
      const page = await lint({ limit: 1, after: next })
      pages.push(page)
      next = page.next
    }
    const refs = order.map((id) => ({ ...PLACE, id }))
    expect(pages.map(({ shared }) => shared)).toEqual([
      [expect.objectContaining({ rule: 'shared_callback', clients: refs, count: 3 })],
      [],
      [],
    ])
    expect(pages[0]?.shared[0]?.message).toContain(SHARED)
  })

  it('reports none of two clients, and names fifty at most of more', async () => {
    await put('a', SHARED)
    await fill()
    expect((await lint()).shared).toEqual([])
    for (let count = 0; count < 50; count += 1) await put(`more ${count}`, SHARED)
    const later = { ...bench.service, now: () => Date.now() + 120_000 }
    await refreshMirror(later, { everyMs: 60_000, until: Date.now() + 200_000, owner: 'here' })
    const { shared } = await lint({ limit: 100 })
    expect(shared).toMatchObject([{ count: 52 }])
    expect(shared[0]?.clients).toHaveLength(50)
  })

  it('passes over a client whose provider is not configured any more', async () => {
    await fill()
    const without = { ...bench.service, providers: new Map() }
    expect(await lint({}, without)).toMatchObject({ clients: [], shared: [] })
    expect(ids(await lint())).toEqual(['exampleClientId'])
  })

  it('has a place read anew whose records were sealed with another key', async () => {
    await fill()
    const other = await bench.another({ key: randomBytes(32) })
    expect(await lint({}, other.service)).toMatchObject({
      clients: [],
      shared: [],
      knowledge: [{ place: PLACE, complete: false }],
    })
    expect(await lint()).toMatchObject({ clients: [], knowledge: [{ complete: false }] })
  })

  it('is not possible without a mirror, and names the way for one client', async () => {
    const { mirror: _, ...store } = bench.service.store
    await expect(lint({}, { ...bench.service, store })).rejects.toMatchObject({
      code: 'unsupported_operation',
      message:
        'Lint over all clients needs the mirror, which this store does not have. GET /clients/{clientId}/lint checks a single client.',
    })
  })
})
