/**
 * Identity providers and scopes that a client names and its pool no longer has. The pool lets them be removed while
 * clients name them, and then refuses each update of such a client (lgallard/terraform-aws-cognito-user-pool pull
 * request 72; ScopeDoesNotExistException). Operations: cognito-idp 2016-04-18, ListIdentityProviders, ListResourceServers.
 */

import { isClientError } from '../../../core/errors.ts'
import type { Json, JsonObject } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import { texts } from '../../../core/mapping/lenses.ts'
import { fieldOfPath } from '../../../core/mapping/mapping.ts'
import type { Dangling, Native } from '../../../core/mapping/row.ts'
import type { Call } from '../../call.ts'
import { mapping } from '../mapping.ts'
import type { Ref } from '../records.ts'
import type { Invoke } from './call.ts'

/** What every pool has without a list of its own. */
const OWN_PROVIDER = 'COGNITO'

interface List {
  readonly operation: 'ListIdentityProviders' | 'ListResourceServers'
  readonly member: 'Providers' | 'ResourceServers'
  /** The most that the service gives in one page. */
  readonly pageSize: number
  namesOf(item: JsonObject): readonly string[]
}

const PROVIDERS: List = {
  operation: 'ListIdentityProviders',
  member: 'Providers',
  pageSize: 60,
  namesOf: ({ ProviderName: name }) => (typeof name === 'string' ? [name] : []),
}

const SERVERS: List = {
  operation: 'ListResourceServers',
  member: 'ResourceServers',
  pageSize: 50,
  namesOf: ({ Identifier, Scopes }) =>
    (Array.isArray(Scopes) ? (Scopes as readonly Json[]) : []).flatMap((scope) =>
      isRecord(scope) ? [`${Identifier}/${scope.ScopeName}`] : [],
    ),
}

/** Those of a client; none where this server may not list what the pool has. */
export async function danglingOf(
  invoke: Invoke,
  ref: Ref,
  native: Native,
  call: Call,
): Promise<readonly Dangling[]> {
  const references = (member: string, isOfPool: (value: string) => boolean) =>
    texts(native[member]).filter(isOfPool)
  const [providers, scopes] = await Promise.all([
    missingIn(invoke, ref, call, {
      list: PROVIDERS,
      member: 'SupportedIdentityProviders',
      values: references('SupportedIdentityProviders', (name) => name !== OWN_PROVIDER),
    }),
    missingIn(invoke, ref, call, {
      list: SERVERS,
      member: 'AllowedOAuthScopes',
      values: references('AllowedOAuthScopes', (scope) => scope.includes('/')),
    }),
  ])
  return [...providers, ...scopes]
}

interface Question {
  readonly list: List
  readonly member: string
  readonly values: readonly string[]
}

async function missingIn(
  invoke: Invoke,
  ref: Ref,
  call: Call,
  { list, member, values }: Question,
): Promise<readonly Dangling[]> {
  const field = fieldOfPath(mapping, member)
  if (values.length === 0 || field === undefined) return []
  const existing = await allOf(invoke, ref, call, list)
  if (existing === undefined) return []
  return values.filter((value) => !existing.has(value)).map((value) => ({ field, value }))
}

/** Quotas: 1,000 identity providers and 300 resource servers of one pool at most. */
const MAX_PAGES = 40

/** `undefined` where the list cannot be had: the right to it is optional. */
async function allOf(
  invoke: Invoke,
  ref: Ref,
  call: Call,
  { operation, member, pageSize, namesOf }: List,
): Promise<ReadonlySet<string> | undefined> {
  const names = new Set<string>()
  let cursor: Json | undefined
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const from = cursor === undefined ? {} : { NextToken: cursor }
    const body = await invoke(operation, ref, { MaxResults: pageSize, ...from }, call).catch(
      refused,
    )
    const items = body?.[member]
    if (body === undefined || !Array.isArray(items)) return undefined
    for (const item of (items as readonly Json[]).filter(isRecord)) {
      for (const name of namesOf(item)) names.add(name)
    }
    cursor = body.NextToken
    if (typeof cursor !== 'string' || cursor === '') return names
  }
  return undefined
}

function refused(error: unknown): undefined {
  if (isClientError(error, 'provider_refused', 'provider_misconfigured', 'not_found')) return
  throw error
}
