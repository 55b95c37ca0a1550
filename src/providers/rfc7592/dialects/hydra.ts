/** The dialect of Ory Hydra's registration endpoint, as seen on 2.3.0. An update replaces everything. */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type JsonObject, withMembers } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import { REGISTRATION_DEFAULTS } from '../../registration/registration.ts'
import type { Dialect } from './dialect.ts'

const LIFESPANS = [
  'authorization_code_grant_access_token_lifespan',
  'authorization_code_grant_id_token_lifespan',
  'authorization_code_grant_refresh_token_lifespan',
  'client_credentials_grant_access_token_lifespan',
  'implicit_grant_access_token_lifespan',
  'implicit_grant_id_token_lifespan',
  'jwt_bearer_grant_access_token_lifespan',
  'refresh_token_grant_access_token_lifespan',
  'refresh_token_grant_id_token_lifespan',
  'refresh_token_grant_refresh_token_lifespan',
] as const

/** `jwks: {}` is there always, and refused beside a `jwks_uri` (ory/hydra#3935). */
function withoutKeys({ jwks, ...record }: JsonObject): JsonObject {
  const none = jwks === undefined || (isRecord(jwks) && Object.keys(jwks).length === 0)
  return none ? record : { ...record, jwks }
}

/** What an update leaves out is none in Hydra, and not what RFC 7591 section 2 says. */
function requestBody(_: unknown, body: JsonObject): JsonObject {
  const { grant_types, response_types, token_endpoint_auth_method } = REGISTRATION_DEFAULTS
  return { grant_types, response_types, token_endpoint_auth_method, ...body }
}

/** Durations as Go writes them, whose parts may be written in several ways: `60m` is `1h0m0s`. */
function normal(native: Native): Native {
  const changed = LIFESPANS.flatMap((name): [string, number][] => {
    const milliseconds = millisecondsOf(native[name])
    return milliseconds === undefined ? [] : [[name, milliseconds]]
  })
  return changed.length === 0 ? native : withMembers(native, new Map(changed))
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

function millisecondsOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(value)) return undefined
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  return parts.reduce(
    (sum, [, number = '', unit = '']) => sum + Number(number) * (UNIT_MS[unit] ?? 0),
    0,
  )
}

/** Set by an administrator, and reset by every update of its client. */
function check(base: Native): void {
  const { skip_consent, skip_logout_consent, access_token_strategy } = base
  const reset = [
    ...(skip_consent === true ? ['skip_consent'] : []),
    ...(skip_logout_consent === true ? ['skip_logout_consent'] : []),
    ...(access_token_strategy ? ['access_token_strategy'] : []),
  ]
  if (reset.length === 0) return
  throw new ClientError(
    'unsupported_operation',
    `An update by registration would reset ${reset.join(', ')}, which an administrator of Hydra has set; nothing was sent. Change this client in its administration.`,
  )
}

export const hydra = {
  secretInUpdate: 'kept',
  drops: [
    'application_type',
    'default_acr_values',
    'default_max_age',
    'dpop_bound_access_tokens',
    'id_token_signed_response_alg',
    'initiate_login_uri',
    'require_auth_time',
    'require_pushed_authorization_requests',
    'software_id',
    'software_version',
    'tls_client_certificate_bound_access_tokens',
  ],
  takes: ['allowed_cors_origins', 'audience', 'owner', ...LIFESPANS],
  shows: ['access_token_strategy', 'skip_consent', 'skip_logout_consent'],
  volatile: ['created_at', 'updated_at'],
  // It goes back to what the server gives to every new client.
  uncleared: ['scope'],
  defaults: {
    allowed_cors_origins: [],
    audience: [],
    skip_consent: false,
    subject_type: 'public',
    userinfo_signed_response_alg: 'none',
  },
  blankIsUnset: true,
  ways: { shown: withoutKeys, sent: requestBody, normal, check },
} as const satisfies Partial<Dialect>
