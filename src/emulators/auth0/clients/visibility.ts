/**
 * What a caller sees of a client, by scope (Management API reference, notes of "Get a client"; the
 * silent absence and the refusal of a named field: terraform-provider-auth0#774, #1467).
 */

import { copyOf } from '../../copy.ts'
import { chooseFields, fieldsOf, includesFields } from '../paging.ts'
import { refuse } from '../refusal.ts'
import type { Auth0Client } from '../state.ts'

const SUMMARY = ['client_id', 'app_type', 'name', 'description']
const SECRETS = ['client_secret', 'client_authentication_methods', 'encryption_key', 'signing_keys']

/** Any of them opens the read operations. */
export const READ_CLIENTS = [
  'read:clients',
  'read:client_keys',
  'read:client_credentials',
  'read:client_summary',
]

/** The client as this caller sees it when nothing is asked in particular. */
export function visible(record: Auth0Client, scopes: ReadonlySet<string>): Auth0Client {
  const members = Object.entries(record).filter(([name]) => mayRead(name, scopes))
  return copyOf(Object.fromEntries(members.map(([name, value]) => [name, bare(name, value)])))
}

/** The client with the fields asked for. @throws 403 when one that is named may not be read */
export function chosen(
  record: Auth0Client,
  query: URLSearchParams,
  scopes: ReadonlySet<string>,
): Auth0Client {
  const hidden = fieldsOf(query).filter((name) => !mayRead(name, scopes))
  if (includesFields(query) && hidden.length > 0) {
    const message = `You cannot read the following fields: ${hidden.join(',')}`
    refuse(403, message, 'insufficient_scope')
  }
  return chooseFields(visible(record, scopes), query)
}

function mayRead(name: string, scopes: ReadonlySet<string>): boolean {
  if (SUMMARY.includes(name)) return true
  if (SECRETS.includes(name)) {
    return scopes.has('read:client_keys') || scopes.has('read:client_credentials')
  }
  return scopes.has('read:clients') || scopes.has('read:client_keys')
}

/** The private signing key is shown at creation and never again (recorded traffic). */
function bare(name: string, value: unknown): unknown {
  if (name !== 'signing_keys' || !Array.isArray(value)) return value
  return value.map(({ key: _key, ...publicPart }) => publicPart)
}
