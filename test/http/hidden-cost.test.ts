/**
 * What one may not see costs as much as what is not there: as many upstream calls and as many calls of the store, on every
 * route that takes the id of a client, at every provider. Counts are exact; the ratio of times is in `npm run bench`.
 */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Limit } from '../../src/core/rights/limit.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { createApp } from '../../src/http/app.ts'
import { createPermissions } from '../../src/http/auth/permissions.ts'
import { createQuotas, DEFAULT_QUOTAS } from '../../src/http/quotas.ts'
import { ROUTES } from '../../src/http/routes.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { createJobs } from '../../src/service/jobs/jobs.ts'
import { openBench } from '../contract/service.ts'
import { everySubject } from '../contract/subjects.ts'
import { jwk } from '../fixtures/public-keys.ts'

const ISSUER = 'https://issuer.example'

/** What routes take beside the id; one that takes a body and stands not here is asked with an empty one. */
const BODIES: Readonly<Record<string, JsonObject>> = {
  updateClient: { client: { name: 'x' } },
  copyClient: { provider: 'it', allowLoss: true },
  rollbackClient: { to: 0 },
  rotateSecret: { cutOver: true },
  addKey: { key: jwk('rsa', { kid: 'one' }) },
  protectClient: { protected: true },
  assignClient: { team: 'x' },
  putValues: { managers: { x: { callbacks: ['https://x.example/cb'] } } },
  putLease: { field: 'callbacks', value: 'https://x.example/cb', owner: 'x', ttlSeconds: 60 },
  moveRedirect: { from: 'https://x.example/a', to: 'https://x.example/b' },
  narrowMove: { from: 'https://x.example/a' },
  endMove: { from: 'https://x.example/a' },
}
/** Where each client is opened by a token of its own. */
const REGISTRATION = { registrationAccessToken: 'not-a-token-of-it' }
const QUERIES: Readonly<Record<string, JsonObject>> = { endLeases: { owner: 'x' } }

const LIMITS: Readonly<Record<string, Limit>> = {
  names: { names: ['No client has this name'] },
  teams: { teams: ['inside'] },
  clients: { clients: ['another'] },
}
const ONE_CLIENT = ROUTES.filter(({ path }) => path.startsWith('/clients/{clientId}'))

const bodyOf = (operation: string, { adoption }: Provider): JsonObject =>
  operation === 'adoptClient' && adoption !== undefined ? REGISTRATION : (BODIES[operation] ?? {})

/** The object with all calls of its methods counted. */
function counted<T extends object>(target: T, count: () => void): T {
  return new Proxy(target, {
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name)
      if (typeof member !== 'function') return member
      return (...values: unknown[]) => {
        count()
        return member.apply(of, values)
      }
    },
  })
}

describe.each(await everySubject())('at $name', (kind) => {
  it('a client outside costs what none costs, on every route', async () => {
    const subject = await kind.start()
    const counts = { upstream: 0, store: 0 }
    const provider: Provider = {
      ...subject.provider,
      read: (...values) => {
        counts.upstream += 1
        return subject.provider.read(...values)
      },
    }
    const bench = await openBench(new Map([['it', provider]]))
    try {
      // It has a history, and a team.
      const outside = { kind: 'assignment', team: 'outside' } as const
      await bench.change(subject.ref, {}, { patch: outside })
      const rows = Object.entries(LIMITS).map(([scope, only]) => ({
        scope,
        grants: PERMISSIONS.filter((one) => one !== 'metrics:read'),
        issuer: ISSUER,
        only,
      }))
      const service = {
        ...bench.service,
        store: counted(bench.service.store, () => {
          counts.store += 1
        }),
      }
      const app = createApp({
        service,
        jobs: createJobs({ service, limitMs: 10_000, background: false, observe: () => {} }),
        quotas: createQuotas(DEFAULT_QUOTAS, Date.now),
        defaultProvider: 'it',
        permissions: createPermissions({ permissions: rows }),
        verify: async (scope) => ({
          subject: 'limited',
          issuer: ISSUER,
          scopes: new Set([scope]),
          expiresAt: Number.POSITIVE_INFINITY,
        }),
        hasKeys: async () => true,
        issuers: [],
        log: () => {},
      })
      const { userPoolId } = subject.ref
      const place = userPoolId === undefined ? {} : { userPoolId }
      for (const scope of Object.keys(LIMITS)) {
        for (const route of ONE_CLIENT) {
          const name = `${route.method} ${route.path}`
          const ask = async (id: string) => {
            const calls = subject.emulator?.calls.length ?? 0
            Object.assign(counts, { upstream: 0, store: 0 })
            const path = route.path
              .replace('{clientId}', encodeURIComponent(id))
              .replace(/\{\w+\}/, 'one')
            const query = { ...place, ...QUERIES[route.operationId] }
            const hasBody = route.body !== undefined
            const { status, body, headers } = await app({
              method: route.method,
              path,
              query: new URLSearchParams(query as Record<string, string>).toString(),
              headers: {
                authorization: [`Bearer ${scope}`],
                'x-request-id': ['same'],
                ...(hasBody && { 'content-type': ['application/json'] }),
                ...(route.headers.includes('If-Match') && { 'if-match': ['*'] }),
              },
              body: hasBody
                ? Buffer.from(JSON.stringify(bodyOf(route.operationId, subject.provider)))
                : undefined,
              deadline: Date.now() + 60_000,
            })
            const upstream = counts.upstream + (subject.emulator?.calls.length ?? 0) - calls
            return { status, body, headers, ...counts, upstream }
          }
          const absent = subject.ref.id.replace(/\w/g, (sign) => (sign === 'a' ? 'b' : 'a'))
          const one = await ask(subject.ref.id)
          const other = await ask(absent)
          expect({ name, scope, ...one }).toEqual({ name, scope, ...other })
          const statuses = route.operationId === 'adoptClient' ? [400, 404] : [404]
          expect(statuses, JSON.stringify({ name, scope, one })).toContain(one.status)
        }
      }
    } finally {
      await bench.close()
      await subject.close()
    }
  })
})
