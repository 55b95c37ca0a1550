/** The issuers whose access tokens are accepted: those of the configuration, and no others. */

import { ALL_ALGORITHMS, type Algorithm } from './algorithms.ts'

/** One issuer as configured. */
export interface IssuerSettings {
  /** The exact `iss`, with or without a final slash as the issuer writes it. */
  readonly issuer: string
  /** Where its keys are; absent: where its discovery document says. */
  readonly jwksUrl?: string
  /** One of these must be in `aud`. */
  readonly audience?: readonly string[]
  /**
   * The application must be one of these. Alone, without `audience`, it means tokens in the manner of
   * Cognito: no `aud`, `token_use` is `access`, and scopes carry the id of a resource server.
   */
  readonly clientIds?: readonly string[]
  /** Default: RS256, PS256, ES256, EdDSA. */
  readonly algorithms?: readonly Algorithm[]
  /** Whether `typ` must be `at+jwt` (RFC 9068, section 4). Default: true; not so for Cognito and Auth0. */
  readonly requireTyp?: boolean
  /** The resource server whose scopes count without their prefix; absent: any. */
  readonly scopePrefix?: string
  /** Id of the configured provider that it belongs to, where its address does not say so. */
  readonly provider?: string
  /** Names of the claims of its tokens that permissions go by. */
  readonly claimNames?: readonly string[]
  /** The longest time between `iat` and `exp`. Default: a day. */
  readonly maxLifetimeSeconds?: number
  /** How far clocks may differ. Default: 30. */
  readonly skewSeconds?: number
}

/** The same with its defaults. */
export interface Issuer {
  readonly issuer: string
  readonly jwksUrl: string | undefined
  readonly audience: readonly string[] | undefined
  readonly clientIds: readonly string[] | undefined
  readonly algorithms: readonly Algorithm[]
  readonly requireTyp: boolean
  readonly scopePrefix: string | undefined
  readonly claimNames: readonly string[]
  readonly maxLifetimeSeconds: number
  readonly skewSeconds: number
}

const DAY_SECONDS = 86_400
const SKEW_SECONDS = 30

/**
 * Fills in the defaults.
 * @throws Error for an issuer that would accept tokens made for anyone, which configuration refuses
 */
export function issuerOf(settings: IssuerSettings): Issuer {
  const { issuer, jwksUrl, audience, clientIds, scopePrefix } = settings
  if ((audience?.length ?? 0) + (clientIds?.length ?? 0) === 0) {
    throw new Error(`The issuer ${issuer} needs an audience or client ids.`)
  }
  return {
    issuer,
    jwksUrl,
    audience: audience?.length ? audience : undefined,
    clientIds: clientIds?.length ? clientIds : undefined,
    algorithms: settings.algorithms ?? ALL_ALGORITHMS,
    requireTyp: settings.requireTyp ?? true,
    scopePrefix,
    claimNames: settings.claimNames ?? [],
    maxLifetimeSeconds: settings.maxLifetimeSeconds ?? DAY_SECONDS,
    skewSeconds: settings.skewSeconds ?? SKEW_SECONDS,
  }
}
