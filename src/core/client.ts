/**
 * The neutral client: one row of `FIELDS` for each attribute, and nothing elsewhere repeats them.
 * Validation, the form decoder, OpenAPI, the capability pages and the mappings all follow this table.
 *
 * Names are those of the documented endpoint; where it has none, those of RFC 7591 section 2 and
 * OpenID Connect Dynamic Client Registration 1.0 section 2, and of their IANA registry, in camelCase.
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

/**
 * Lists whose values can be leased: those of URLs, and nothing that gives a client more rights. Their rows
 * in `FIELDS` state it too, and no other row can.
 */
interface LeasableLists {
  readonly callbacks: readonly string[]
  readonly allowedLogoutUrls: readonly string[]
  readonly webOrigins: readonly string[]
  readonly allowedOrigins: readonly string[]
}

/** An OAuth client as callers see it, whichever provider holds it. */
export interface Client extends LeasableLists {
  readonly id: string
  readonly name: string | null
  readonly secret: Secret | null
  readonly grantTypes: readonly string[]
  readonly tokenEndpointAuthMethod: string | null
  readonly supportedIdp: readonly string[]
  readonly description: string | null
  readonly appType: string | null
  readonly clientMetadata: Readonly<Record<string, string>>
  readonly disabled: boolean
  readonly oidcConformant: boolean
  readonly auth0Id: string | null
  readonly defaultCallback: string | null
  readonly initiateLoginUri: string | null
  readonly logoUri: string | null
  readonly clientUri: string | null
  readonly policyUri: string | null
  readonly tosUri: string | null
  readonly jwksUri: string | null
  readonly contacts: readonly string[]
  readonly scopes: readonly string[]
  readonly responseTypes: readonly string[]
  readonly accessTokenLifetime: number | null
  readonly idTokenLifetime: number | null
  readonly refreshTokenLifetime: number | null
  readonly refreshTokenIdleLifetime: number | null
  readonly refreshTokenRotation: RefreshTokenRotation | null
  readonly idTokenSignedResponseAlg: string | null
  readonly requirePushedAuthorizationRequests: boolean
  readonly dpopBoundAccessTokens: boolean
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

/** A list whose values can be leased. */
export type LeaseField = keyof LeasableLists

/** Fields whose values are texts, one or a list. */
export type TextFieldName = {
  [F in FieldName]: Client[F] extends string | null | readonly string[] ? F : never
}[FieldName]

/** Fields that are true or false. */
export type FlagFieldName = {
  [F in FieldName]: Client[F] extends boolean ? F : never
}[FieldName]

/** Shorter secrets can be guessed; Cognito takes 24 to 64 characters. */
const MIN_SECRET_LENGTH = 24

/** @internal The row of one field. */
type FieldRow<F extends FieldName> = Field<Client[F]> & {
  /** The list that its value is one of, and changes with. */
  readonly among?: FieldName
} & (Client[F] extends readonly string[]
    ? { readonly lease: F extends LeaseField ? true : false }
    : unknown)

/** What most rows state: any writer of clients sets it, and a copy has it too. */
const PLAIN = { permission: 'none', access: 'none', own: 'no', copy: 'value' } as const
/** The provider gives it to each client. */
const GIVEN = { ...PLAIN, copy: 'never' } as const

/** @internal Every attribute of a client, in the order in which answers show them. */
export const FIELDS: { readonly [F in FieldName]: FieldRow<F> } = {
  id: {
    ...textField('The client id, as the provider knows it.', {
      ...GIVEN,
      own: 'id',
      uri: 'none',
      search: 'text',
    }),
    empty: '',
  },
  name: textField('The display name.', {
    ...PLAIN,
    copy: 'prose',
    uri: 'none',
    search: 'text',
  }),
  secret: {
    ...GIVEN,
    own: 'secret',
    permission: 'secrets:rotate',
    kind: 'secret',
    schema: z.string().check(z.minLength(MIN_SECRET_LENGTH), z.maxLength(512)),
    empty: null,
    says: 'The client secret, for callers who may see it; else null, with secretRedacted: true.',
  },
  callbacks: listField('Redirect URIs to which an authorization response may be sent.', {
    ...PLAIN,
    uri: 'redirect',
    lease: true,
    lifeline: true,
  }),
  allowedLogoutUrls: listField('URIs to which a user may be sent after a logout.', {
    ...PLAIN,
    uri: 'logout',
    lease: true,
    lifeline: false,
  }),
  grantTypes: listField('OAuth grant types that the client may use.', {
    ...PLAIN,
    access: 'grants',
    uri: 'none',
    search: 'filter',
    lease: false,
    lifeline: true,
  }),
  tokenEndpointAuthMethod: textField('How the client authenticates at the token endpoint.', {
    ...PLAIN,
    permission: 'secrets:rotate',
    uri: 'none',
    search: 'filter',
  }),
  supportedIdp: listField(
    'Names of the identity providers or connections users may sign in with.',
    { ...PLAIN, copy: 'words', uri: 'none', search: 'filter', lease: false, lifeline: true },
  ),
  description: textField('A description of the client.', {
    ...PLAIN,
    copy: 'prose',
    uri: 'none',
    search: 'none',
  }),
  webOrigins: listField('Origins from which a browser may ask for a silent or web-message login.', {
    ...PLAIN,
    uri: 'origin',
    lease: true,
    lifeline: false,
  }),
  appType: textField("The kind of application, in the provider's own terms.", {
    ...PLAIN,
    copy: 'words',
    uri: 'none',
    search: 'filter',
  }),
  clientMetadata: {
    ...PLAIN,
    kind: 'map',
    schema: z.record(z.string(), z.string().check(z.maxLength(MAX_TEXT_LENGTH))),
    empty: {},
    says: 'Free key-value pairs; merged by key, null removes one.',
  },
  disabled: flagField('Whether the client is switched off and cannot start any flow.', false, {
    ...PLAIN,
    permission: 'clients:suspend',
    search: 'filter',
  }),
  oidcConformant: flagField('Whether the client follows OpenID Connect strictly.', true, {
    ...PLAIN,
    search: 'filter',
  }),
  auth0Id: textField('The client id at Auth0, for clients at Auth0.', {
    ...GIVEN,
    own: 'id',
    uri: 'none',
    search: 'none',
  }),
  allowedOrigins: listField('Origins from which a browser may call the provider (CORS).', {
    ...PLAIN,
    uri: 'origin',
    lease: true,
    lifeline: false,
  }),
  defaultCallback: {
    ...textField('The redirect URI used when a request names none.', { ...PLAIN, uri: 'redirect' }),
    among: 'callbacks',
  },
  initiateLoginUri: textField('An https page where a third party can start a login.', {
    ...PLAIN,
    uri: 'login',
  }),
  logoUri: textField('The URL of a logo.', { ...PLAIN, uri: 'page' }),
  clientUri: textField('The URL of a page about the client.', { ...PLAIN, uri: 'page' }),
  policyUri: textField('The URL of the privacy policy.', {
    ...PLAIN,
    uri: 'page',
  }),
  tosUri: textField('The URL of the terms of service.', { ...PLAIN, uri: 'page' }),
  jwksUri: textField('The URL of the public keys that the client authenticates with (JWK Set).', {
    ...PLAIN,
    permission: 'secrets:rotate',
    uri: 'page',
  }),
  // No filter: the index of filters is not sealed, and contacts name people.
  contacts: listField(
    'How to reach the people responsible for the client; mostly email addresses.',
    { ...PLAIN, uri: 'none', search: 'none', lease: false, lifeline: false },
  ),
  scopes: listField('Scopes that the client may ask for.', {
    ...PLAIN,
    access: 'words',
    uri: 'none',
    search: 'filter',
    lease: false,
    lifeline: false,
  }),
  responseTypes: listField('OAuth response types that the client may use.', {
    ...PLAIN,
    copy: 'implied',
    uri: 'none',
    search: 'filter',
    lease: false,
    lifeline: true,
  }),
  accessTokenLifetime: secondsField('Lifetime of access tokens, in seconds.', PLAIN),
  idTokenLifetime: secondsField('Lifetime of ID tokens, in seconds.', PLAIN),
  refreshTokenLifetime: secondsField(
    'Absolute lifetime of refresh tokens, in seconds; null: unlimited.',
    PLAIN,
  ),
  refreshTokenIdleLifetime: secondsField(
    'Time after which an unused refresh token expires, in seconds; null: unlimited.',
    PLAIN,
  ),
  refreshTokenRotation: {
    ...PLAIN,
    kind: 'object',
    schema: z.strictObject({
      enabled: z.boolean(),
      graceSeconds: z.int().check(z.gte(0), z.lte(MAX_LIFETIME_SECONDS)),
    }),
    empty: null,
    says: 'Whether each use replaces the refresh token, and how long the old one still works.',
  },
  idTokenSignedResponseAlg: textField('The JWS algorithm that signs ID tokens.', {
    ...PLAIN,
    uri: 'none',
    search: 'none',
  }),
  requirePushedAuthorizationRequests: flagField(
    'Whether the client must push its authorization requests (PAR, RFC 9126 section 6).',
    false,
    { ...PLAIN, search: 'filter' },
  ),
  dpopBoundAccessTokens: flagField(
    'Whether the client must use DPoP in every token request (RFC 9449 section 5.2).',
    false,
    { ...PLAIN, search: 'filter' },
  ),
  firstParty: flagField('Whether the client belongs to the owner of the provider.', true, {
    ...PLAIN,
    search: 'filter',
  }),
  createdAt: textField('When the client was created, RFC 3339.', {
    ...GIVEN,
    own: 'time',
    uri: 'none',
    search: 'none',
  }),
  updatedAt: textField('When the provider last changed the client, RFC 3339.', {
    ...GIVEN,
    own: 'time',
    uri: 'none',
    search: 'none',
  }),
  providerSettings: {
    ...PLAIN,
    access: 'words',
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

/** The lists whose values can be leased. */
export const LEASE_FIELDS = FIELD_NAMES.filter((field): field is LeaseField => {
  const row = FIELDS[field]
  return row.kind === 'list' && row.lease
})

/** What the URIs of a field are for; `undefined` where it holds none. */
export function useOfUris(field: FieldName): UriUse | undefined {
  const { uri = 'none' } = FIELDS[field]
  return uri === 'none' ? undefined : uri
}

/** Narrows any text to a field name. */
export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name)
}
