/**
 * `auth0_client` of a Terraform state as the Management API spells it (terraform-provider-auth0, docs/resources/client.md and
 * internal/auth0/client/flatten.go): the same names but for a few, and each object a list of one.
 */

import {
  isRecord,
  type Json,
  type JsonObject,
  memberOf,
  withoutMembers,
} from '../../../core/json/json.ts'
import type { Loss } from '../imported.ts'
import type { Resource, ResourceReader } from './terraform-resource.ts'

/** Attributes of another name, or that the API does not take. */
const RENAMED: Readonly<Record<string, string>> = {
  cross_origin_auth: 'cross_origin_authentication',
}
const LEFT_OUT = ['id', 'client_secret', 'signing_keys', 'addons', 'oidc_backchannel_logout_urls']
/** Lists of objects that are lists at the API too. */
const LISTS = ['policies']
/** Lists that mean something where they are empty. */
const SAID_EMPTY = [
  'callbacks',
  'allowed_logout_urls',
  'web_origins',
  'allowed_origins',
  'grant_types',
]
/** The state has false and nothing for these where the API has no member. */
const FALSE_IS_ABSENT = ['sso', 'require_proof_of_possession']

export const auth0Native: ResourceReader = ({ attributes }, all) => {
  const losses: Omit<Loss, 'about'>[] = []
  const native = Object.entries(attributes).flatMap(([name, value]): [string, Json][] => {
    if (LEFT_OUT.includes(name)) return []
    if (FALSE_IS_ABSENT.includes(name) && value !== true) return []
    const own = ownValue(name, value)
    const isUnsaid = Array.isArray(own) && own.length === 0 && !SAID_EMPTY.includes(name)
    return own === undefined || isUnsaid ? [] : [[RENAMED[name] ?? name, own]]
  })
  const addons = shaped('addons', memberOf(attributes, 'addons') ?? null)
  if (isRecord(addons)) {
    losses.push({
      what: 'addons',
      why: 'Terraform spells add-ons in names of its own; set them by hand',
    })
  }
  const urls = shaped('', memberOf(attributes, 'oidc_backchannel_logout_urls') ?? null)
  const logout = urls === undefined ? [] : [['oidc_logout', { backchannel_logout_urls: urls }]]
  const credentials = credentialsOf(attributes.client_id, all, losses)
  return {
    client: {
      type: 'auth0',
      native: { ...Object.fromEntries(logout), ...Object.fromEntries(native), ...credentials },
    },
    losses,
  }
}

/** What the API has for an attribute; `undefined`: nothing. */
function ownValue(name: string, value: Json): Json | undefined {
  if (name.startsWith('skip_non')) return flagOf(value)
  const own = shaped(name, value)
  // Each state has this object: `disable` is Terraform's word for no organization (flatten.go).
  return name === 'default_organization' && isRecord(own)
    ? shaped('', withoutMembers(own, ['disable']))
    : own
}

/** A value without what only Terraform has: lists of one, and empty ones where nothing was said. */
function shaped(name: string, value: Json): Json | undefined {
  if (value === null || value === '') return undefined
  if (Array.isArray(value)) {
    const items = value.flatMap((item: Json) => shaped('', item) ?? [])
    const [first] = items
    if (value.some(isRecord) && !LISTS.includes(name)) return first
    return value.some(isRecord) && items.length === 0 ? undefined : items
  }
  if (!isRecord(value)) return value
  const members = Object.entries(value).flatMap(([inner, one]): [string, Json][] => {
    const own = shaped(inner, one)
    const isEmptyList = Array.isArray(own) && own.length === 0
    return own === undefined || isEmptyList ? [] : [[inner, own]]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

/** A text in the state, so that it may also be null. */
const flagOf = (value: Json): Json | undefined =>
  value === 'true' ? true : value === 'false' ? false : undefined

/** How a client authenticates is a resource of its own. */
function credentialsOf(
  id: Json | undefined,
  all: readonly Resource[],
  losses: Omit<Loss, 'about'>[],
): JsonObject {
  const part = all.find(
    ({ type, attributes }) =>
      type === 'auth0_client_credentials' && id !== undefined && attributes.client_id === id,
  )
  const method = part === undefined ? undefined : part.attributes.authentication_method
  if (typeof method !== 'string' || method === '') return {}
  if (/^(none|client_secret_(post|basic))$/.test(method))
    return { token_endpoint_auth_method: method }
  const why = 'the credentials of that method are in no client file'
  losses.push({ what: `authentication_method ${method}`, why })
  return {}
}
