/**
 * Clients that this server, or the provider itself, depends on. A request that ends one, or keeps it from
 * signing in as it does, is refused unless it confirms that with `ownClient`.
 */

import type { FieldChange } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Need } from '../../core/rights/rights.ts'
import type { Bar, Reliance } from '../../providers/provider.ts'
import type { ChangeRequest } from '../base/request.ts'

type Request = Pick<ChangeRequest, 'provider' | 'ref' | 'ownClient'>

/**
 * Refuses to end such a client.
 * @param what as in "cannot be removed"
 * @throws ClientError `own_client`
 */
export function checkReliance(
  { provider, ref, ownClient }: Request,
  base: Native,
  what: string,
  field?: string,
): void {
  const reliance = ownClient === true ? undefined : provider.reliance?.(ref, base)
  if (reliance === undefined) return
  throw new ClientError(
    'own_client',
    `${SAYS[reliance]} It cannot be ${what} unless the request has "ownClient": true. Nothing was sent.`,
    field === undefined ? {} : { field },
  )
}

const SAYS: Readonly<Record<Reliance, string>> = {
  own: 'This is the client with which this server signs in to the provider.',
  built_in: 'This client is built into the provider, which relies on it.',
}

interface Effect {
  readonly changes: readonly FieldChange[]
  /** The permissions that the change needs; they show whether it touches how the client signs in. */
  readonly needs: readonly Need[]
  readonly bar: Bar | undefined
}

/**
 * Refuses a change of settings after which such a client would no longer sign in as it does.
 * @throws ClientError `own_client`
 */
export function checkRelianceInChange(
  request: Request & Pick<ChangeRequest, 'patch'>,
  base: Native,
  { changes, needs, bar }: Effect,
): void {
  const { patch } = request
  const suspends = patch.kind === 'suspension' && patch.suspended
  if (suspends && changes.length > 0) checkReliance(request, base, 'suspended')
  const credential = needs.find(({ permission }) => permission === 'secrets:rotate')
  if (credential !== undefined) {
    checkReliance(request, base, 'made to authenticate with something else', credential.field)
  }
  if (changes.some(({ field, removed = [] }) => field === 'grantTypes' && removed.length > 0)) {
    checkReliance(request, base, 'left with fewer grant types', 'client.grantTypes')
  }
  if (changes.some(({ field, after }) => field === 'disabled' && after === true)) {
    checkReliance(request, base, 'switched off', 'client.disabled')
  }
  if (bar !== undefined) {
    checkReliance(request, base, bar.says, `client.providerSettings.${bar.member}`)
  }
}
