/** The public keys of a client: listed, and what may become of them. */

import { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { ClientKey, Provider } from '../../providers/provider.ts'
import { withRetries } from '../base/retry.ts'
import { callOf, type Service } from '../base/service.ts'
import { type ReadRequest, readClient } from '../reading/read.ts'

export interface KeyList {
  readonly keys: readonly ClientKey[]
  /** How many there can be; absent: no limit is known. */
  readonly atMost?: number
  /** Fingerprint of the client's state. */
  readonly tag: string
}

/** @throws ClientError `unsupported_operation` */
export function keysOf({ keys, mapping }: Provider): NonNullable<Provider['keys']> {
  if (keys !== undefined) return keys
  const { jwksUri } = mapping.fields
  const why = jwksUri.support === 'missing' ? `: ${jwksUri.why}` : ''
  const says = `This provider has no public keys of clients${why}.`
  throw new ClientError('unsupported_operation', says)
}

/** The keys that the provider has of a client, given its record. */
export async function heldKeys(
  provider: Provider,
  ref: ClientRef,
  native: Native,
  call: Call,
): Promise<readonly ClientKey[]> {
  const keys = keysOf(provider)
  return keys.kind === 'record' ? keys.keysOf(native) : keys.list(ref, native, call)
}

/**
 * Lists the public keys of a client.
 * @throws ClientError `unsupported_operation`, `not_found`, or as the provider does
 */
export async function listKeys(service: Service, request: ReadRequest): Promise<KeyList> {
  const { provider, ref, requestId, deadline } = request
  const keys = keysOf(provider)
  const { native, tag } = await readClient(service, request)
  const call = callOf(service, { ...request, operationId: requestId })
  const present = await withRetries(service, deadline, () => heldKeys(provider, ref, native, call))
  return { keys: present, tag, ...(keys.kind === 'resource' ? { atMost: keys.atMost } : {}) }
}

/** @throws ClientError `rule_violated` */
export function checkNew(provider: Provider, present: readonly ClientKey[], kid: string): void {
  if (present.some((one) => one.kid === kid)) {
    throw refused(
      'The client has a key with this kid already. Remove it first, or send the key with another kid.',
      'key',
    )
  }
  const keys = keysOf(provider)
  if (keys.kind === 'record' || present.length < keys.atMost) return
  const which = present.map((one) => `${one.kid}${one.inUse ? '' : ' (not in use)'}`).join(' or ')
  throw refused(
    `The client has ${present.length} keys, which is the maximum. Remove one first (DELETE /clients/{clientId}/keys/{kid}): ${which}.`,
    'key',
  )
}

/**
 * The key to be removed. The last one by which the client can authenticate stays.
 * @throws ClientError `not_found`, `rule_violated`
 */
export function removableKey(
  service: Service,
  provider: Provider,
  native: Native,
  present: readonly ClientKey[],
  kid: string,
): ClientKey {
  const [key, ...others] = present.filter((one) => one.kid === kid)
  if (key === undefined) {
    const says = 'The client has no such key. GET /clients/{clientId}/keys lists its keys.'
    throw new ClientError('not_found', says, { field: 'kid' })
  }
  if (others.length > 0) {
    throw refused(
      `Several keys of the client have this kid. Change ${settingOf(provider)} to say which is meant.`,
      'kid',
    )
  }
  const proves = ({ inUse, use, expiresAt }: ClientKey) =>
    inUse && use !== 'enc' && (expiresAt === undefined || Date.parse(expiresAt) > service.now())
  const isNeeded = key.inUse && keysOf(provider).authenticates(native)
  if (!isNeeded || present.some((one) => one !== key && proves(one))) return key
  throw refused(
    'The last usable key of a client that authenticates by keys cannot be removed. Add another one first.',
    'kid',
  )
}

/** Where the keys are. */
const settingOf = (provider: Provider) => {
  const keys = keysOf(provider)
  return keys.kind === 'record' ? `client.providerSettings.${keys.member}` : `client.${keys.field}`
}

const refused = (says: string, field: string) => new ClientError('rule_violated', says, { field })
