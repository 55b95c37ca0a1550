/** Where the realms of a provider are, and who manages their clients. */

import type { Secret } from '../../../core/secrecy/secret.ts'
import type { KeycloakPace } from './pace.ts'

/** One realm of one server. */
export interface Realm {
  /** Without a trailing slash. */
  readonly baseUrl: string
  readonly realm: string
  /** Without a trailing slash. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: Secret
}

/** What the settings of realms mean. */
export interface KeycloakSettings {
  readonly pools: Readonly<Record<string, Realm>>
  readonly pace?: KeycloakPace | undefined
  /** How long a new client may be missing from a read. */
  readonly listLagSeconds?: number | undefined
}
