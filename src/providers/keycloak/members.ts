/**
 * Members of a Keycloak client (ClientRepresentation), by what the admin API v1 does with them, measured on 26.7.4; the
 * table of docs/providers/keycloak.md shows it. Names of attributes have dots.
 */

import { type MemberTable, membersOf } from '../../core/mapping/members.ts'

/** The scopes of the realm, read where a change may name some. Not a member of Keycloak's. */
export const SCOPES = '$realm_scopes'

export const MEMBERS: MemberTable = {
  [SCOPES]: ['hidden'],
  access: ['hidden'],
  adminUrl: ['setting', 'empty-is-absent'],
  alwaysDisplayInConsole: ['setting'],
  attributes: ['setting', 'merged', 'empty-is-absent'],
  'attributes.*': ['nullable'],
  'attributes.access.token.header.type.rfc9068': ['public'],
  'attributes.access.token.lifespan': ['field'],
  'attributes.access.token.signed.response.alg': ['public'],
  'attributes.backchannel.logout.revoke.offline.tokens': ['public'],
  'attributes.ciba.backchannel.token.delivery.mode': ['public'],
  'attributes.client.introspection.response.allow.jwt.claim.enabled': ['public'],
  'attributes.client.secret.authentication.allowed.method': ['field', 'credential', 'public'],
  'attributes.client.secret.creation.time': ['read-only', 'public'],
  'attributes.client.secret.expiration.time': ['read-only', 'public'],
  'attributes.client.secret.rotated': ['read-only', 'secret'],
  'attributes.client.secret.rotated.creation.time': ['read-only', 'public'],
  'attributes.client.secret.rotated.expiration.time': ['read-only', 'public'],
  'attributes.client.session.idle.timeout': ['field'],
  'attributes.client.session.max.lifespan': ['field'],
  'attributes.client.use.lightweight.access.token.enabled': ['public'],
  'attributes.client_credentials.use_refresh_token': ['public'],
  'attributes.dpop.bound.access.tokens': ['field'],
  'attributes.id.token.as.detached.signature': ['public'],
  'attributes.id.token.encrypted.response.alg': ['public'],
  'attributes.id.token.encrypted.response.enc': ['public'],
  'attributes.id.token.signed.response.alg': ['field'],
  'attributes.jwks.string': ['credential'],
  'attributes.jwks.url': ['field', 'credential'],
  'attributes.jwt.credential.certificate': ['credential', 'public'],
  'attributes.jwt.credential.issuer': ['credential', 'public'],
  'attributes.jwt.credential.sub': ['credential', 'public'],
  'attributes.logoUri': ['field'],
  'attributes.oauth2.device.authorization.grant.enabled': ['field'],
  'attributes.oauth2.jwt.authorization.grant.enabled': ['field', 'privileged'],
  'attributes.oidc.ciba.grant.enabled': ['field'],
  'attributes.policyUri': ['field'],
  'attributes.post.logout.redirect.uris': ['field'],
  'attributes.realm_client': ['read-only'],
  'attributes.request.object.encryption.alg': ['public'],
  'attributes.request.object.encryption.enc': ['public'],
  'attributes.request.object.signature.alg': ['public'],
  'attributes.require.pushed.authorization.requests': ['field'],
  'attributes.standard.token.exchange.enableRefreshRequestedTokenType': ['public'],
  'attributes.standard.token.exchange.enabled': ['field', 'privileged'],
  'attributes.tls.client.certificate.bound.access.tokens': ['credential', 'public'],
  'attributes.token.endpoint.auth.signing.alg': ['credential', 'public'],
  'attributes.token.endpoint.auth.signing.max.exp': ['public'],
  'attributes.token.response.type.bearer.lower-case': ['public'],
  'attributes.tosUri': ['field'],
  'attributes.use.jwks.string': ['credential'],
  'attributes.use.jwks.url': ['field', 'credential'],
  'attributes.use.refresh.tokens': ['field', 'public'],
  'attributes.x509.allow.regex.pattern.comparison': ['credential'],
  'attributes.x509.subjectdn': ['credential'],
  authenticationFlowBindingOverrides: [
    'setting',
    'credential',
    'merged',
    'empty-is-absent',
    'privileged',
  ],
  'authenticationFlowBindingOverrides.*': ['nullable'],
  authorizationServicesEnabled: ['setting', 'privileged'],
  baseUrl: ['field', 'empty-is-absent'],
  bearerOnly: ['read-only'],
  clientAuthenticatorType: ['field', 'credential'],
  clientId: ['field', 'read-only'],
  consentRequired: ['field', 'privileged'],
  defaultClientScopes: ['setting', 'unordered', 'privileged'],
  description: ['field', 'empty-is-absent'],
  directAccessGrantsEnabled: ['field', 'privileged'],
  enabled: ['field'],
  frontchannelLogout: ['setting'],
  fullScopeAllowed: ['setting', 'privileged'],
  id: ['read-only'],
  implicitFlowEnabled: ['field'],
  name: ['field', 'empty-is-absent'],
  nodeReRegistrationTimeout: ['setting'],
  notBefore: ['setting'],
  optionalClientScopes: ['field', 'unordered'],
  origin: ['hidden'],
  protocol: ['create-only'],
  protocolMappers: ['setting', 'unordered', 'empty-is-absent', 'privileged'],
  'protocolMappers.config.*': ['public'],
  publicClient: ['field', 'credential'],
  redirectUris: ['field', 'unordered'],
  registeredNodes: ['read-only'],
  registrationAccessToken: ['read-only', 'secret'],
  rootUrl: ['setting', 'empty-is-absent'],
  secret: ['field', 'secret'],
  serviceAccountsEnabled: ['field', 'privileged'],
  standardFlowEnabled: ['field'],
  surrogateAuthRequired: ['setting'],
  type: ['setting', 'empty-is-absent'],
  webOrigins: ['field', 'unordered'],
}

/** What the server makes. */
export const SERVERS_OWN = membersOf(MEMBERS, 'read-only').filter((name) => !name.includes('.'))

/** Attributes that the server makes; one that is sent back from an older read brings a dead secret to life. */
export const isServersAttribute = (name: string): boolean =>
  name === 'realm_client' ||
  (name.startsWith('client.secret.') && name !== 'client.secret.authentication.allowed.method')

/** What an absent member means. */
export const DEFAULTS = {
  alwaysDisplayInConsole: false,
  authorizationServicesEnabled: false,
  bearerOnly: false,
  clientAuthenticatorType: 'client-secret',
  consentRequired: false,
  frontchannelLogout: false,
  nodeReRegistrationTimeout: -1,
  notBefore: 0,
  surrogateAuthRequired: false,
} as const
