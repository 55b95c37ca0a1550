/** A client that is outside of every grant, at any provider, and requests of callers whose grants are limited. */

import type { JsonObject } from '../../src/core/json/json.ts'
import type { Limit } from '../../src/core/rights/limit.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { createApp } from '../../src/http/app.ts'
import { createPermissions } from '../../src/http/auth/permissions.ts'
import { createQuotas, DEFAULT_QUOTAS } from '../../src/http/quotas.ts'
import type { Route } from '../../src/http/route.ts'
import { ROUTES } from '../../src/http/routes.ts'
import type { HttpResponse } from '../../src/http/wire/message.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { createJobs } from '../../src/service/jobs/jobs.ts'
import { openBench } from '../contract/service.ts'
import type { AnyKind } from '../contract/subjects.ts'
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

/** By the scope that grants everything within it. */
export const LIMITS: Readonly<Record<string, Limit>> = {
  names: { names: ['No client has this name'] },
  teams: { teams: ['inside'] },
  clients: { clients: ['another'] },
}
/** Every route that takes the id of a client in its path. */
export const OF_ONE_CLIENT: readonly Route[] = ROUTES.filter(({ path }) =>
  path.startsWith('/clients/{clientId}'),
)

export interface HiddenWorld {
  /** The id of a client with a history, and one that no client has. */
  readonly outside: string
  readonly absent: string
  /** Sends a request; `upstream` and `store`: the calls that it took. */
  ask(
    scope: string,
    route: Route,
    id: string,
  ): Promise<HttpResponse & { readonly upstream: number; readonly store: number }>
  close(): Promise<void>
}

export async function openHidden(kind: AnyKind): Promise<HiddenWorld> {
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
  await bench.change(subject.ref, {}, { patch: { kind: 'assignment', team: 'outside' } })
  const permissions = Object.entries(LIMITS).map(([scope, only]) => ({
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
    permissions: createPermissions({ permissions }),
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
  const { id, userPoolId } = subject.ref
  const place = userPoolId === undefined ? {} : { userPoolId }
  return {
    outside: id,
    absent: id.replace(/\w/g, (sign) => (sign === 'a' ? 'b' : 'a')),
    ask: async (scope, { method, path, operationId, body, headers }, of) => {
      const calls = subject.emulator?.calls.length ?? 0
      Object.assign(counts, { upstream: 0, store: 0 })
      const query = { ...place, ...QUERIES[operationId] }
      const answer = await app({
        method,
        path: path.replace('{clientId}', encodeURIComponent(of)).replace(/\{\w+\}/, 'one'),
        query: new URLSearchParams(query as Record<string, string>).toString(),
        headers: {
          authorization: [`Bearer ${scope}`],
          'x-request-id': ['same'],
          ...(body !== undefined && { 'content-type': ['application/json'] }),
          ...(headers.includes('If-Match') && { 'if-match': ['*'] }),
        },
        body: body && Buffer.from(JSON.stringify(bodyOf(operationId, provider))),
        deadline: Date.now() + 60_000,
      })
      const upstream = counts.upstream + (subject.emulator?.calls.length ?? 0) - calls
      return { ...answer, store: counts.store, upstream }
    },
    close: async () => {
      await bench.close()
      await subject.close()
    },
  }
}

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
