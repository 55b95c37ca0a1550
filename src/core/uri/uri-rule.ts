/** What a URI rule is, what it sees, and what it finds; the tables of rules are beside it. */

import type { UriReading } from './uri-reading.ts'

/** What the provider and the configuration allow. */
export interface UriPolicy {
  /** The provider's limit, in characters; never more than 2048. */
  readonly maxLength: number
  /** The provider defines wildcards, and the configuration allows them. */
  readonly wildcards: boolean
  /** Names between braces that the provider fills in; a final `*` stands for any key. */
  readonly placeholders: readonly string[]
  /** Such names of pages at which a login is started, beside those. */
  readonly loginPlaceholders?: readonly string[]
  /** The provider takes private-use schemes. */
  readonly customSchemes: boolean
  /** Values that are no URIs and stand for some, by what they are used for. */
  readonly words?: Readonly<Partial<Record<'logout' | 'origin', readonly string[]>>>
  /** Private-use schemes without a dot that the configuration allows, in lower case. */
  readonly plainSchemes?: readonly string[]
}

/** What the URI is for. `page`: a page or picture of the client; `login`: one at which a login is started. */
export type UriUse = 'redirect' | 'logout' | 'origin' | 'page' | 'login'

/** Whether a browser opens it as it is, and nothing is added to it or compared with it. */
export const isPage = (use: UriUse) => use === 'page' || use === 'login'

/** One thing that is wrong, or worth reporting, about a URI. */
export interface UriFinding {
  /** Stable id. */
  readonly rule: string
  readonly severity: 'violation' | 'warning'
  /** A clause that follows the name of the member, such as `must not contain user information`. */
  readonly says: string
}

/** The circumstances in which a URI is judged. */
export interface UriContext {
  readonly policy: UriPolicy
  /** Whether the client is a native application. */
  readonly native: boolean
}

/** What a rule sees. */
export interface UriCase extends UriContext {
  readonly use: UriUse
  readonly uri: UriReading
}

/** The names between braces that a provider fills in there. */
export const placeholdersFor = ({ policy, use }: Pick<UriCase, 'policy' | 'use'>) =>
  use === 'login'
    ? [...policy.placeholders, ...(policy.loginPlaceholders ?? [])]
    : policy.placeholders

/** One row of a table of rules. */
export interface UriRule {
  readonly id: string
  readonly says: string | ((uriCase: UriCase) => string)
  breaks(uriCase: UriCase): boolean
}
