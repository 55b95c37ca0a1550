/**
 * Shapes of the nested members of a client (Auth0 Management API OpenAPI, where nothing else is
 * said). Objects are closed unless they have `others`.
 */

import type { ListShape, ObjectShape, Shape, TextShape } from './shapes.ts'

export const BOOLEAN: Shape = { type: 'boolean' }
const ANY: Shape = { type: 'any' }
export const OPEN: ObjectShape = { type: 'object', others: ANY }

export function oneOf(...values: readonly string[]): TextShape {
  return { type: 'string', oneOf: values }
}

export function list(items: Shape, limits: { min?: number; max?: number } = {}): ListShape {
  return { type: 'array', items, ...limits }
}

export function nullable<S extends Shape>(shape: S): S {
  return { ...shape, nullable: true }
}

export const TEXT_ID: Shape = { type: 'string', min: 1 }

export const JWT_CONFIGURATION: Shape = {
  type: 'object',
  members: {
    lifetime_in_seconds: { type: 'integer', min: 0 },
    secret_encoded: BOOLEAN,
    scopes: OPEN,
    alg: oneOf('HS256', 'RS256', 'RS512', 'PS256'),
  },
  others: ANY,
}

/** Both type members are required whenever any is sent. */
export const REFRESH_TOKEN: ObjectShape = {
  type: 'object',
  about: 'Refresh token configuration',
  required: ['rotation_type', 'expiration_type'],
  members: {
    rotation_type: oneOf('rotating', 'non-rotating'),
    expiration_type: oneOf('expiring', 'non-expiring'),
    leeway: { type: 'integer', min: 0 },
    token_lifetime: { type: 'integer', min: 1, max: 157_788_000 },
    idle_token_lifetime: { type: 'integer', min: 1 },
    infinite_token_lifetime: BOOLEAN,
    infinite_idle_token_lifetime: BOOLEAN,
    policies: {
      ...nullable(
        list(
          {
            type: 'object',
            required: ['audience', 'scope'],
            members: {
              audience: { type: 'string', min: 1, max: 600 },
              scope: list({ type: 'string', min: 1, max: 280 }),
            },
          },
          { min: 1 },
        ),
      ),
      about:
        'A collection of policies governing multi-resource refresh token exchange (MRRT), ' +
        'defining how refresh tokens can be used across different resource servers',
    },
  },
}

export const OIDC_LOGOUT: ObjectShape = {
  type: 'object',
  members: {
    backchannel_logout_urls: list({ type: 'string', format: 'absolute-https-uri' }, { max: 1 }),
    backchannel_logout_initiators: {
      type: 'object',
      members: {
        mode: oneOf('custom', 'all'),
        selected_initiators: list(
          oneOf(
            'rp-logout',
            'idp-logout',
            'password-changed',
            'session-expired',
            'session-revoked',
            'account-deleted',
            'email-identifier-changed',
            'mfa-phone-unenrolled',
            'account-deactivated',
          ),
        ),
      },
      others: ANY,
    },
    backchannel_logout_session_metadata: nullable(OPEN),
  },
  others: ANY,
}

export const SESSION_TRANSFER: ObjectShape = {
  type: 'object',
  members: {
    can_create_session_transfer_token: BOOLEAN,
    enforce_cascade_revocation: BOOLEAN,
    allowed_authentication_methods: nullable(list(oneOf('cookie', 'query'))),
    enforce_device_binding: oneOf('ip', 'asn', 'none'),
    allow_refresh_token: BOOLEAN,
    enforce_online_refresh_tokens: BOOLEAN,
    delegation: nullable({
      type: 'object',
      members: { allow_delegated_access: BOOLEAN, enforce_device_binding: oneOf('ip', 'asn') },
    }),
  },
}

/** Key charset and lengths: Auth0 docs, "Configure application metadata". */
export const CLIENT_METADATA: ObjectShape = {
  type: 'object',
  about: 'Metadata associated with the client, in the form of an object with string values',
  max: 10,
  names: { pattern: /^[\w:,\-+=*?"/\\()<>@\t ]+$/, max: 255 },
  others: nullable({ type: 'string', max: 255 }),
}

const PROVIDER_LOGIN: ObjectShape = { type: 'object', members: { enabled: BOOLEAN } }
const socialLogin = (provider: Shape): ObjectShape => ({
  type: 'object',
  min: 1,
  members: { apple: provider, facebook: provider, google: provider },
})
export const NATIVE_SOCIAL_LOGIN = socialLogin(PROVIDER_LOGIN)
/** As an update takes it: `null` removes a part. */
export const NATIVE_SOCIAL_LOGIN_PATCH = socialLogin(nullable(PROVIDER_LOGIN))

export const MOBILE: ObjectShape = {
  type: 'object',
  members: {
    android: {
      type: 'object',
      members: {
        app_package_name: { type: 'string', min: 1 },
        sha256_cert_fingerprints: list({ type: 'string', min: 1 }, { min: 1 }),
      },
      others: ANY,
    },
    ios: OPEN,
  },
  others: ANY,
}

const ADDON_NAMES = (
  'aws azure_blob azure_sb rms mscrm slack sentry box cloudbees concur dropbox echosign egnyte ' +
  'firebase newrelic office365 salesforce salesforce_api salesforce_sandbox_api samlp layer ' +
  'sap_api sharepoint springcm wams wsfed zendesk zoom sso_integration'
).split(' ')

/** A closed map of add-ons; only `oag` may be null. */
export const ADDONS: ObjectShape = {
  type: 'object',
  members: {
    ...Object.fromEntries(ADDON_NAMES.map((name) => [name, OPEN])),
    layer: { ...OPEN, required: ['providerId', 'keyId', 'privateKey'] },
    mscrm: { ...OPEN, required: ['url'] },
    oag: nullable({ type: 'object', members: {} }),
    rms: { ...OPEN, required: ['url'] },
    slack: { ...OPEN, required: ['team'] },
  },
}
