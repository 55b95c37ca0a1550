/** Checks whether and how a client can get a new secret, before anything is sent. */

import { ClientError } from '../../core/errors.ts'
import { checkLimits } from '../../core/mapping/limits.ts'
import { showField } from '../../core/mapping/mapping.ts'
import { isLens, type Native } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Provider } from '../../providers/provider.ts'
import type { LiveSecret, Secrets } from '../../providers/secrets.ts'

/** @throws ClientError `unsupported_operation` */
export function secretsOf({ secrets }: Provider): Secrets {
  if (secrets !== undefined) return secrets
  throw unsupported('This provider has no way to rotate the secrets of a client.')
}

/** Secrets of which two can be live. */
type Overlapping = Secrets & Required<Pick<Secrets, 'add' | 'remove'>>

/**
 * A value that the caller has chosen.
 * @throws ClientError `unsupported_operation`, `invalid_field`
 */
export function checkValue(provider: Provider, value: Secret | undefined): void {
  const { limits } = secretsOf(provider)
  if (value === undefined) return
  const { secret: row } = provider.mapping.fields
  const all = [limits, isLens(row) ? row.limits : undefined]
  for (const one of all) if (one !== undefined) checkLimits('secret', value.reveal(), one)
}

/**
 * Checks that a new secret can be live beside the old one.
 * @throws ClientError `unsupported_operation`, `invalid_field`
 */
export function checkOverlap(provider: Provider, base: Native): Overlapping {
  const { add, remove, ...secrets } = secretsOf(provider)
  checkUsable(secrets, base)
  if (add !== undefined && remove !== undefined && secrets.atOnce(base) > 1) {
    return { ...secrets, add, remove }
  }
  throw new ClientError(
    'invalid_field',
    'cutOver must be true: this client can have only one secret at a time, so the rotation ends the old one.',
    { field: 'cutOver' },
  )
}

/**
 * Checks that a new secret can only replace the old one, and that it is another one.
 * @throws ClientError `unsupported_operation`, `invalid_field`
 */
export function checkCutOver(provider: Provider, base: Native, value: Secret): void {
  const secrets = secretsOf(provider)
  checkUsable(secrets, base)
  if (secrets.add === undefined || secrets.atOnce(base) === 1)
    return checkOther(provider, base, value)
  throw new ClientError(
    'invalid_field',
    'cutOver must be absent: this client can have two secrets at a time, so the old one works until it is retired.',
    { field: 'cutOver' },
  )
}

/** @throws ClientError `invalid_field` for the secret that the client has */
export function checkOther({ mapping }: Provider, base: Native, value: Secret): void {
  if (showField(mapping, 'secret', base)?.reveal() === value.reveal()) throw sameSecret()
}

/** The secret would be replaced by itself, so anyone who has it would keep their access. */
export const sameSecret = () =>
  new ClientError('invalid_field', 'secret must be another one than the client has.', {
    field: 'secret',
  })

function checkUsable(secrets: Pick<Secrets, 'unusable'>, base: Native): void {
  const why = secrets.unusable(base)
  if (why === undefined) return
  throw unsupported(`The client cannot get a secret: ${why}.`)
}

/** @throws ClientError `rule_violated` */
export function checkRoom(atOnce: number, live: readonly LiveSecret[]): void {
  if (live.length < atOnce) return
  const which = live.map(({ id, createdAt = 'an unknown time' }) => `${id} (of ${createdAt})`)
  throw new ClientError(
    'rule_violated',
    `The client has ${live.length} live secrets, which is the maximum. Retire one first: ${which.join(' or ')}.`,
  )
}

const unsupported = (says: string) => new ClientError('unsupported_operation', says)
