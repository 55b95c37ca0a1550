/** The ends of secrets among what holds for a client: set, called off, shown, and forgotten with a client that is gone. */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { removeWhenDue } from '../../src/service/life/removal-end.ts'
import { endingAt, withEnds, withoutEnd } from '../../src/service/secrets/retirements.ts'
import { listSecrets } from '../../src/service/secrets/secret-list.ts'
import type { Due } from '../../src/service/upkeep/duty.ts'
import { forgetDue, isLongOver } from '../../src/service/upkeep/forget.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const SOMEBODY = { subject: 'somebody', issuer: 'https://issuer.example' }

describe('the ends of secrets', () => {
  const ours: Standing = {
    protected: true,
    retirements: [
      { secretId: 'a', at: 1, actor: ACTOR },
      { secretId: 'b', at: 2, actor: ACTOR },
    ],
  }

  it('are set, whatever was said of the same secrets before, and no others touched', () => {
    expect(endingAt(ours, [{ id: 'b' }, { id: 'c' }], 9, SOMEBODY)).toEqual({
      protected: true,
      retirements: [
        { secretId: 'a', at: 1, actor: ACTOR },
        { secretId: 'b', at: 9, actor: SOMEBODY },
        { secretId: 'c', at: 9, actor: SOMEBODY },
      ],
    })
    expect(endingAt(undefined, [{ id: 'a' }], 9, ACTOR)).toEqual({
      retirements: [{ secretId: 'a', at: 9, actor: ACTOR }],
    })
  })

  it('are taken out one by one, and the list with the last of them', () => {
    const one = withoutEnd(ours, 'a')
    expect(one).toEqual({ protected: true, retirements: [{ secretId: 'b', at: 2, actor: ACTOR }] })
    expect(withoutEnd(one, 'b')).toEqual({ protected: true })
    expect(withoutEnd(ours, 'c')).toEqual(ours)
    expect(withoutEnd(undefined, 'a')).toEqual({})
    expect(withoutEnd({ protected: true }, 'a')).toEqual({ protected: true })
  })

  it('are shown with their secrets', () => {
    const live = [{ id: 'b', hint: '1234' }, { id: 'c' }]
    expect(withEnds(live, ours)).toEqual([{ id: 'b', hint: '1234', retiresAt: 2 }, { id: 'c' }])
    expect(withEnds(live, undefined)).toEqual(live)
    expect(withEnds(live, { protected: true })).toEqual(live)
  })
})

describe('work that is due for a client that seems gone', () => {
  const DAY = 86_400_000

  it('is forgotten a day after all of it was due', () => {
    expect(isLongOver([0, 1], DAY + 1)).toBe(true)
    expect(isLongOver([0, 1], DAY)).toBe(false)
    expect(isLongOver([], 0)).toBe(true)
  })

  onTenant({})('is not forgotten while the client is there', async ({ bench }) => {
    const ref = { provider: 'auth0', id: String(fullAuth0Client.client_id) }
    const { provider, actor, deadline } = requestFor(bench.service, ref, {})
    const due = { ref, provider, standing: {}, deadline }
    await expect(forgetDue(bench.service, due, actor, 'retain')).rejects.toMatchObject({
      code: 'not_found',
      message: 'The client exists, but a part of it was not found.',
    })
  })
})

const REF = { provider: 'auth0', id: String(fullAuth0Client.client_id) }
const GONE = { ...REF, id: 'nobody' }
const DAY_MS = 86_400_000
const STANDING: Standing = {
  protected: true,
  leases: [{ field: 'callbacks', value: 'a', owner: 'one', expiresAt: 1, actor: ACTOR }],
  retirements: [{ secretId: 'a', at: 1, actor: ACTOR }],
  removal: { at: 1, actor: ACTOR },
}

/** A client with much to come, in the record at least. */
async function withStanding(bench: Bench, standing: Standing, ref = GONE) {
  const resource = resourceOf(ref)
  await bench.service.store.append(intentOf(resource, 1))
  await bench.service.store.append(closingOf(resource, 2, { standing }))
  const { provider, deadline } = requestFor(bench.service, ref, {})
  return { ref, provider, standing, deadline }
}

describe('a client that is gone', () => {
  onTenant({})('keeps nothing that is to come, and what else holds', async ({ bench }) => {
    const due = await withStanding(bench, STANDING)
    await forgetDue(bench.service, due, ACTOR, 'end_lease')
    const last = await bench.service.store.last(resourceOf(GONE))
    expect(last).toMatchObject({ kind: 'outcome', outcome: 'applied', actor: ACTOR })
    expect(last?.standing).toEqual({ protected: true })
    expect(await bench.service.store.entries(resourceOf(GONE))).toContainEqual(
      expect.objectContaining({ kind: 'intent', seq: 3, action: 'end_lease', changes: [] }),
    )
  })
})

describe('a client that was made for a while', () => {
  /** Its time has been over for so long (milliseconds). */
  const ended = async (bench: Bench, over: number, more: Partial<Due> = {}) => {
    const now = Date.now()
    const made: Standing = { removal: { at: now - over, actor: SOMEBODY } }
    const due = await withStanding(bench, more.standing ?? made, more.ref)
    const service = { ...bench.service, now: () => now }
    return removeWhenDue(service, { ...due, ...more })
  }
  const last = (bench: Bench, ref = GONE) => bench.service.store.last(resourceOf(ref))

  onTenant({})('is removed from its time on, as by who made it', async ({ bench, emulator }) => {
    await ended(bench, -1, { ref: REF })
    await ended(bench, 1, { ref: REF, standing: {} })
    expect(emulator.client(REF.id)).toBeDefined()
    await ended(bench, 0, { ref: REF })
    expect(emulator.client(REF.id)).toBeUndefined()
    expect(await last(bench, REF)).toMatchObject({ kind: 'outcome', actor: SOMEBODY })
  })

  onTenant({})('is forgotten a day after it, where it is gone', async ({ bench }) => {
    await expect(ended(bench, DAY_MS - 1)).rejects.toMatchObject({ code: 'not_found' })
    await ended(bench, DAY_MS)
    const closing = await last(bench)
    expect(closing).toMatchObject({ kind: 'outcome', outcome: 'applied', actor: SOMEBODY })
    expect(closing?.standing).toBeUndefined()
  })

  onTenant({})('is not forgotten while its provider fails, however late', async ({ bench }) => {
    const [provider] = bench.service.providers.values()
    const read = () => Promise.reject(new ClientError('provider_refused', 'It is refused.'))
    const failing = { ...provider, read } as Provider
    const attempt = ended(bench, 2 * DAY_MS, { provider: failing })
    await expect(attempt).rejects.toMatchObject({ code: 'provider_refused' })
  })
})

describe('the secrets of a client', () => {
  onTenant({})(
    'are none where it cannot have one, and no list is read',
    async ({ bench, emulator }) => {
      const ref = { provider: 'auth0', id: String(fullAuth0Client.client_id) }
      const { patch: _, ...request } = requestFor(bench.service, ref, {})
      const [provider] = bench.service.providers.values()
      const list = () => Promise.reject(new TypeError('it was listed'))
      const { secrets } = provider as Provider
      const watched = { ...provider, secrets: { ...secrets, list } } as Provider
      emulator.put({ ...fullAuth0Client, token_endpoint_auth_method: 'none' })
      const none = await listSecrets(bench.service, { ...request, provider: watched })
      expect(none).toEqual({ live: [], atOnce: 0, tag: expect.any(String) })
      emulator.put(fullAuth0Client)
      const one = await listSecrets(bench.service, request)
      expect(one).toMatchObject({ live: [{ id: 'current' }], atOnce: 1 })
    },
  )
})
