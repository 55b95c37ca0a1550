/**
 * What may be asked of a client of Keycloak: members and values as its admin API documents them (26.7), and what it was
 * measured to take.
 */

import type { FieldName } from '../../../src/core/client.ts'
import type { Json, JsonObject } from '../../../src/core/json/json.ts'
import { ask, type Frame, type Group, list, setting, textsAt, value } from './ask.ts'

const APP = 'https://app.example.com'
const at = (path: string) => `${APP}/${path}`
const ORIGINS = ['https://one.example.com', 'https://two.example.com']

const attributesOf = ({ attributes = {} }: JsonObject) => attributes as JsonObject

/** A field that is one attribute, whose name has dots. */
const attribute = (
  field: FieldName,
  name: string,
  values: readonly Json[],
  clears: 'clears' | 'stays' = 'clears',
): Group => ({
  about: [field],
  asks: (record) => {
    const now = attributesOf(record)[name]
    const others = values.filter((one) => String(one) !== now)
    const all = clears === 'clears' && now !== undefined ? [...others, null] : others
    return all.map((one) => ask({ [field]: one }, `attributes.${name}`))
  },
})

const flag = (field: FieldName, name: string): Group => ({
  about: [field],
  asks: (record) => [ask({ [field]: attributesOf(record)[name] !== 'true' }, `attributes.${name}`)],
})

/** A raw attribute: set, changed, removed. */
const rawAttribute = (name: string, values: readonly string[]): Group => ({
  about: [name],
  asks: (record) => {
    const now = attributesOf(record)[name]
    const others = values.filter((one) => one !== now)
    const all = now === undefined ? others : [...others, null]
    return all.map((one) =>
      ask({ providerSettings: { attributes: { [name]: one } } }, `attributes.${name}`),
    )
  },
})

const LOGOUT = 'post.logout.redirect.uris'

const logoutUrls: Group = {
  about: ['allowedLogoutUrls'],
  asks: (record) => {
    const touched = `attributes.${LOGOUT}`
    const held = attributesOf(record)[LOGOUT]
    const forms: Json[] = [{ add: [at('one')] }, { add: [at('one'), at('two')] }, [at('two')]]
    const emptied: Json[] = held === '-' ? [] : [[], null]
    return [...forms, ...emptied].map((form) => ask({ allowedLogoutUrls: form }, touched))
  },
}

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** A grant that is one flag or one attribute. */
const grant = (name: string, path: string, isOn: (record: JsonObject) => boolean): Group => ({
  about: ['grantTypes'],
  asks: (record) => [ask({ grantTypes: { [isOn(record) ? 'remove' : 'add']: [name] } }, path)],
})

const grants: readonly Group[] = [
  grant('implicit', 'implicitFlowEnabled', (record) => record.implicitFlowEnabled === true),
  grant(
    'password',
    'directAccessGrantsEnabled',
    (record) => record.directAccessGrantsEnabled === true,
  ),
  grant(
    'authorization_code',
    'standardFlowEnabled',
    (record) => record.standardFlowEnabled === true,
  ),
  grant(
    DEVICE,
    'attributes.oauth2.device.authorization.grant.enabled',
    (record) => attributesOf(record)['oauth2.device.authorization.grant.enabled'] === 'true',
  ),
  grant(
    EXCHANGE,
    'attributes.standard.token.exchange.enabled',
    (record) => attributesOf(record)['standard.token.exchange.enabled'] === 'true',
  ),
  grant(
    'refresh_token',
    'attributes.use.refresh.tokens',
    (record) => attributesOf(record)['use.refresh.tokens'] !== 'false',
  ),
]

const OPTIONAL = ['address', 'phone', 'offline_access', 'microprofile-jwt', 'organization']

const scopes: Group = {
  about: ['scopes'],
  asks: (record) => list('scopes', 'optionalClientScopes', OPTIONAL).asks(record),
}

/** A scope goes from one list to the other, or only from its own. */
const defaultScopes: Group = {
  about: ['scopes', 'defaultClientScopes'],
  asks: (record) => {
    const now = textsAt(record, 'defaultClientScopes')
    const without = now.filter((scope) => scope !== 'profile')
    const optional = textsAt(record, 'optionalClientScopes')
    return now.includes('profile')
      ? [
          ask({ providerSettings: { defaultClientScopes: without } }, 'defaultClientScopes'),
          ask(
            {
              scopes: [...optional, 'profile'],
              providerSettings: { defaultClientScopes: without },
            },
            'defaultClientScopes',
            'optionalClientScopes',
          ),
        ]
      : [
          ask(
            { providerSettings: { defaultClientScopes: [...now, 'profile'] } },
            'defaultClientScopes',
          ),
        ]
  },
}

const mappers: Group = {
  about: ['protocolMappers'],
  asks: ({ protocolMappers: held = [] }) => {
    const all = held as readonly JsonObject[]
    const added = {
      name: 'added',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-hardcoded-claim-mapper',
      config: { 'claim.name': 'added', 'claim.value': 'yes' },
    }
    const set = (protocolMappers: Json) =>
      ask({ providerSettings: { protocolMappers } }, 'protocolMappers')
    return [set([...all, added]), ...(all.length > 0 ? [set([]), set(null)] : [])]
  },
}

const method: Group = {
  about: ['tokenEndpointAuthMethod'],
  asks: (record) => [
    ask(
      {
        tokenEndpointAuthMethod:
          attributesOf(record)['client.secret.authentication.allowed.method'] ===
          'client_secret_post'
            ? 'client_secret_basic'
            : 'client_secret_post',
      },
      'attributes.client.secret.authentication.allowed.method',
    ),
    ask({ tokenEndpointAuthMethod: 'private_key_jwt' }, 'clientAuthenticatorType'),
  ],
}

const jwks: Group = {
  about: ['jwksUri'],
  asks: (record) => {
    const touched = ['attributes.jwks.url', 'attributes.use.jwks.url']
    const held = attributesOf(record)['use.jwks.url'] === 'true'
    return [
      ask({ jwksUri: 'https://new.example.com/keys' }, ...touched),
      ...(held ? [ask({ jwksUri: null }, ...touched)] : []),
    ]
  },
}

const turned = (field: FieldName, native: string, on: (record: JsonObject) => boolean): Group => ({
  about: [field],
  asks: (record) => [ask({ [field]: !on(record) }, native)],
})

const FULL = {
  realm_client: 'false',
  'backchannel.logout.session.required': 'true',
  'backchannel.logout.revoke.offline.tokens': 'true',
}

/** An empty text is none, which cannot be cleared once more. */
const named = (field: FieldName, native: string, values: readonly Json[]): Group => ({
  about: [field],
  asks: (record) => {
    const empty = record[native] === undefined || record[native] === ''
    return value(field, native, values, empty ? 'stays' : 'clears').asks(record)
  },
})

export const KEYCLOAK: Frame = {
  states: {
    name: ['Example', 'Zwölf', '', undefined],
    description: ['The example of the documentation', ''],
    rootUrl: ['https://app.example.com', undefined],
    enabled: [true, false],
    consentRequired: [true, false],
    redirectUris: [[at('callback')], [at('callback'), at('one')]],
    webOrigins: [[APP], [], ['+']],
    implicitFlowEnabled: [true, false],
    directAccessGrantsEnabled: [true, false],
    frontchannelLogout: [true, false],
    fullScopeAllowed: [true, false],
    optionalClientScopes: [['address', 'phone', 'offline_access'], []],
    defaultClientScopes: [
      ['web-origins', 'service_account', 'acr', 'roles', 'profile', 'basic'],
      ['service_account', 'basic'],
    ],
    attributes: [
      FULL,
      {
        ...FULL,
        team: 'identity',
        logoUri: at('logo.png'),
        'access.token.lifespan': '600',
        'post.logout.redirect.uris': '-',
        'jwks.url': at('keys'),
        'use.jwks.url': 'true',
        'use.refresh.tokens': 'false',
      },
      {
        ...FULL,
        'post.logout.redirect.uris': `+##${at('logout')}`,
        'oauth2.device.authorization.grant.enabled': 'true',
        'pkce.code.challenge.method': 'S256',
        'client.session.max.lifespan': '7200',
        'client.secret.authentication.allowed.method': 'client_secret_post',
        'id.token.signed.response.alg': 'ES256',
      },
    ],
  },
  together: [
    [{}, { authorizationServicesEnabled: undefined }],
    [{}, { protocolMappers: undefined }],
  ],
  groups: [
    named('name', 'name', ['One', 'Другой']),
    named('description', 'description', ['Other words']),
    named('clientUri', 'baseUrl', ['https://new.example.com/']),
    list('callbacks', 'redirectUris', ['one', 'two', 'three'].map(at)),
    list('webOrigins', 'webOrigins', ORIGINS),
    logoutUrls,
    value('secret', 'secret', ['another-secret-another-secret-another']),
    ...grants,
    scopes,
    defaultScopes,
    mappers,
    method,
    jwks,
    turned('disabled', 'enabled', ({ enabled }) => enabled === false),
    turned('firstParty', 'consentRequired', ({ consentRequired }) => consentRequired !== true),
    attribute('logoUri', 'logoUri', ['https://new.example.com/logo.png']),
    attribute('policyUri', 'policyUri', ['https://new.example.com/policy']),
    attribute('tosUri', 'tosUri', ['https://new.example.com/terms']),
    attribute('accessTokenLifetime', 'access.token.lifespan', [900, 86_401]),
    attribute('refreshTokenLifetime', 'client.session.max.lifespan', [900, 36_000]),
    attribute('refreshTokenIdleLifetime', 'client.session.idle.timeout', [900, 1_800]),
    attribute('idTokenSignedResponseAlg', 'id.token.signed.response.alg', ['RS256', 'PS512']),
    flag('requirePushedAuthorizationRequests', 'require.pushed.authorization.requests'),
    flag('dpopBoundAccessTokens', 'dpop.bound.access.tokens'),
    rawAttribute('team', ['platform', 'identity']),
    rawAttribute('pkce.code.challenge.method', ['S256', 'plain']),
    rawAttribute('backchannel.logout.url', [at('other')]),
    setting('rootUrl', ['https://new.example.com'], 'clears'),
    setting('adminUrl', ['https://new.example.com'], 'clears'),
    setting('fullScopeAllowed', [true, false]),
    setting('frontchannelLogout', [true, false]),
    setting('alwaysDisplayInConsole', [true, false]),
    setting('notBefore', [1_790_000_000]),
  ],
}
