/** A client that its server purged: its last record in the history stands for it, without what is hidden. */

import { describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { LintRule } from '../../src/core/lint/rule.ts'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { checkSize } from '../../src/providers/unreadable.ts'
import { callOf } from '../../src/service/base/service.ts'
import { readSource } from '../../src/service/life/copy-source.ts'
import { lastKnown } from '../../src/service/life/last-known.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { lintOne } from '../../src/service/reading/lint-one.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'

const NOW = Date.now()
const REF = { provider: 'auth0', id: String(fullAuth0Client.client_id) }

let emulator: Auth0Emulator
let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
})

/** The provider, of which a read fails so. */
function failing(error: Error): Provider {
  const [provider] = bench.service.providers.values()
  return { ...provider, read: () => Promise.reject(error) } as Provider
}
const gone = () => new ClientError('client_gone', 'The server no longer has it.')
const known = (error = gone()) =>
  lastKnown(bench.service, { ref: REF, provider: failing(error) }, error)
const linted = (error: Error) => {
  const { patch: _, ...request } = requestFor(bench.service, REF, {})
  return lintOne(bench.service, { ...request, provider: failing(error) })
}

it('is shown as the history has it, without secrets, with what holds for it', async () => {
  await bench.change(REF, { name: 'Last' })
  const protect = { kind: 'protection', protected: true } as const
  await bench.change(REF, {}, { patch: protect })
  const { native, standing } = await known()
  expect(native).toMatchObject({ name: 'Last', callbacks: fullAuth0Client.callbacks })
  expect(native).not.toHaveProperty('client_secret')
  expect(standing).toEqual({ protected: true })
})

it('is not known where the history has nothing of it, or no record', async () => {
  const error = gone()
  await expect(known(error)).rejects.toBe(error)
  const resource = resourceOf(REF)
  await bench.service.store.append(intentOf(resource, 1))
  const { state: _, tag: __, ...stateless } = closingOf(resource, 2)
  await bench.service.store.append(stateless)
  await expect(known(error)).rejects.toBe(error)
})

it('is linted by its last record, and only where it is gone', async () => {
  emulator.put({ ...fullAuth0Client, callbacks: ['http://app.example.com/cb'] })
  await bench.change(REF, { name: 'Last' })
  const [provider] = bench.service.providers.values()
  const { patch: _, ...request } = requestFor(bench.service, REF, {})
  const live = await lintOne(bench.service, { ...request, provider: provider as Provider })
  const { findings, tag } = await linted(gone())
  expect(findings.length).toBeGreaterThan(0)
  expect(findings.map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(live.findings.map(({ rule }) => rule).slice(0, 1)),
  )
  expect(tag).toBe(
    bench.service.fingerprints.ofState((provider as Provider).mapping, (await known()).native),
  )
  const refused = new ClientError('provider_refused', 'It is refused.')
  await expect(linted(refused)).rejects.toBe(refused)
})

it('is linted as what no one can manage any more, and each client as of now', async () => {
  await bench.change(REF, { name: 'Last' })
  const rule: LintRule = {
    id: 'seen',
    severity: 'info',
    says: 'it is seen',
    source: 'this test',
    find: ({ now, shut }) => [{ field: 'client.name', message: `${now} ${shut === true}` }],
  }
  const seenBy = async (provider: Provider) => {
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    const mapping = { ...provider.mapping, lint: { rules: [rule] } }
    const service = { ...bench.service, now: () => NOW }
    const asked = {
      ...request,
      provider: { ...provider, mapping } as Provider,
      deadline: NOW + 10_000,
    }
    const { findings } = await lintOne(service, asked)
    return findings.filter((one) => one.rule === 'seen').map(({ message }) => message)
  }
  const [provider] = bench.service.providers.values()
  expect(await seenBy(failing(gone()))).toEqual([`${NOW} true`])
  expect(await seenBy(provider as Provider)).toEqual([`${NOW} false`])
})

describe('as the source of a copy', () => {
  const source = (more: Partial<Provider> = {}, removedToo = true) =>
    readSource(
      bench.service,
      { ref: REF, provider: { ...failing(gone()), ...more } as Provider, removedToo },
      callOf(bench.service, { operationId: 'one', deadline: Date.now() + 5_000 }),
    )
  const elsewhere = { names: ['roles', 'grants'], read: async () => [] }
  const unread = [
    { name: 'roles', state: 'unread' },
    { name: 'grants', state: 'unread' },
  ]

  it('is its last record, and what its provider keeps beside it is unread', async () => {
    await bench.change(REF, { name: 'Last' })
    const held = await source({ elsewhere })
    expect(held).toMatchObject({ native: { name: 'Last' }, elsewhere: unread })
    expect(held.native).not.toHaveProperty('client_secret')
    const { elsewhere: _, ...plain } = failing(gone())
    expect((await source({ ...plain, elsewhere: undefined } as never)).elsewhere).toEqual([])
    await expect(source({}, false)).rejects.toMatchObject({ code: 'client_gone' })
  })

  it('is what is there, with nothing beside it where its provider keeps nothing else', async () => {
    const [provider] = bench.service.providers.values()
    const held = await source({ ...provider, elsewhere: undefined } as never)
    expect(held).toMatchObject({ native: { name: 'Example' }, elsewhere: [] })
  })

  it('is the record at its removal, where it was removed here', async () => {
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    await removeClient(bench.service, request)
    const missing = new ClientError('not_found', 'There is none.')
    const held = await source({ ...failing(missing), elsewhere })
    expect(held).toMatchObject({ native: { name: 'Example' }, elsewhere: unread })
  })

  it('is none where the record at its removal could not be read', async () => {
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    const read = async () => {
      checkSize({ large: 'x'.repeat(1_400_000) }, 'provider_unavailable')
      return {}
    }
    const [provider] = bench.service.providers.values()
    await removeClient(bench.service, { ...request, provider: { ...provider, read } as Provider })
    const missing = new ClientError('not_found', 'There is none.')
    await expect(source(failing(missing))).rejects.toMatchObject({
      code: 'not_restorable',
      message: 'The client was removed, and its provider held no record of it that could be read.',
    })
  })
})
