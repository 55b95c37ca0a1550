/** Records of app clients as reads give them, and pages of the list. */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef, Place } from '../call.ts'
import type { Listed, ListPage } from '../provider.ts'
import { address, type Invoke, notThere, recordOf } from './calls/call.ts'
import { isKeptElsewhere } from './record.ts'

/** Only the part of a reference that a call needs. */
export type Ref = Omit<ClientRef, 'provider'>

/** Reads one client. */
export async function readWhole(invoke: Invoke, ref: Ref, call: Call): Promise<Native> {
  const body = await invoke('DescribeUserPoolClient', ref, address(ref), call).catch(notThere)
  return withSecretList(invoke, ref, recordOf(body, 'provider_unavailable'), call)
}

/** A record without a secret may still belong to a confidential client: its list of secrets shows that. */
async function withSecretList(
  invoke: Invoke,
  ref: Ref,
  native: Native,
  call: Call,
): Promise<Native> {
  if (native.ClientSecret !== undefined || isKeptElsewhere(native)) return native
  try {
    const body = await invoke('ListUserPoolClientSecrets', ref, address(ref), call)
    return { ...native, ClientSecrets: body.ClientSecrets ?? [] }
  } catch (error) {
    // The right to list secrets is optional; the service refuses the call for some clients.
    if (isClientError(error, 'provider_refused')) return { ...native, ClientSecrets: null }
    if (isClientError(error, 'provider_misconfigured')) return { ...native, ClientSecrets: null }
    throw error
  }
}

/** The most that the service gives in one page. */
const PAGE_SIZE = 60

type Pool = Pick<Place, 'userPoolId'>

/** One page of a pool: ids and names are all that the service lists. */
export async function listClients(
  invoke: Invoke,
  pool: Pool,
  call: Call,
  cursor?: string,
): Promise<ListPage> {
  const from = cursor === undefined ? {} : { NextToken: cursor }
  const body = await invoke('ListUserPoolClients', pool, { MaxResults: PAGE_SIZE, ...from }, call)
  if (!Array.isArray(body.UserPoolClients)) {
    throw new ClientError('provider_unavailable', 'The answer of Cognito is not a list.')
  }
  const { NextToken: next } = body
  return {
    items: (body.UserPoolClients as readonly Json[]).flatMap(listed),
    ...(typeof next === 'string' && next !== '' ? { next } : {}),
  }
}

function listed(item: Json): readonly Listed[] {
  if (!isRecord(item) || typeof item.ClientId !== 'string') return []
  const { ClientId: id, ClientName: name } = item
  return [typeof name === 'string' ? { id, name } : { id }]
}
