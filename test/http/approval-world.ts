/** A program over one instance, whose callers are what their tokens say, for tests of approvals. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { createApp } from '../../src/http/app.ts'
import { createPermissions, type PermissionGrant } from '../../src/http/auth/permissions.ts'
import type { HttpSettings } from '../../src/http/exchange.ts'
import { createQuotas, DEFAULT_QUOTAS } from '../../src/http/quotas.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createJobs } from '../../src/service/jobs/jobs.ts'

const ISSUER = 'https://issuer.example'
/** What sets jobs to work, beside what they change. */
const JOBS = ['jobs:read', 'jobs:write'] as const
const WRITES = ['clients:write', 'clients:suspend', 'clients:protect', 'clients:delete'] as const
/** Rows in which one scope asks, and another one decides. */
export const ROWS: readonly PermissionGrant[] = [
  { issuer: ISSUER, scope: 'asks', grants: ['clients:read', ...JOBS] },
  { issuer: ISSUER, scope: 'asks', grants: WRITES, approval: 'required' },
  { issuer: ISSUER, scope: 'decides', grants: ['clients:read', ...JOBS, ...WRITES] },
]

/** The settings of a program over a service; a token is `scope.subject`. */
export function settingsOver(service: Service, provider: string, rows = ROWS): HttpSettings {
  const permissions = createPermissions({ permissions: rows })
  const own: Service = {
    ...service,
    grantsOf: ({ scopes, ...actor }, id) =>
      permissions.grantsAt(
        { ...actor, scopes: new Set(scopes), expiresAt: Number.POSITIVE_INFINITY },
        id,
      ),
  }
  return {
    service: own,
    jobs: createJobs({ service: own, limitMs: 10_000, background: true, observe: () => {} }),
    quotas: createQuotas(DEFAULT_QUOTAS, service.now),
    defaultProvider: provider,
    permissions,
    issuers: [],
    verify: async (token) => {
      const [scope = '', subject = ''] = token.split('.')
      const scopes = new Set([scope])
      return { subject, clientId: `client-of-${subject}`, issuer: ISSUER, scopes, expiresAt: 0 }
    },
    hasKeys: async () => true,
    log: () => {},
  }
}

/** What a request was answered. */
export interface Reply {
  readonly status: number
  readonly body: JsonObject
}

/** Sends a request with a token to such a program. */
export async function sendTo(
  settings: HttpSettings,
  token: string,
  [method, path, body]: readonly [string, string, Json?],
): Promise<Reply> {
  const { status, body: text } = await createApp(settings)({
    method,
    path,
    query: '',
    headers: { authorization: [`Bearer ${token}`], 'content-type': ['application/json'] },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    deadline: settings.service.now() + 10_000,
  })
  return { status, body: JSON.parse(text) as JsonObject }
}
