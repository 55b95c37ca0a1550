/**
 * What may be asked of a client of Ory Hydra: members and values as its admin API documents them (v2.3.0), and what
 * it was measured to take.
 */

import type { Json } from '../../../src/core/json/json.ts'
import { ask, type Frame, type Group, list, setting, textsAt, value } from './ask.ts'

const APP = 'https://app.example.com'
/** On the host of a callback that stays, which a logout URL asks for. */
const at = (path: string) => `${APP}/${path}`
const ORIGINS = ['https://one.example.com', 'https://two.example.com']

const grants: Group = {
  about: ['grantTypes'],
  asks: (record) => {
    const refreshes = textsAt(record, 'grant_types').includes('refresh_token')
    return [
      ask({ grantTypes: { [refreshes ? 'remove' : 'add']: ['refresh_token'] } }, 'grant_types'),
      ask({ grantTypes: { add: ['client_credentials'] } }, 'grant_types'),
      ask({ grantTypes: [] }, 'grant_types'),
    ]
  },
}

const responses: Group = {
  about: ['responseTypes'],
  asks: () => [
    ask({ responseTypes: { add: ['token'] } }, 'response_types'),
    ask({ responseTypes: null }, 'response_types'),
  ],
}

const scopes: Group = {
  about: ['scopes'],
  asks: ({ scope }) => [
    ask({ scopes: { add: ['profile'] } }, 'scope'),
    ask({ scopes: ['email'] }, 'scope'),
    ...(String(scope).includes('offline_access')
      ? [ask({ scopes: { remove: ['offline_access'] } }, 'scope')]
      : []),
  ],
}

const metadata: Group = {
  about: ['clientMetadata'],
  asks: ({ metadata: now }) => {
    const held = typeof now === 'object' && now !== null && 'team' in now
    return [
      ask({ clientMetadata: { added: 'x' } }, 'metadata.added'),
      ask({ clientMetadata: { team: 'other' } }, 'metadata.team'),
      ...(held
        ? [
            ask({ clientMetadata: { team: null } }, 'metadata.team'),
            ask({ clientMetadata: null }, 'metadata.team', 'metadata.tier'),
          ]
        : []),
    ]
  },
}

const consent: Group = {
  about: ['firstParty'],
  asks: ({ skip_consent: now }) => [ask({ firstParty: now !== true }, 'skip_consent')],
}

/** Keys, by value or by address: one takes the place of the other. */
const keys: Group = {
  about: ['jwksUri', 'jwks'],
  asks: ({ jwks_uri: uri, jwks = {} }) =>
    uri === undefined
      ? [
          ask(
            { jwksUri: 'https://new.example.com/keys', providerSettings: { jwks: null } },
            'jwks',
            'jwks_uri',
          ),
          ...('keys' in (jwks as object)
            ? [ask({ providerSettings: { jwks: null } }, 'jwks')]
            : []),
        ]
      : [
          ask({ jwksUri: 'https://new.example.com/keys' }, 'jwks_uri'),
          ask({ jwksUri: null }, 'jwks_uri'),
        ],
}

/** A lifetime can be cleared unless jwks_uri is set or the secret changes with it. */
const lifetime = (field: 'accessTokenLifetime' | 'idTokenLifetime' | 'refreshTokenLifetime') => {
  const member = `authorization_code_grant_${field
    .replace('TokenLifetime', '')
    .toLowerCase()}_token_lifespan`
  return {
    about: [field],
    asks: (record) => [
      ask({ [field]: 900 }, member),
      ask({ [field]: 86_401 }, member),
      ...(record.jwks_uri === undefined && typeof record[member] === 'string'
        ? [ask({ [field]: null }, member)]
        : []),
    ],
  } satisfies Group
}

/** An empty one is none, which cannot be cleared once more. */
const isNone = (held: Json | undefined) =>
  held === null || held === '' || (Array.isArray(held) && held.length === 0)

const clearable = (native: string, values: readonly Json[]): Group => ({
  about: [native],
  asks: (record) =>
    setting(native, values, isNone(record[native]) ? 'stays' : 'clears').asks(record),
})

const MACHINE = 'client_credentials_grant_access_token_lifespan'

const cleared: Group = {
  about: ['machine', 'jwksUri', 'secret'],
  asks: (record) =>
    record.jwks_uri === undefined ? clearable(MACHINE, ['5m0s']).asks(record) : [],
}

const names: Group = {
  about: ['name'],
  asks: (record) =>
    value(
      'name',
      'client_name',
      ['One', 'Другой'],
      isNone(record.client_name) ? 'stays' : 'clears',
    ).asks(record),
}

export const HYDRA: Frame = {
  states: {
    client_name: ['Example', 'Zwölf', ''],
    redirect_uris: [[at('callback')], [at('callback'), at('one')]],
    post_logout_redirect_uris: [[at('logout')], [at('logout'), at('out')], undefined],
    grant_types: [['authorization_code'], ['authorization_code', 'refresh_token']],
    scope: ['openid offline_access', 'openid'],
    owner: ['team-identity', ''],
    contacts: [['owner@example.com'], []],
    audience: [['https://api.example.com'], []],
    allowed_cors_origins: [[APP], []],
    request_uris: [[at('request')], undefined],
    access_token_strategy: ['opaque', undefined],
    skip_consent: [true, false],
    skip_logout_consent: [true, false, null],
    frontchannel_logout_session_required: [true, undefined],
    metadata: [
      { team: 'identity', tier: 'gold' },
      { team: 'identity', nested: { a: [1, { b: null }] }, count: 7 },
      {},
    ],
    authorization_code_grant_access_token_lifespan: ['30m0s', null],
    refresh_token_grant_access_token_lifespan: ['30m0s', null],
    client_credentials_grant_access_token_lifespan: ['10m0s', null],
  },
  together: [
    [{}, { jwks: {}, jwks_uri: 'https://app.example.com/keys' }, { jwks: {}, jwks_uri: undefined }],
  ],
  groups: [
    names,
    list('callbacks', 'redirect_uris', ['one', 'two', 'three'].map(at), { keeps: 'first' }),
    list('allowedLogoutUrls', 'post_logout_redirect_uris', ['one', 'two'].map(at)),
    {
      about: ['secret'],
      asks: value('secret', 'client_secret', ['another-secret-another-secret']).asks,
    },
    grants,
    responses,
    scopes,
    metadata,
    consent,
    keys,
    value('tokenEndpointAuthMethod', 'token_endpoint_auth_method', ['client_secret_post']),
    list('allowedOrigins', 'allowed_cors_origins', ORIGINS),
    value('logoUri', 'logo_uri', ['https://new.example.com/logo.png'], 'clears'),
    value('policyUri', 'policy_uri', ['https://new.example.com/policy'], 'clears'),
    value('tosUri', 'tos_uri', ['https://new.example.com/terms'], 'clears'),
    ...(['accessTokenLifetime', 'idTokenLifetime', 'refreshTokenLifetime'] as const).map(
      (field): Group => {
        const group = lifetime(field)
        return { ...group, about: [...group.about, 'jwksUri', 'secret'] }
      },
    ),
    cleared,
    clearable('owner', ['team-b']),
    list('contacts', 'contacts', ['one@example.com', 'two@example.com']),
    clearable('audience', [['https://other.example.com', 'plain']]),
    value('clientUri', 'client_uri', ['https://new.example.com/'], 'clears'),
    setting('request_uris', [[at('other')]], 'clears'),
    setting('access_token_strategy', ['jwt'], 'clears'),
    setting('skip_logout_consent', [true, false]),
    setting('backchannel_logout_uri', [at('other')], 'clears'),
    setting('backchannel_logout_session_required', [false], 'clears'),
    setting('frontchannel_logout_session_required', [true], 'clears'),
    setting('userinfo_signed_response_alg', ['none']),
    setting('token_endpoint_auth_signing_alg', ['RS256'], 'clears'),
  ],
}
