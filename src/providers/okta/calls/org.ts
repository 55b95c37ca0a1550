/** Where an org is, and as whom this server manages its applications. */

import type { Secret } from '../../../core/secrecy/secret.ts'
import type { OktaPace } from './pace.ts'

/** A service application that authenticates by a key (Okta, "Implement OAuth for Okta with a service app"). */
export interface ServiceApp {
  readonly clientId: string
  /** PKCS#8 in PEM. */
  readonly privateKey: Secret
  /** Which of its public keys that is the other half of. */
  readonly keyId?: string | undefined
  /** Its setting "Require Demonstrating Proof of Possession (DPoP) header in token requests" (RFC 9449). */
  readonly dpop: boolean
}

/** What the settings of an org mean. */
export interface OktaSettings {
  /** Without a trailing slash. */
  readonly baseUrl: string
  /** Of a user, instead of an application. */
  readonly apiToken?: Secret | undefined
  readonly app?: ServiceApp | undefined
  readonly pace?: OktaPace | undefined
  /** How long a new application may be missing from the list. */
  readonly listLagSeconds?: number | undefined
}
