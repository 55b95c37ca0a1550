/** What may be asked of an Auth0 application (Management API v2, PATCH /api/v2/clients/{id}). */

import type { Json, JsonObject } from '../../../src/core/json/json.ts'
import {
  type Ask,
  ask,
  at,
  type Frame,
  future,
  type Group,
  list,
  raw,
  setting,
  textsAt,
  value,
} from './ask.ts'

const url = (name: string) => `https://${name}.example.com/cb`
const URLS = ['one', 'two', 'three'].map(url)
const ORIGINS = ['https://one.example.com', 'https://two.example.com']
const APP = 'https://app.example.com'

/** The grants of a machine need a client that can prove who it is. */
const grants: Group = {
  about: ['grantTypes', 'tokenEndpointAuthMethod'],
  asks: (record) => {
    const now = textsAt(record, 'grant_types')
    const isPublic = record.token_endpoint_auth_method === 'none'
    const machine = now.includes('client_credentials')
    const keys = record.client_authentication_methods !== undefined
    const method = ['token_endpoint_auth_method', 'client_authentication_methods']
    const methods = ['client_secret_basic', 'client_secret_post']
      .filter((one) => one !== record.token_endpoint_auth_method)
      .map((one) => ask({ tokenEndpointAuthMethod: one }, ...method))
    const lists = [['authorization_code'], ['authorization_code', 'refresh_token', 'implicit'], []]
    return [
      ...lists
        .filter((one) => String(one) !== String(now))
        .map((grantTypes) => ask({ grantTypes }, 'grant_types')),
      ...(isPublic || machine
        ? []
        : [ask({ grantTypes: { add: ['client_credentials'] } }, 'grant_types')]),
      ...(machine ? [ask({ grantTypes: { remove: ['client_credentials'] } }, 'grant_types')] : []),
      ...methods,
      ...(isPublic || machine ? [] : [ask({ tokenEndpointAuthMethod: 'none' }, ...method)]),
      ...(isPublic || keys ? [] : [ask({ tokenEndpointAuthMethod: null }, ...method)]),
      ...(isPublic
        ? []
        : [
            ask(
              { tokenEndpointAuthMethod: 'none', grantTypes: ['authorization_code', 'password'] },
              ...method,
              'grant_types',
            ),
          ]),
    ]
  },
}

const ENDS = [
  'refresh_token.infinite_token_lifetime',
  'refresh_token.infinite_idle_token_lifetime',
  'refresh_token.expiration_type',
]

/** Auth0 demands two members whenever the object is sent, so one that is not there is made whole. */
const refresh = (record: JsonObject, client: Ask['client'], ...touches: readonly string[]): Ask =>
  ask(client, ...(record.refresh_token === undefined ? ['refresh_token'] : touches))

/** The idle lifetimes of the states and asks are shorter than any whole one. */
const lifetimes: readonly Group[] = [
  {
    about: ['refreshTokenLifetime'],
    asks: (record) =>
      [1_728_000, 2_000_000]
        .filter((one) => one !== at(record, 'refresh_token.token_lifetime'))
        .map((one) =>
          refresh(record, { refreshTokenLifetime: one }, 'refresh_token.token_lifetime', ...ENDS),
        ),
  },
  {
    about: ['refreshTokenIdleLifetime'],
    asks: (record) =>
      [86_400, 700_000]
        .filter((one) => one !== at(record, 'refresh_token.idle_token_lifetime'))
        .map((one) =>
          refresh(
            record,
            { refreshTokenIdleLifetime: one },
            'refresh_token.idle_token_lifetime',
            ...ENDS,
          ),
        ),
  },
  {
    about: ['refreshTokenRotation'],
    asks: (record) => {
      const rotates = at(record, 'refresh_token.rotation_type') === 'rotating'
      const members = ['refresh_token.rotation_type', 'refresh_token.leeway']
      // Auth0 takes rotation for tokens that end only.
      const on = (more: JsonObject) =>
        refresh(record, { refreshTokenRotation: { enabled: true, ...more } }, ...members, ...ENDS)
      if (!rotates) return [on({}), on({ graceSeconds: 30 })]
      return [
        refresh(record, { refreshTokenRotation: { enabled: false } }, ...members),
        refresh(record, { refreshTokenRotation: { graceSeconds: 45 } }, ...members),
        refresh(record, { refreshTokenRotation: null }, ...members),
      ]
    },
  },
]

const metadata: Group = {
  about: ['clientMetadata'],
  asks: (record) => {
    const names = Object.keys((record.client_metadata ?? {}) as JsonObject)
    const [first] = names
    return [
      ask({ clientMetadata: { added: 'x' } }, 'client_metadata.added'),
      ask({ clientMetadata: { team: 'other' } }, 'client_metadata.team'),
      ...(first === undefined
        ? []
        : [
            ask({ clientMetadata: { [first]: null } }, `client_metadata.${first}`),
            ask(
              { clientMetadata: { [first]: null, added: 'y' } },
              `client_metadata.${first}`,
              'client_metadata.added',
            ),
            ask({ clientMetadata: null }, 'client_metadata'),
          ]),
    ]
  },
}

/** Members of objects that an update merges: one changes, its neighbours stay. */
const inner: Group = {
  about: ['inside settings'],
  asks: ({ addons, mobile, native_social_login: social }) => [
    ...(addons === undefined
      ? []
      : [
          raw('addons.samlp.audience', 'https://other.example.com'),
          raw('addons.aws.role', 'another'),
          raw('addons', null),
        ]),
    ...(mobile === undefined ? [] : [raw('mobile.ios.team_id', 'ZZZZZ99999')]),
    ...(social === undefined
      ? []
      : [
          raw('native_social_login.apple.enabled', true),
          raw('native_social_login.facebook', null),
        ]),
    raw('jwt_configuration.secret_encoded', true),
  ],
}

/** Auth0 keeps on each connection for which clients it is. */
const connections = (names: readonly string[]): readonly Ask[] => {
  const others = CONNECTIONS.filter((one) => !names.includes(one))
  const ends = (changed: readonly string[]) =>
    changed.map((one) => `elsewhere.${one}.exampleClientId`)
  const to = (supportedIdp: Json, changed: readonly string[]) =>
    ask({ supportedIdp }, ...ends(changed))
  return [
    ...(others.length === 0
      ? []
      : [to({ add: others }, others), to([...names, ...others], others)]),
    ...(names.length === 0
      ? []
      : [to({ remove: names.slice(0, 1) }, names.slice(0, 1)), to([], names)]),
    ...(others.length === 0 || names.length === 0 ? [] : [to(others.slice(0, 1), CONNECTIONS)]),
  ]
}

const CONNECTIONS = ['users', 'google', 'github']

export const AUTH0: Frame = {
  elsewhere: connections,
  states: {
    name: ['Example', 'Other'],
    description: ['An example', undefined],
    app_type: ['regular_web', 'spa', 'native', 'non_interactive'],
    logo_uri: [`${APP}/logo.png`, undefined],
    initiate_login_uri: [`${APP}/login`, undefined],
    callbacks: [[`${APP}/callback`], [`${APP}/callback`, url('one')], [], undefined],
    allowed_logout_urls: [[`${APP}/logout`], [], undefined],
    web_origins: [[APP], undefined],
    allowed_origins: [[APP], [APP, 'https://one.example.com'], undefined],
    client_metadata: [{ team: 'identity', tier: 'gold' }, {}, undefined],
    jwt_configuration: [
      { alg: 'RS256', lifetime_in_seconds: 36_000, secret_encoded: false },
      { alg: 'PS256', lifetime_in_seconds: 7_200, secret_encoded: false, scopes: {} },
    ],
    addons: [
      { samlp: { audience: 'https://sp.example.com' }, aws: { principal: 'p', role: 'r' } },
      undefined,
    ],
    mobile: [
      { ios: { team_id: 'ABCDE12345', app_bundle_identifier: 'com.example.app' } },
      undefined,
    ],
    native_social_login: [{ apple: { enabled: false }, facebook: { enabled: true } }, undefined],
    organization_usage: ['allow', undefined],
    organization_require_behavior: ['no_prompt', undefined],
    sso_disabled: [false, true, undefined],
    client_aliases: [['example-alias'], undefined],
    member_of_tomorrow: [{ some: ['thing', 1], flag: true }, ['a', 'b'], 'text', undefined],
    another_of_tomorrow: [{ deep: { deeper: null, list: [] } }, undefined],
    refresh_token: [
      {
        expiration_type: 'expiring',
        rotation_type: 'non-rotating',
        leeway: 0,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
        token_lifetime: 2_592_000,
        idle_token_lifetime: 1_296_000,
      },
      {
        expiration_type: 'expiring',
        rotation_type: 'rotating',
        leeway: 15,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: true,
        token_lifetime: 2_500_000,
        idle_token_lifetime: 600_000,
        policies: [{ audience: 'https://api.example.com', scope: ['read'] }],
      },
      {
        expiration_type: 'non-expiring',
        rotation_type: 'non-rotating',
        leeway: 0,
        token_lifetime: 31_557_600,
        idle_token_lifetime: 1_296_000,
      },
      undefined,
    ],
  },
  together: [
    [
      {
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
      },
      { grant_types: ['authorization_code'], token_endpoint_auth_method: 'none' },
      { grant_types: ['implicit'], token_endpoint_auth_method: 'client_secret_basic' },
    ],
  ],
  groups: [
    value('name', 'name', ['One', 'Zwölf', 'A name with "quotes"']),
    value('secret', 'client_secret', ['another-secret-another-secret-another']),
    list('callbacks', 'callbacks', URLS),
    list('allowedLogoutUrls', 'allowed_logout_urls', URLS),
    list('webOrigins', 'web_origins', ORIGINS),
    list('allowedOrigins', 'allowed_origins', ORIGINS),
    grants,
    value('description', 'description', ['A text', 'Другой'], 'clears'),
    value('appType', 'app_type', ['native', 'spa', 'regular_web']),
    metadata,
    value('oidcConformant', 'oidc_conformant', [false]),
    value('initiateLoginUri', 'initiate_login_uri', ['https://new.example.com/login'], 'clears'),
    value('logoUri', 'logo_uri', ['https://new.example.com/logo.png'], 'clears'),
    value('idTokenLifetime', 'jwt_configuration.lifetime_in_seconds', [600, 86_400]),
    value('idTokenSignedResponseAlg', 'jwt_configuration.alg', ['PS256', 'RS512']),
    ...lifetimes,
    inner,
    setting('sso_disabled', [true, false]),
    setting('custom_login_page_on', [false]),
    setting('organization_usage', ['deny'], 'clears'),
    setting('organization_require_behavior', ['no_prompt'], 'clears'),
    value('requirePushedAuthorizationRequests', 'require_pushed_authorization_requests', [true]),
    setting('allowed_clients', [['another-client']]),
    setting('client_aliases', [['other-alias'], []]),
    future('member_of_tomorrow'),
  ],
}
