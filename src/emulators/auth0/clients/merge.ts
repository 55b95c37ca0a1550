/**
 * What a PATCH of a client leaves behind. Read off recorded traffic of auth0-deploy-cli,
 * terraform-provider-auth0 and go-auth0, where no other source is named.
 */

import { copyOf, isRecord } from '../../copy.ts'
import type { Auth0Client } from '../state.ts'
import { SESSION_TRANSFER_DEFAULTS } from './defaults.ts'

type Merge = (before: unknown, input: unknown) => unknown

/** Everything not listed here is replaced whole; `null` removes; `undefined` result: removed. */
const MERGES: Readonly<Record<string, Merge>> = {
  // Key-level null deletes, keys not sent stay (Auth0 docs, "Configure application metadata").
  client_metadata: mergeOrClear,
  jwt_configuration: mergeMembers,
  session_transfer: (before, input) => mergeMembers(before ?? SESSION_TRANSFER_DEFAULTS, input),
  signed_request_object: mergeMembers,
  native_social_login: mergeMembers,
  // By platform: the platform sent is replaced.
  mobile: mergeMembers,
  // By add-on: the add-on sent is replaced.
  addons: mergeOrClear,
  oidc_logout: (_before, input) => (isEmpty(input) ? undefined : input),
  initiate_login_uri: (_before, input) => (input === '' ? undefined : input),
}

/** The record after the PATCH; a new object, secrets and mirrors not yet looked after. */
export function mergePatch(record: Auth0Client, patch: Auth0Client): Auth0Client {
  const next = copyOf(record)
  for (const [name, input] of Object.entries(withoutAlias(record, patch))) {
    const merge = MERGES[name]
    const value = input === null || merge === undefined ? input : merge(next[name], input)
    if (value === null || value === undefined) delete next[name]
    else next[name] = withoutNulls(value)
  }
  return withMirrors(next)
}

/** Members that Auth0 derives from others: the URLs of the logout settings, and an old alias. */
export function withMirrors(record: Auth0Client): Auth0Client {
  const { oidc_backchannel_logout: _stale, ...next } = record
  if ('cross_origin_auth' in next) next.cross_origin_auth = next.cross_origin_authentication
  const logout = next.oidc_logout
  if (!isRecord(logout) || !Array.isArray(logout.backchannel_logout_urls)) return next
  const urls = logout.backchannel_logout_urls
  return { ...next, oidc_backchannel_logout: { backchannel_logout_urls: urls } }
}

/** Null members never appear in an answer. */
export function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]))
}

/** `oidc_backchannel_logout` is a deprecated way to write `oidc_logout`; null in one clears both. */
export function withoutAlias(record: Auth0Client, patch: Auth0Client): Auth0Client {
  if (!('oidc_backchannel_logout' in patch)) return patch
  const { oidc_backchannel_logout: alias, ...rest } = patch
  if ('oidc_logout' in rest) return rest
  if (!isRecord(alias)) return { ...rest, oidc_logout: null }
  const before = isRecord(record.oidc_logout) ? record.oidc_logout : {}
  return { ...rest, oidc_logout: { ...before, ...alias } }
}

function mergeMembers(before: unknown, input: unknown): unknown {
  return isRecord(before) && isRecord(input) ? { ...before, ...input } : input
}

/** An empty object clears; recorded for add-ons, relied upon by auth0-deploy-cli for metadata. */
function mergeOrClear(before: unknown, input: unknown): unknown {
  return isEmpty(input) ? input : mergeMembers(before, input)
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0
}
