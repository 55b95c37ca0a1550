/**
 * The neutral client: one row of `FIELDS` for each attribute, and nothing elsewhere repeats them.
 * Validation, the form decoder, OpenAPI, the capability pages and the mappings all follow this table.
 *
 * Names are those of the documented endpoint; where it has none, those of RFC 7591 section 2 and
 * OpenID Connect Dynamic Client Registration 1.0 section 2, in camelCase.
 */

import * as z from 'zod/mini'
import type { JsonObject } from './json.ts'
import type { Secret } from './secret.ts'

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

/** How a field is written: decides patching (`list`, `map`, `object` merge), forms and diffs. */
export type FieldKind =
  | 'string'
  | 'secret'
  | 'boolean'
  | 'integer'
  | 'list'
  | 'map'
  | 'object'
  | 'raw'

/** @internal Left out of the SDK's types, which need no schema library. */
export interface Field<V> {
  readonly kind: FieldKind
  /** What a patch may set it to; a list is described by its whole value. */
  readonly schema: z.ZodMiniType
  /** What is shown where a provider holds nothing. */
  readonly empty: V
  /** One sentence for the documentation. */
  readonly says: string
}

/** More values than any provider holds in one list (Auth0 and Cognito: 100; Entra: 256). */
const MAX_LIST_ITEMS = 1_000
const MAX_TEXT_LENGTH = 2_048
/** Ten years, the longest lifetime that a supported provider takes (Cognito refresh tokens). */
const MAX_LIFETIME_SECONDS = 315_360_000
/** Shorter secrets can be guessed; Cognito takes 24 to 64 characters. */
const MIN_SECRET_LENGTH = 24

const text = z.string().check(z.minLength(1), z.maxLength(MAX_TEXT_LENGTH))
const list = z.array(text).check(z.maxLength(MAX_LIST_ITEMS))
const seconds = z.int().check(z.gte(1), z.lte(MAX_LIFETIME_SECONDS))

const textField = (says: string): Field<string | null> => ({
  kind: 'string',
  schema: text,
  empty: null,
  says,
})
const listField = (says: string): Field<readonly string[]> => ({
  kind: 'list',
  schema: list,
  empty: [],
  says,
})
const flagField = (says: string, empty: boolean): Field<boolean> => ({
  kind: 'boolean',
  schema: z.boolean(),
  empty,
  says,
})
const secondsField = (says: string): Field<number | null> => ({
  kind: 'integer',
  schema: seconds,
  empty: null,
  says,
})

/** @internal Every attribute of a client, in the order in which answers show them. */
export const FIELDS: { readonly [F in FieldName]: Field<Client[F]> } = {
  id: { kind: 'string', schema: text, empty: '', says: 'The client id, as the provider knows it.' },
  name: textField('The name that people see.'),
  secret: {
    kind: 'secret',
    schema: z.string().check(z.minLength(MIN_SECRET_LENGTH), z.maxLength(512)),
    empty: null,
    says: 'The client secret, for callers who may see it; else null, with secretRedacted: true.',
  },
  callbacks: listField('Redirect URIs to which an authorization response may be sent.'),
  allowedLogoutUrls: listField('URIs to which a user may be sent after a logout.'),
  grantTypes: listField('OAuth grant types that the client may use.'),
  tokenEndpointAuthMethod: textField('How the client authenticates at the token endpoint.'),
  supportedIdp: listField('Names of the identity providers or connections users may sign in with.'),
  description: textField('A text about the client.'),
  webOrigins: listField('Origins from which a browser may ask for a silent or web-message login.'),
  appType: textField('The kind of application, in the words of the provider.'),
  clientMetadata: {
    kind: 'map',
    schema: z.record(z.string(), z.string().check(z.maxLength(MAX_TEXT_LENGTH))),
    empty: {},
    says: 'Free key-value pairs; merged by key, null removes one.',
  },
  disabled: flagField('Whether the client is prevented from starting any flow.', false),
  oidcConformant: flagField('Whether the client follows OpenID Connect strictly.', true),
  auth0Id: textField('The client id at Auth0, where Auth0 holds the client.'),
  allowedOrigins: listField('Origins from which a browser may call the provider (CORS).'),
  defaultCallback: textField('The redirect URI used when a request names none.'),
  initiateLoginUri: textField('An https page at which a login can be started by a third party.'),
  logoUri: textField('The URL of a logo.'),
  scopes: listField('Scopes that the client may ask for.'),
  responseTypes: listField('OAuth response types that the client may use.'),
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
  idTokenSignedResponseAlg: textField('The JWS algorithm that signs ID tokens.'),
  firstParty: flagField('Whether the client belongs to the owner of the provider.', true),
  createdAt: textField('When the client was created, RFC 3339.'),
  updatedAt: textField('When the provider last changed the client, RFC 3339.'),
  providerSettings: {
    kind: 'raw',
    schema: z.record(z.string(), z.unknown()),
    empty: {},
    says: "Every further setting, as the provider spells it; a JSON Merge Patch over the provider's own record.",
  },
}

/** All field names, in the order of `FIELDS`. */
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[]

/** Narrows any text to a field name. */
export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name)
}
