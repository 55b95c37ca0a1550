/** The ends of secrets among what holds for a client: set, called off, shown, and forgotten with a client that is gone. */

import { describe, expect, it } from 'vitest'
import type { Provider } from '../../src/providers/provider.ts'
import { endingAt, withEnds, withoutEnd } from '../../src/service/secrets/retirements.ts'
import { listSecrets } from '../../src/service/secrets/secret-list.ts'
import { forgetDue, isLongOver } from '../../src/service/upkeep/forget.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'

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
