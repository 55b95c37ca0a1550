/** Query parameters: all there are, with what each stands for. How each is written, the server knows. */

import type { LeaseField, Severity } from './common.ts'
import type { HistoryOutcome } from './history.ts'
import type { RequestState } from './requests/requests.ts'

/** Every query parameter by name, as the SDK takes it. */
export interface QueryValues {
  /** Absent: the default provider, or all of them for lists. */
  readonly provider: string
  readonly userPoolId: string
  /** The id of the client, where the path has `-` in its place. */
  readonly id: string
  /** Plans the change, sends nothing to the provider. */
  readonly dryRun: boolean
  /** Also where the server, or the provider, works by means of the client. */
  readonly ownClient: boolean
  /** When the secret ends by itself, in seconds from now; absent: it ends now. */
  readonly afterSeconds: number
  /** Who holds the leases. */
  readonly owner: string
  /** The list that the leased values are in; absent: any. */
  readonly field: LeaseField
  /** The leased value; absent: any. */
  readonly value: string
  /** `sub` of the token with which something was done. */
  readonly actor: string
  /** `iss` of that token; absent: the caller's own issuer. `any`: whichever. */
  readonly actorIssuer: string
  readonly outcome: HistoryOutcome
  /** Of a request for approval. */
  readonly state: RequestState
  /** The first moment, RFC 3339. */
  readonly from: string
  /** The first moment that no longer counts. */
  readonly to: string
  /** Items of one page, 1 to 100. */
  readonly limit: number
  readonly cursor: string
  /** Part of an id, a name or a URL. */
  readonly q: string
  /** As `docs/http.md` spells it: `grantTypes:implicit`. */
  readonly filter: string
  /** Asks the providers. */
  readonly fresh: boolean
  /** Only findings that are at least as severe. */
  readonly severity: Severity
  /** Shows the secret, or refuses the request. */
  readonly reveal: boolean
}

export type QueryName = keyof QueryValues
