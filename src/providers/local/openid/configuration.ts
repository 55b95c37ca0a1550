/**
 * How oidc-provider is set up (its docs/README.md names every option): which grants and algorithms
 * there are, what each client's own members mean, and which API its access tokens are for.
 */

import {
  type Client,
  type Configuration,
  errors,
  type JWK,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import { texts } from '../../../core/mapping/lenses.ts'
import type { Documents } from '../../../store/documents.ts'
import {
  API_SCOPES,
  AUTH_METHODS,
  CLAIMS,
  DEFAULT_REFRESH_LIFETIME,
  DEFAULTS,
  OWN_MEMBERS,
  RESPONSE_TYPES,
} from '../members.ts'
import { createAdapter } from './adapter.ts'
import { loadGrant } from './consent.ts'
import { interactionPath } from './interactions.ts'
import type { OpenidKeys } from './keys.ts'
import { renderError, renderLogout, renderLogoutDone } from './pages.ts'
import { type RegistrationOptions, registrationFeatures } from './registration.ts'

/** The API that access tokens are made for (RFC 8707). */
export interface Api {
  /** An absolute URI: its resource indicator, and the `aud` of its access tokens. */
  readonly audience: string
}

export interface Setup {
  readonly documents: Documents
  readonly keys: OpenidKeys
  readonly api?: Api
  /** Lets clients register themselves; absent: they cannot. */
  readonly registration?: RegistrationOptions | undefined
  /** The path under which it is mounted; empty or with a slash at its start only. */
  readonly prefix: string
  /** Epoch milliseconds. */
  now(): number
}

/** A method of oidc-provider's clients, which a member of the same name would hide from itself. */
const METHOD = 'metadata'
/** Longer than any refresh token may live, so that none ends because of its grant. */
const GRANT_LIFETIME = 2 * 31_536_000
const INTERACTION_LIFETIME = 3_600
const SESSION_LIFETIME = DEFAULT_REFRESH_LIFETIME

/** The configuration of one OpenID Provider. */
export function configurationOf(setup: Setup): Configuration {
  const { documents, keys, api, registration, prefix, now } = setup
  return {
    adapter: createAdapter(documents, now, registration !== undefined),
    jwks: { keys: keys.signing as unknown as JWK[] },
    cookies: { keys: [...keys.cookies] },
    clientAuthMethods: [...AUTH_METHODS],
    responseTypes: [...RESPONSE_TYPES],
    scopes: ['openid', 'offline_access', ...API_SCOPES],
    claims: CLAIMS,
    subjectTypes: ['public'],
    extraClientMetadata: { properties: OWN_MEMBERS.filter((name) => name !== METHOD) },
    // OpenID Connect Core 1.0 section 3.1.2.1: redirect_uri is required.
    allowOmittingSingleRegisteredRedirectUri: false,
    // RFC 9700 section 2.1.1: public clients must use PKCE; S256 is the only method there is.
    pkce: { required: (_, client) => client.tokenEndpointAuthMethod === 'none' },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => isOwn(client, token) },
      introspection: { enabled: true, allowedPolicy: (_, client, token) => isOwn(client, token) },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: renderLogout,
        postLogoutSuccessSource: renderLogoutDone,
      },
      ...registrationFeatures(registration),
      ...(api === undefined ? {} : { resourceIndicators: resourceIndicators(api) }),
    },
    clientBasedCORS: (_, origin, client) =>
      [...texts(client.allowed_origins as never), ...texts(client.web_origins as never)].includes(
        origin,
      ),
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, name: sub, preferred_username: sub }),
    }),
    interactions: { url: (_, { uid }) => `${prefix}${interactionPath(uid)}` },
    loadExistingGrant: loadGrant,
    // Every client that may use the grant type gets a refresh token, and it lives as long as the client
    // says.
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    rotateRefreshToken: (ctx) => ctx.oidc.client?.rotate_refresh_tokens !== false,
    ttl: {
      AccessToken: (_, __, client) => seconds(client, 'access_token_lifetime'),
      ClientCredentials: (_, __, client) => seconds(client, 'access_token_lifetime'),
      IdToken: (_, __, client) => seconds(client, 'id_token_lifetime'),
      // Rotation does not extend the lifetime, which is an absolute one.
      RefreshToken: (ctx, __, client) =>
        ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ??
        seconds(client, 'refresh_token_lifetime'),
      Grant: GRANT_LIFETIME,
      Interaction: INTERACTION_LIFETIME,
      Session: SESSION_LIFETIME,
    },
    renderError,
  }
}

type Lifetime = 'access_token_lifetime' | 'id_token_lifetime' | 'refresh_token_lifetime'

function seconds(client: Client, name: Lifetime): number {
  const value = client[name]
  return typeof value === 'number' ? value : DEFAULTS[name]
}

const isOwn = (client: Client, token: object) =>
  'clientId' in token && token.clientId === client.clientId

/** RFC 8707, and RFC 9068 for the tokens: signed, `typ` at+jwt, for this audience alone. */
function resourceIndicators({ audience }: Api) {
  return {
    enabled: true,
    defaultResource: (ctx: KoaContextWithOIDC, _: Client, oneOf?: readonly string[]) => {
      if (oneOf !== undefined) return [...oneOf]
      return ctx.oidc.params?.grant_type === 'client_credentials' ? audience : []
    },
    getResourceServerInfo: (_: KoaContextWithOIDC, resource: string, client: Client) => {
      if (resource !== audience) throw new errors.InvalidTarget()
      // A client has the API's scopes that it lists; one that lists none has none of them.
      const listed = client.scope?.split(' ') ?? []
      return {
        audience,
        scope: API_SCOPES.filter((scope) => listed.includes(scope)).join(' '),
        accessTokenFormat: 'jwt' as const,
        jwt: { sign: { alg: 'RS256' as const } },
      }
    },
  }
}
