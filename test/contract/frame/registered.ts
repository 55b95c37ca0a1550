/**
 * What may be asked of a client whose settings are those of dynamic registration (RFC 7591 section 2,
 * OpenID Connect Dynamic Client Registration 1.0 section 2): one of the local provider, and one at a
 * server that speaks RFC 7592.
 */

import type { FieldName } from '../../../src/core/client.ts'
import type { Json } from '../../../src/core/json/json.ts'
import { ask, type Frame, future, type Group, list, setting, textsAt, value } from './ask.ts'

const APP = 'https://app.example.com'
const url = (name: string) => `https://${name}.example.com/cb`
const URLS = ['one', 'two', 'three'].map(url)
const ORIGINS = ['https://one.example.com', 'https://two.example.com']

const callbacks: Group = {
  about: ['callbacks'],
  asks: (record) => list('callbacks', 'redirect_uris', URLS, { keeps: 'first' }).asks(record),
}

const algorithm = value('idTokenSignedResponseAlg', 'id_token_signed_response_alg', ['PS256'])

/** `code` goes with authorization_code (RFC 7591 section 2.1). */
const grants: Group = {
  about: ['grantTypes', 'responseTypes'],
  asks: (record) => {
    const now = textsAt(record, 'grant_types')
    const code = now.includes('authorization_code')
    const lists = [['authorization_code'], ['authorization_code', 'refresh_token']]
    if (!code)
      return [
        ask(
          { grantTypes: ['authorization_code'], responseTypes: ['code'] },
          'grant_types',
          'response_types',
        ),
      ]
    return [
      ...lists
        .filter((one) => String(one) !== String(now))
        .map((grantTypes) => ask({ grantTypes }, 'grant_types')),
      ask({ grantTypes: { add: ['client_credentials'] } }, 'grant_types'),
      ask(
        { grantTypes: ['client_credentials'], responseTypes: [] },
        'grant_types',
        'response_types',
      ),
    ]
  },
}

/** Those of a client that authenticates by a key. */
const keyGrants: Group = {
  about: ['grantTypes', 'responseTypes'],
  asks: (record) => {
    const refreshes = textsAt(record, 'grant_types').includes('refresh_token')
    return [
      ask({ grantTypes: { [refreshes ? 'remove' : 'add']: ['refresh_token'] } }, 'grant_types'),
      ask(
        { grantTypes: { add: ['implicit'] }, responseTypes: ['code', 'token'] },
        'grant_types',
        'response_types',
      ),
    ]
  },
}

/** Words in one text. */
const scopes: Group = {
  about: ['scopes'],
  asks: ({ scope }) => {
    const now = typeof scope === 'string' ? scope.split(' ') : []
    return [
      ask({ scopes: { add: ['profile'] } }, 'scope'),
      ask({ scopes: ['openid', 'email'] }, 'scope'),
      ...(now.includes('offline_access')
        ? [ask({ scopes: { remove: ['offline_access'] } }, 'scope')]
        : []),
    ]
  },
}

const metadata: Group = {
  about: ['clientMetadata'],
  asks: (record) => [
    ask({ clientMetadata: { added: 'x' } }, 'metadata.added'),
    ask({ clientMetadata: { team: 'other' } }, 'metadata.team'),
    ...(record.metadata === undefined
      ? []
      : [
          ask({ clientMetadata: { team: null } }, 'metadata.team'),
          ask({ clientMetadata: null }, 'metadata'),
        ]),
  ],
}

/** A flag of our own that is absent, or held otherwise than asked. */
const flag = (field: FieldName, native: string, absent: boolean): Group => ({
  about: [field],
  asks: ({ [native]: now = absent }) => [ask({ [field]: !now }, native)],
})

const rotation: Group = {
  about: ['refreshTokenRotation'],
  asks: ({ rotate_refresh_tokens: now = true }) => [
    ask({ refreshTokenRotation: { enabled: !now } }, 'rotate_refresh_tokens'),
  ],
}

const SHARED_STATES: Readonly<Record<string, readonly (Json | undefined)[]>> = {
  client_name: ['Example', 'Other'],
  redirect_uris: [[`${APP}/callback`], [`${APP}/callback`, url('one')]],
  grant_types: [['authorization_code'], ['authorization_code', 'refresh_token']],
}

/** Members that Glewlwyd does not store. */
const WELL_STORED: Readonly<Record<string, readonly (Json | undefined)[]>> = {
  post_logout_redirect_uris: [[`${APP}/logout`], [`${APP}/logout`, `${APP}/out`], undefined],
  scope: ['openid offline_access', 'openid'],
  logo_uri: [`${APP}/logo.png`, undefined],
  initiate_login_uri: [`${APP}/login`, undefined],
  client_uri: [`${APP}/about`, undefined],
  contacts: [['owner@example.com'], ['owner@example.com', 'other@example.com'], undefined],
}

const keys = value('jwksUri', 'jwks_uri', ['https://new.example.com/keys'], 'clears')

const SHARED: readonly Group[] = [value('name', 'client_name', ['One', 'Zwölf']), callbacks]

const method = (values: readonly string[]) =>
  value('tokenEndpointAuthMethod', 'token_endpoint_auth_method', values)

const WELL_KEPT: readonly Group[] = [
  grants,
  list('allowedLogoutUrls', 'post_logout_redirect_uris', URLS),
  scopes,
  method(['client_secret_post']),
  value('appType', 'application_type', ['native']),
  value('initiateLoginUri', 'initiate_login_uri', ['https://new.example.com/login'], 'clears'),
  value('logoUri', 'logo_uri', ['https://new.example.com/logo.png'], 'clears'),
  value('policyUri', 'policy_uri', ['https://new.example.com/policy'], 'clears'),
  value('tosUri', 'tos_uri', ['https://new.example.com/terms'], 'clears'),
  keys,
  value('clientUri', 'client_uri', ['https://new.example.com/about'], 'clears'),
  list('contacts', 'contacts', ['one@example.com', 'two@example.com']),
  flag('requirePushedAuthorizationRequests', 'require_pushed_authorization_requests', false),
  flag('dpopBoundAccessTokens', 'dpop_bound_access_tokens', false),
  setting('default_max_age', [60, 7_200], 'clears'),
  setting('require_auth_time', [false]),
]

export const LOCAL: Frame = {
  states: {
    ...SHARED_STATES,
    ...WELL_STORED,
    description: ['An example', undefined],
    web_origins: [[APP], undefined],
    allowed_origins: [[APP], [], undefined],
    metadata: [{ team: 'identity', tier: 'gold' }, undefined],
    access_token_lifetime: [600, undefined],
    id_token_lifetime: [900, undefined],
    refresh_token_lifetime: [86_400, undefined],
    rotate_refresh_tokens: [true, false, undefined],
    disabled: [true, false, undefined],
    first_party: [false, undefined],
    id_token_signed_response_alg: ['RS256', 'ES256', undefined],
    token_endpoint_auth_method: ['client_secret_basic', undefined],
  },
  together: [],
  groups: [
    ...SHARED,
    ...WELL_KEPT,
    algorithm,
    value('secret', 'client_secret', ['another-secret-another-secret-another']),
    value('description', 'description', ['A text', 'Другой'], 'clears'),
    list('webOrigins', 'web_origins', ORIGINS),
    list('allowedOrigins', 'allowed_origins', ORIGINS),
    metadata,
    flag('disabled', 'disabled', false),
    flag('firstParty', 'first_party', true),
    value('accessTokenLifetime', 'access_token_lifetime', [900, 3_000], 'clears'),
    value('idTokenLifetime', 'id_token_lifetime', [600], 'clears'),
    value('refreshTokenLifetime', 'refresh_token_lifetime', [864_000], 'clears'),
    rotation,
  ],
}

/** What Canaille drops, and what it takes in a way of its own. */
const OTHERWISE = [
  'requirePushedAuthorizationRequests',
  'dpopBoundAccessTokens',
  'default_max_age',
  'scopes',
  'tokenEndpointAuthMethod',
]

const sector: Group = setting('backchannel_logout_uri', ['https://new.example.com/backchannel'])

export const REGISTERED: Frame = {
  states: {
    ...SHARED_STATES,
    ...WELL_STORED,
    policy_uri: [`${APP}/policy`, undefined],
    backchannel_logout_uri: [`${APP}/backchannel`, undefined],
    member_of_tomorrow: [{ some: ['thing', 1], flag: true }, ['b', 'a'], 'text'],
  },
  together: [],
  groups: [...SHARED, ...WELL_KEPT, sector, future('member_of_tomorrow')],
  settled: { idTokenSignedResponseAlg: 'the server of the tests has a key for RS256 only' },
}

/** The local provider drops what it does not know. */
const { member_of_tomorrow: _, ...KNOWN } = REGISTERED.states

export const REGISTERED_LOCALLY: Frame = {
  ...REGISTERED,
  states: KNOWN,
  groups: [...REGISTERED.groups, algorithm],
  settled: {},
}

export const GLEWLWYD: Frame = {
  states: SHARED_STATES,
  together: [],
  groups: [...SHARED, keyGrants, sector],
  settled: {
    tokenEndpointAuthMethod: 'any update of a client with a secret in use renews it there',
    jwksUri: 'Glewlwyd asks the address for the keys, at each update',
  },
}

/** Those that it knows. */
const canailleScopes: Group = {
  about: ['scopes'],
  asks: ({ scope }) => [
    ask({ scopes: { add: ['email'] } }, 'scope'),
    ask({ scopes: ['openid', 'phone'] }, 'scope'),
    ...(scope === 'openid profile' ? [ask({ scopes: { remove: ['profile'] } }, 'scope')] : []),
  ],
}

/** It keeps what an update leaves out, and clears texts and lists by empty ones. */
export const CANAILLE: Frame = {
  states: {
    ...SHARED_STATES,
    ...WELL_STORED,
    scope: ['openid profile', 'openid'],
    token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post'],
    require_auth_time: [true, false],
  },
  together: [],
  groups: [
    ...SHARED,
    ...WELL_KEPT.filter(({ about }) => !OTHERWISE.includes(about[0] ?? '')),
    // No request clears a number.
    setting('default_max_age', [60, 7_200]),
    canailleScopes,
    method(['client_secret_basic', 'client_secret_post']),
    value('idTokenSignedResponseAlg', 'id_token_signed_response_alg', ['RS512']),
    setting('software_id', ['another']),
    setting('require_signed_request_object', [false]),
  ],
}
