/**
 * Clients of Keycloak as the admin API v1 holds them (26.7.4). An update keeps what it leaves out, but for two members
 * (`update.ts`); scopes have calls of their own (`scopes.ts`).
 */

import { fixed, list, missing, shown, texts, view } from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { listsOf, normalBy } from '../../core/mapping/members.ts'
import type { Native } from '../../core/mapping/row.ts'
import { attribute, attributeFlag, attributesOf, lifetime } from './attributes.ts'
import { appTypeOf, grantTypes, responseTypesOf, tokenEndpointAuthMethod } from './grants.ts'
import {
  allowedLogoutUrls,
  disabled,
  firstParty,
  jwksUri,
  MAX_TEXT,
  mappersOf,
  secret,
  text,
} from './lenses.ts'
import { lint } from './lint.ts'
import { DEFAULTS, isServersAttribute, MEMBERS } from './members.ts'
import { rules } from './rules.ts'
import { warnings } from './warnings.ts'

const ordered = normalBy(MEMBERS, DEFAULTS)

/** What the server makes of attributes and mappers is no setting of the client. */
function normal(native: Native): Native {
  const attributes = Object.entries(attributesOf(native)).filter(
    ([name, value]) => value !== '' && !isServersAttribute(name),
  )
  return ordered({
    ...native,
    attributes: Object.fromEntries(attributes),
    protocolMappers: mappersOf(native),
  })
}

/** A scope that comes and goes with the service account. */
const SERVICE_ACCOUNT = 'service_account'

/** What follows from a change: a secret that is made or forgotten, and the scope of a service account. */
function expected({ base, next }: { base: Native; next: Native }, record: Native): Native {
  const turned = base.publicClient !== next.publicClient
  const makesSecret = turned && next.publicClient !== true && next.secret === undefined
  const secretMade = makesSecret && record.secret !== undefined ? { secret: record.secret } : {}
  const withScope = texts(record.defaultClientScopes).includes(SERVICE_ACCOUNT)
  const scopes = texts(next.defaultClientScopes).filter((scope) => scope !== SERVICE_ACCOUNT)
  const follows = base.serviceAccountsEnabled !== next.serviceAccountsEnabled
  return {
    ...next,
    ...secretMade,
    ...(follows && next.defaultClientScopes !== undefined
      ? { defaultClientScopes: withScope ? [...scopes, SERVICE_ACCOUNT] : scopes }
      : {}),
  }
}

const REALM = 'null: as the realm has it.'

export const mapping: Mapping = {
  fields: {
    id: shown('clientId', 'it is the name by which users and tokens know the client'),
    name: text('name'),
    secret,
    callbacks: list('redirectUris', 'keep'),
    allowedLogoutUrls,
    grantTypes,
    tokenEndpointAuthMethod,
    supportedIdp: missing('identity providers belong to the realm'),
    description: text('description'),
    webOrigins: list('webOrigins', 'keep', {
      note: '"+" stands for the origins of the callbacks.',
    }),
    appType: view(
      [],
      appTypeOf,
      'Keycloak stores no application type; it is derived from the settings',
    ),
    clientMetadata: missing(
      'Keycloak has attributes, which are settings as well; they are in client.providerSettings.attributes',
    ),
    disabled,
    oidcConformant: fixed<boolean>(true, 'Keycloak follows OpenID Connect always'),
    auth0Id: missing('the client is not held by Auth0'),
    allowedOrigins: missing('Keycloak has one list of origins, client.webOrigins'),
    defaultCallback: missing('OpenID Connect has every request name its redirect_uri'),
    initiateLoginUri: missing('Keycloak cannot start a login from a third party'),
    logoUri: attribute('logoUri'),
    clientUri: text('baseUrl'),
    policyUri: attribute('policyUri'),
    tosUri: attribute('tosUri'),
    jwksUri,
    contacts: missing('Keycloak keeps no contacts of a client'),
    scopes: list('optionalClientScopes', 'keep', {
      note: 'Those that a request may name; those that every token has are providerSettings.defaultClientScopes. Each takes a call of its own.',
    }),
    responseTypes: view([], responseTypesOf, 'they follow from client.grantTypes'),
    accessTokenLifetime: lifetime('access.token.lifespan', REALM),
    idTokenLifetime: missing('ID tokens last as long as access tokens'),
    refreshTokenLifetime: lifetime(
      'client.session.max.lifespan',
      `No longer than the sessions of the realm. ${REALM}`,
    ),
    refreshTokenIdleLifetime: lifetime(
      'client.session.idle.timeout',
      `No longer than the sessions of the realm. ${REALM}`,
    ),
    refreshTokenRotation: missing('it is a setting of the realm (revokeRefreshToken)'),
    idTokenSignedResponseAlg: attribute('id.token.signed.response.alg', {
      limits: {
        values: [
          ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
          ...['ES256', 'ES384', 'ES512', 'EdDSA', 'HS256', 'HS384', 'HS512'],
        ],
      },
      note: 'Keycloak takes any word here; one that it does not know fails at the token endpoint, so only those that work are taken.',
    }),
    requirePushedAuthorizationRequests: attributeFlag('require.pushed.authorization.requests'),
    dpopBoundAccessTokens: attributeFlag('dpop.bound.access.tokens'),
    firstParty,
    createdAt: missing('the admin API v1 does not show it'),
    updatedAt: missing('the admin API v1 does not show it'),
  },
  omitted: 'keep',
  ...listsOf(MEMBERS),
  expected,
  rules,
  uris: {
    maxLength: MAX_TEXT,
    wildcards: false,
    placeholders: [],
    customSchemes: true,
    words: { logout: ['+'], origin: ['+'] },
  },
  normal,
  warnings,
  suspension: {
    doesNotStop: [
      'access tokens and ID tokens that were issued, until they end',
      'sessions at Keycloak, in which other clients go on',
    ],
  },
  lint,
}
