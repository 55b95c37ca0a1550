/** Where a tenant of Entra ID is, and as whom this server manages its applications. */

import type { Secret } from '../../../core/secrecy/secret.ts'
import type { EntraPace } from './pace.ts'

/** A certificate in place of a secret (RFC 7523). */
export interface Certificate {
  /** PKCS #8, PEM. */
  readonly privateKey: Secret
  /** base64url of the SHA-256 of the certificate, for the header x5t#S256. */
  readonly thumbprint: string
}

/** What the settings of a tenant mean. */
export interface EntraSettings {
  readonly tenantId: string
  /** Microsoft Graph with its version, without a trailing slash. */
  readonly graphUrl: string
  /** Where tokens are issued, without a trailing slash and without the tenant. */
  readonly loginUrl: string
  /** The registration of this server. */
  readonly clientId: string
  readonly credential: { readonly secret: Secret } | { readonly certificate: Certificate }
  /** New applications are made under a key (uniqueName), which is theirs for good. */
  readonly creationKeys: boolean
  /** A new application gets a service principal, without which no one signs in. */
  readonly servicePrincipals: boolean
  /** How long a read may show what was before a write. */
  readonly listLagSeconds: number
  readonly pace?: EntraPace | undefined
}
