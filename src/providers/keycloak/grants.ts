/** How a client gets tokens and how it authenticates: several flags and attributes stand for one field each. */

import { ClientError } from '../../core/errors.ts'
import { texts } from '../../core/mapping/lenses.ts'
import type { Lens, Native, NativeChange } from '../../core/mapping/row.ts'
import { attributesOf, isOn, withAttributes } from './attributes.ts'

/** Members that are true or false. */
const FLAGS = {
  authorization_code: 'standardFlowEnabled',
  implicit: 'implicitFlowEnabled',
  password: 'directAccessGrantsEnabled',
  client_credentials: 'serviceAccountsEnabled',
} as const

/** Attributes, and what an absent one means. RFC 8628, OpenID Connect CIBA Core 1.0, RFC 8693, RFC 7523. */
const ATTRIBUTES = {
  refresh_token: ['use.refresh.tokens', true],
  'urn:ietf:params:oauth:grant-type:device_code': [
    'oauth2.device.authorization.grant.enabled',
    false,
  ],
  'urn:openid:params:grant-type:ciba': ['oidc.ciba.grant.enabled', false],
  'urn:ietf:params:oauth:grant-type:token-exchange': ['standard.token.exchange.enabled', false],
  'urn:ietf:params:oauth:grant-type:jwt-bearer': ['oauth2.jwt.authorization.grant.enabled', false],
} as const

const flags = Object.entries(FLAGS)
const attributes = Object.entries(ATTRIBUTES)

/** Whether the client speaks OpenID Connect at all. */
export const isOpenId = ({ protocol = 'openid-connect' }: Native): boolean =>
  protocol === 'openid-connect'

/** Whether it is a client that gets tokens of OpenID Connect. */
export const isManaged = (native: Native): boolean => isOpenId(native) && native.bearerOnly !== true

/** What the client is, as in "It is …". */
export const otherKindOf = (native: Native): string =>
  isOpenId(native)
    ? 'a resource server that gets no tokens (bearerOnly)'
    : `a client of the protocol ${String(native.protocol)}`

/** Refuses a change of a client that is only shown. */
export const notManaged = (native: Native) =>
  new ClientError(
    'unsupported_operation',
    `The client cannot be changed here: it is ${otherKindOf(native)}, and only clients of OpenID Connect are. Change it in Keycloak.`,
  )

function grantsOf(native: Native): readonly string[] {
  if (!isManaged(native)) return []
  return [
    ...flags.filter(([, flag]) => native[flag] === true).map(([grant]) => grant),
    ...attributes
      .filter(([, [name, absent]]) => isOn(native, name, absent))
      .map(([grant]) => grant),
  ]
}

export const grantTypes: Lens<readonly string[]> = {
  support: 'derived',
  keys: [...flags.map(([, flag]) => flag), ...attributes.map(([, [name]]) => `attributes.${name}`)],
  get: grantsOf,
  put: (value, native) => {
    const grants = value ?? ['authorization_code', 'refresh_token']
    // Exactly what changes is switched; off is written out, as the admin console does.
    const turned = attributes.filter(
      ([grant, [name, absent]]) => isOn(native, name, absent) !== grants.includes(grant),
    )
    return {
      ...Object.fromEntries(flags.map(([grant, flag]) => [flag, grants.includes(grant)])),
      ...(turned.length === 0
        ? {}
        : withAttributes(
            native,
            Object.fromEntries(
              turned.map(([grant, [name]]) => [name, String(grants.includes(grant))]),
            ),
          )),
    }
  },
  limits: { values: [...Object.keys(FLAGS), ...Object.keys(ATTRIBUTES)] },
  note: 'client_credentials cannot be taken away: Keycloak would delete the service account with its roles.',
}

/** RFC 7591 section 2, without what Keycloak has no word of it for (federated-jwt). */
const AUTHENTICATORS = {
  client_secret_jwt: 'client-secret-jwt',
  private_key_jwt: 'client-jwt',
  tls_client_auth: 'client-x509',
} as const
const BY_SECRET = ['client_secret_basic', 'client_secret_post']
const ALLOWED = 'client.secret.authentication.allowed.method'

function methodOf(native: Native): string | undefined {
  if (!isManaged(native)) return undefined
  if (native.publicClient === true) return 'none'
  const { clientAuthenticatorType: type = 'client-secret' } = native
  if (type !== 'client-secret') {
    return Object.entries(AUTHENTICATORS).find(([, own]) => own === type)?.[0]
  }
  const allowed = attributesOf(native)[ALLOWED]
  return typeof allowed === 'string' && BY_SECRET.includes(allowed) ? allowed : BY_SECRET[0]
}

/** Those that need a secret of the client. */
export const usesSecret = (native: Native): boolean =>
  [...BY_SECRET, 'client_secret_jwt'].includes(methodOf(native) ?? '')

export const tokenEndpointAuthMethod: Lens<string | null> = {
  support: 'derived',
  keys: ['publicClient', 'clientAuthenticatorType', `attributes.${ALLOWED}`],
  get: methodOf,
  put: (value, native): NativeChange => {
    const method = value ?? 'client_secret_basic'
    // Keycloak forgets the secret at once.
    if (method === 'none') return { publicClient: true, secret: undefined }
    if (BY_SECRET.includes(method)) {
      return {
        publicClient: false,
        clientAuthenticatorType: 'client-secret',
        ...withAttributes(native, { [ALLOWED]: method }),
      }
    }
    const type = AUTHENTICATORS[method as keyof typeof AUTHENTICATORS]
    return { publicClient: false, clientAuthenticatorType: type }
  },
  limits: { values: ['none', ...BY_SECRET, ...Object.keys(AUTHENTICATORS)] },
  note: 'client_secret_basic also where Keycloak allows both ways to send the secret; none ends the secret, and the way back makes another one.',
}

/** What the kind of a client must be, by its settings. */
export function appTypeOf(native: Native): string | undefined {
  if (!isManaged(native)) return undefined
  const custom = texts(native.redirectUris).some(
    (uri) => /^[a-z][a-z0-9+.-]*:/i.test(uri) && !/^https?:/i.test(uri),
  )
  if (native.publicClient === true) return custom ? 'native' : 'spa'
  if (native.standardFlowEnabled === true) return 'regular_web'
  return native.serviceAccountsEnabled === true ? 'non_interactive' : undefined
}

/** What the flows of a client answer with (OAuth 2.0 Multiple Response Type Encoding Practices). */
export function responseTypesOf(native: Native): readonly string[] {
  const grants = grantsOf(native)
  return [
    ...(grants.includes('authorization_code') ? ['code'] : []),
    ...(grants.includes('implicit') ? ['token', 'id_token', 'id_token token'] : []),
  ]
}
