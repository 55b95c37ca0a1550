/** In what servers with RFC 7591 and RFC 7592 differ; `dialects.ts` has one object a server. */

import type { Json, JsonObject } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'

/** What no switch can say, as functions of records. */
export interface Ways {
  /** The record that an answer means. */
  shown?(record: JsonObject): JsonObject
  /** The body of an update, from what it would be. */
  sent?(records: { readonly base: Native; readonly next: Native }, body: JsonObject): JsonObject
  /** Spellings of one state brought together. */
  normal?(native: Native): Native
  /** The body of a registration, from what it would be. */
  made?(body: JsonObject): JsonObject
  /** @throws ClientError for a client that no update leaves as it is, and for what no update brings about */
  check?(base: Native, next: Native): void
}

export interface Dialect {
  /** What an update does with what it leaves out; `merges`: keeps it, so that only what changes is sent. */
  readonly update: 'replaces' | 'merges'
  /** RFC 7592 section 2.2 has `client_id` in the body of an update; some servers refuse it there. */
  readonly clientIdInUpdate: boolean
  /**
   * What an update without `client_secret` does to the secret. `renewed`: every update of a client that
   * authenticates with a secret gives it another one, whatever is sent.
   */
  readonly secretInUpdate: 'kept' | 'cleared' | 'renewed'
  /** Answers hold `token_endpoint_auth_method` as a list; requests hold it as a text everywhere. */
  readonly authMethodAsList: boolean
  /** Which calls may answer with another registration access token (RFC 7592 section 3). */
  readonly renewsToken: 'never' | 'update' | 'always'
  /** `derived`: `registration_client_uri` does not lead there, the registration endpoint and the id do. */
  readonly clientUri: 'told' | 'derived'
  /** Whether a client must have a redirect URI, whatever its grant types. */
  readonly needsCallbacks: boolean
  /**
   * What an update that merges repeats, since it goes back to a default where it is left out: every text and flag, or
   * flags and those texts for which a specification names a default.
   */
  readonly repeats: 'none' | 'plain' | 'defaulted'
  /** Members of a registration that the server takes, may even echo, and does not store. */
  readonly drops: readonly string[]
  /** Members that it stores and never shows. */
  readonly hides: readonly string[]
  /** Members that it takes beside those that IANA lists. */
  readonly takes: readonly string[]
  /** Members that it shows and does not take by registration. */
  readonly shows: readonly string[]
  /** Members that follow from others. */
  readonly mirrors: readonly string[]
  /** Members that move by themselves. */
  readonly volatile: readonly string[]
  /** Members that no request can clear. */
  readonly uncleared: readonly string[]
  /** What an absent member means, where the server says that of itself. */
  readonly defaults: JsonObject
  /** What empties a member, where that is no empty value. */
  readonly emptied: Readonly<Record<string, Json>>
  /** Whether unset texts are shown as empty ones. */
  readonly blankIsUnset: boolean
  /** How a token that is not taken is answered: with that status, or 400 with that error. */
  readonly refusedToken: 401 | 'access_denied'
  readonly ways: Ways
}

/** What a configuration says of a server beside its dialect. */
export type Switches = { readonly [S in keyof Dialect]?: Dialect[S] | undefined }
