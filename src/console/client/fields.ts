/** The fields of a client in groups, and how each is edited. A field that is not here does not compile. */

import type { FieldName, LeaseField } from '../../sdk/index.ts'
import type { TEXTS } from '../frame/texts.ts'

export type GroupName = keyof typeof TEXTS.groups

/** `never`: the console shows it and has no way to change it. */
export type FieldKind =
  | 'text'
  | 'flag'
  | 'seconds'
  | 'list'
  | 'map'
  | 'rotation'
  | 'settings'
  | 'secret'
  | 'time'

interface FieldRow {
  readonly group: GroupName
  readonly kind: FieldKind
  readonly label: string
}

const row = (group: GroupName, kind: FieldKind, label: string): FieldRow => ({ group, kind, label })

export const FIELD_ROWS: Readonly<Record<FieldName, FieldRow>> = {
  id: row('identity', 'text', 'Client id'),
  name: row('identity', 'text', 'Name'),
  description: row('identity', 'text', 'Description'),
  appType: row('identity', 'text', 'Type'),
  disabled: row('identity', 'flag', 'Switched off'),
  firstParty: row('identity', 'flag', 'First party'),
  auth0Id: row('identity', 'text', 'Id at Auth0'),
  clientMetadata: row('identity', 'map', 'Metadata'),
  callbacks: row('access', 'list', 'Redirect URIs'),
  defaultCallback: row('access', 'text', 'Default redirect URI'),
  allowedLogoutUrls: row('access', 'list', 'Logout URIs'),
  webOrigins: row('access', 'list', 'Web origins'),
  allowedOrigins: row('access', 'list', 'Allowed origins (CORS)'),
  initiateLoginUri: row('access', 'text', 'Initiate-login URI'),
  grantTypes: row('flows', 'list', 'Grant types'),
  responseTypes: row('flows', 'list', 'Response types'),
  scopes: row('flows', 'list', 'Scopes'),
  supportedIdp: row('flows', 'list', 'Identity providers'),
  tokenEndpointAuthMethod: row('flows', 'text', 'Authentication at the token endpoint'),
  secret: row('flows', 'secret', 'Secret'),
  jwksUri: row('flows', 'text', 'Key set URI'),
  requirePushedAuthorizationRequests: row('flows', 'flag', 'Pushed authorization requests only'),
  dpopBoundAccessTokens: row('flows', 'flag', 'DPoP only'),
  oidcConformant: row('flows', 'flag', 'OIDC conformant'),
  accessTokenLifetime: row('tokens', 'seconds', 'Lifetime of access tokens'),
  idTokenLifetime: row('tokens', 'seconds', 'Lifetime of ID tokens'),
  refreshTokenLifetime: row('tokens', 'seconds', 'Lifetime of refresh tokens'),
  refreshTokenIdleLifetime: row('tokens', 'seconds', 'Idle lifetime of refresh tokens'),
  refreshTokenRotation: row('tokens', 'rotation', 'Rotation of refresh tokens'),
  idTokenSignedResponseAlg: row('tokens', 'text', 'Signature of ID tokens'),
  clientUri: row('pages', 'text', 'Home page'),
  logoUri: row('pages', 'text', 'Logo'),
  policyUri: row('pages', 'text', 'Privacy policy'),
  tosUri: row('pages', 'text', 'Terms of service'),
  contacts: row('pages', 'list', 'Contacts'),
  createdAt: row('dates', 'time', 'Created'),
  updatedAt: row('dates', 'time', 'Changed'),
  providerSettings: row('provider', 'settings', 'Further settings'),
}

/** Lists whose values can be leased. */
export const LEASABLE: Readonly<Record<LeaseField, true>> = {
  callbacks: true,
  allowedLogoutUrls: true,
  webOrigins: true,
  allowedOrigins: true,
}

/** The fields of a group, in their order. */
export const fieldsOf = (group: GroupName): readonly FieldName[] =>
  (Object.keys(FIELD_ROWS) as FieldName[]).filter((name) => FIELD_ROWS[name].group === group)
