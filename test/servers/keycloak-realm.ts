/** A realm of a real Keycloak for tests of its admin API: callers with each role, and services of ours over it. */

import type { Json } from '../../src/core/json/json.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { POOL, realmAt } from '../providers/keycloak/subject.ts'
import { only } from '../providers/subject.ts'
import {
  type Keycloak,
  makeRealm,
  newServiceAccount,
  type ServiceAccount,
  tokenOf,
} from './keycloak.ts'
import {
  type CallerRole,
  type KeycloakAdmin,
  keycloakAt,
  type RealmCallers,
} from './keycloak-cases.ts'

const ROLES: readonly CallerRole[] = ['none', 'query-clients', 'view-clients', 'manage-clients']

/** A token of a service account holds for five minutes. */
const TOKEN_MS = 200_000

export interface TestRealm {
  readonly name: string
  readonly callers: RealmCallers
  /** As the service account that may manage clients. */
  readonly admin: KeycloakAdmin
  /** Of the provider `it`, as that service account. */
  readonly bench: Bench
  readonly provider: Provider
  account(role: CallerRole): ServiceAccount
  providerAs(role: CallerRole): Promise<Provider>
  refTo(clientId: Json | undefined): ClientRef
  close(): Promise<void>
}

/** Makes one. */
export async function openTestRealm(keycloak: Keycloak, name: string): Promise<TestRealm> {
  const { url } = keycloak
  await makeRealm(keycloak, name)
  const account = (role: CallerRole) => ({
    clientId: `as-${role}`,
    clientSecret: `secret-of-as-${role}-0123456789`,
  })
  for (const role of ROLES) {
    await newServiceAccount(keycloak, name, { clientId: account(role).clientId, role })
  }
  const held = new Map<CallerRole, { readonly token: string; readonly until: number }>()
  const callers: RealmCallers = {
    url,
    realm: name,
    token: async (role) => {
      const before = held.get(role)
      if (before !== undefined && before.until > Date.now()) return before.token
      const token = await tokenOf(url, name, account(role))
      held.set(role, { token, until: Date.now() + TOKEN_MS })
      return token
    },
  }
  const providerAs = (role: CallerRole) =>
    only({ type: 'keycloak', ...realmAt(url, name, account(role)) })
  const provider = await providerAs('manage-clients')
  const bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 10_000 })
  return {
    name,
    callers,
    admin: keycloakAt(callers),
    bench,
    provider,
    account,
    providerAs,
    refTo: (clientId) => ({ provider: 'it', userPoolId: POOL, id: String(clientId) }),
    close: bench.close,
  }
}
