/**
 * Puts the parts of the tenant together: token, rate limit, scopes and operations, in the order in
 * which the Management API checks them.
 */

import { randomBytes } from 'node:crypto'
import { answered } from '../refusal.ts'
import type { ListenOptions } from '../server.ts'
import type { EmulatorRequest } from '../wire.ts'
import { formOrJson } from './body.ts'
import { clientOperations } from './clients/clients.ts'
import { connectionOperations } from './clients/connections.ts'
import { credentialOperations } from './clients/credentials.ts'
import { type Auth0Limits, createRateLimit } from './limits.ts'
import { failure } from './refusal.ts'
import { paramsOf } from './routes.ts'
import type { Auth0Client, Auth0Connection, State } from './state.ts'
import { type Auth0ApiCredential, createTokens, needScope } from './tokens.ts'

export interface Auth0EmulatorOptions extends ListenOptions {
  readonly clients?: readonly Auth0Client[]
  readonly connections?: readonly Auth0Connection[]
  /** Who may call; by default one machine client with every scope, `DEFAULT_CREDENTIAL`. */
  readonly credentials?: readonly Auth0ApiCredential[]
  /** Audiences served besides `<url>/api/v2/`. */
  readonly audiences?: readonly string[]
  /** Absent: unlimited. */
  readonly limits?: Auth0Limits
  readonly tenant?: string
  /** The tenant flag `enable_client_connections`; true when absent. */
  readonly enableClientConnections?: boolean
  readonly nextClientId?: () => string
  readonly nextCredentialId?: () => string
  readonly nextSecret?: () => string
  /** Epoch milliseconds; the clock of buckets, tokens and credentials. */
  readonly now?: () => number
}

const NOUNS_OF_SCOPES = ['clients', 'client_keys', 'client_credentials', 'connections']

/** All that the emulator serves, for the first caller that comes. */
export const DEFAULT_CREDENTIAL: Auth0ApiCredential = {
  clientId: 'clientry',
  clientSecret: 'clientry-secret',
  scopes: [
    'read:client_summary',
    ...NOUNS_OF_SCOPES.flatMap((noun) =>
      ['read', 'create', 'update', 'delete'].map((verb) => `${verb}:${noun}`),
    ),
  ],
}

/** Answers every call but those of the control routes; `url` is asked once a call has come. */
export function createAnswers(state: State, options: Auth0EmulatorOptions, url: () => string) {
  const now = options.now ?? Date.now
  const tokens = createTokens({
    credentials: options.credentials ?? [DEFAULT_CREDENTIAL],
    audiences: () => [`${url()}/api/v2/`, ...(options.audiences ?? [])],
    now,
  })
  const limit = createRateLimit(options.limits, now)
  const make = {
    clientId: options.nextClientId ? () => options.nextClientId?.() ?? '' : newClientId,
    credentialId: options.nextCredentialId ?? (() => `cred_${letters(22)}`),
    secret: options.nextSecret ?? (() => randomBytes(48).toString('base64url')),
    tenant: options.tenant ?? 'emulated',
    enableConnections: options.enableClientConnections ?? true,
    now,
  }
  const operations = {
    ...clientOperations(state, make),
    ...credentialOperations(state, make),
    ...connectionOperations(state),
  }

  function manage(request: EmulatorRequest, name: string) {
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (operation === undefined) return failure(404, 'Not Found')
    const scopes = tokens.scopesOf(request)
    needScope(scopes, operation.scopes)
    for (const scope of operation.and ?? []) needScope(scopes, [scope])
    const params = paramsOf(request)
    const body = formOrJson(request)
    return operation.run({ id: params.id ?? '', params, query: request.query, body, scopes })
  }

  return (request: EmulatorRequest, name: string) =>
    name === 'POST /oauth/token'
      ? answered(() => tokens.grant(request))
      : limit.apply(() => answered(() => manage(request, name)))
}

/** Ids of strict third-party clients have a prefix of their own (recorded traffic). */
function newClientId(record: Auth0Client): string {
  return record.third_party_security_mode === 'strict' ? `tpc_${letters(22)}` : letters(32)
}

function letters(count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join('')
}
