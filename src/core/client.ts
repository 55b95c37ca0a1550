/**
 * The neutral client: one row of `FIELDS` for each attribute, and nothing elsewhere repeats them.
 * Validation, the form decoder, OpenAPI, the capability pages and the mappings all follow this table.
 *
 * Names are those of the documented endpoint; where it has none, those of RFC 7591 section 2 and
 * OpenID Connect Dynamic Client Registration 1.0 section 2, in camelCase.
 */

import * as z from 'zod/mini'
import {
  type Field,
  flagField,
  listField,
  MAX_LIFETIME_SECONDS,
  MAX_TEXT_LENGTH,
  secondsField,
  textField,
} from './field.ts'
import type { JsonObject } from './json/json.ts'
import type { Secret } from './secrecy/secret.ts'
import type { UriUse } from './uri/uri-rule.ts'

/** An OAuth client as callers see it, whichever provider holds it. */
export interface Client {
  readonly id: string
  readonly name: string | null
  readonly secret: Secret | null
  readonly callbacks: readonly string[]
  readonly allowedLogoutUrls: readonly string[]
  readonly grantTypes: readonly string[]
  readonly tokenEndpointAuthMethod: string | null
  readonly supportedIdp: readonly string[]
  readonly description: string | null
  readonly webOrigins: readonly string[]
  readonly appType: string | null
  readonly clientMetadata: Readonly<Record<string, string>>
  readonly disabled: boolean
  readonly oidcConformant: boolean
  readonly auth0Id: string | null
  readonly allowedOrigins: readonly string[]
  readonly defaultCallback: string | null
  readonly initiateLoginUri: string | null
  readonly logoUri: string | null
  readonly scopes: readonly string[]
  readonly responseTypes: readonly string[]
  readonly accessTokenLifetime: number | null
  readonly idTokenLifetime: number | null
  readonly refreshTokenLifetime: number | null
  readonly refreshTokenIdleLifetime: number | null
  readonly refreshTokenRotation: RefreshTokenRotation | null
  readonly idTokenSignedResponseAlg: string | null
  readonly firstParty: boolean
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly providerSettings: JsonObject
}

export interface RefreshTokenRotation {
  readonly enabled: boolean
  /** Seconds during which the token before is still accepted. */
  readonly graceSeconds: number
}

export type FieldName = keyof Client

/** Fields whose values are texts, one or a list. */
export type TextFieldName = {
  [F in FieldName]: Client[F] extends string | null | readonly string[] ? F : never
}[FieldName]

/** Shorter secrets can be guessed; Cognito takes 24 to 64 characters. */
const MIN_SECRET_LENGTH = 24

/** @internal Every attribute of a client, in the order in which answers show them. */
export const FIELDS: { readonly [F in FieldName]: Field<Client[F]> } = {
  id: { ...textField('The client id, as the provider knows it.', { uri: 'none' }), empty: '' },
  name: textField('The name that people see.', { uri: 'none' }),
  secret: {
    kind: 'secret',
    schema: z.string().check(z.minLength(MIN_SECRET_LENGTH), z.maxLength(512)),
    empty: null,
    says: 'The client secret, for callers who may see it; else null, with secretRedacted: true.',
  },
  callbacks: listField('Redirect URIs to which an authorization response may be sent.', {
    uri: 'redirect',
  }),
  allowedLogoutUrls: listField('URIs to which a user may be sent after a logout.', {
    uri: 'logout',
  }),
  grantTypes: listField('OAuth grant types that the client may use.', { uri: 'none' }),
  tokenEndpointAuthMethod: textField('How the client authenticates at the token endpoint.', {
    uri: 'none',
  }),
  supportedIdp: listField(
    'Names of the identity providers or connections users may sign in with.',
    { uri: 'none' },
  ),
  description: textField('A text about the client.', { uri: 'none' }),
  webOrigins: listField('Origins from which a browser may ask for a silent or web-message login.', {
    uri: 'origin',
  }),
  appType: textField('The kind of application, in the words of the provider.', { uri: 'none' }),
  clientMetadata: {
    kind: 'map',
    schema: z.record(z.string(), z.string().check(z.maxLength(MAX_TEXT_LENGTH))),
    empty: {},
    says: 'Free key-value pairs; merged by key, null removes one.',
  },
  disabled: flagField('Whether the client is prevented from starting any flow.', false),
  oidcConformant: flagField('Whether the client follows OpenID Connect strictly.', true),
  auth0Id: textField('The client id at Auth0, where Auth0 holds the client.', { uri: 'none' }),
  allowedOrigins: listField('Origins from which a browser may call the provider (CORS).', {
    uri: 'origin',
  }),
  defaultCallback: textField('The redirect URI used when a request names none.', {
    uri: 'redirect',
  }),
  initiateLoginUri: textField('An https page at which a login can be started by a third party.', {
    uri: 'page',
  }),
  logoUri: textField('The URL of a logo.', { uri: 'page' }),
  scopes: listField('Scopes that the client may ask for.', { uri: 'none' }),
  responseTypes: listField('OAuth response types that the client may use.', { uri: 'none' }),
  accessTokenLifetime: secondsField('Lifetime of access tokens, in seconds.'),
  idTokenLifetime: secondsField('Lifetime of ID tokens, in seconds.'),
  refreshTokenLifetime: secondsField(
    'Absolute lifetime of refresh tokens, in seconds; null: no end.',
  ),
  refreshTokenIdleLifetime: secondsField(
    'Time after which an unused refresh token ends, in seconds; null: no such end.',
  ),
  refreshTokenRotation: {
    kind: 'object',
    schema: z.strictObject({
      enabled: z.boolean(),
      graceSeconds: z.int().check(z.gte(0), z.lte(MAX_LIFETIME_SECONDS)),
    }),
    empty: null,
    says: 'Whether each use replaces the refresh token, and how long the old one still works.',
  },
  idTokenSignedResponseAlg: textField('The JWS algorithm that signs ID tokens.', { uri: 'none' }),
  firstParty: flagField('Whether the client belongs to the owner of the provider.', true),
  createdAt: textField('When the client was created, RFC 3339.', { uri: 'none' }),
  updatedAt: textField('When the provider last changed the client, RFC 3339.', { uri: 'none' }),
  providerSettings: {
    kind: 'raw',
    schema: z.record(z.string(), z.unknown()),
    empty: {},
    says: "Every further setting, as the provider spells it; a JSON Merge Patch over the provider's own record.",
  },
}

/** All field names, in the order of `FIELDS`. */
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[]

/** The fields that hold URIs, in the order of `FIELDS`. */
export const URI_FIELD_NAMES = FIELD_NAMES.filter(
  (field): field is TextFieldName => useOfUris(field) !== undefined,
)

/** What the URIs of a field are for; `undefined` where it holds none. */
export function useOfUris(field: FieldName): UriUse | undefined {
  const { uri = 'none' } = FIELDS[field]
  return uri === 'none' ? undefined : uri
}

/** Narrows any text to a field name. */
export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name)
}
