/**
 * Why a provider refuses a client: references to things that it does not have, and members that
 * this version does not know.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import { bodyOfMends, danglingTexts } from '../../core/mapping/dangling.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Dangling, DanglingText, Native, Warning } from '../../core/mapping/row.ts'
import { isUnknown } from '../../core/mapping/uses.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { quoted } from '../../core/patch/quoted.ts'
import { planChange } from '../../core/plan/plan.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { settlementOf } from './actions.ts'
import type { Running } from './running.ts'

/**
 * The dangling references of a record; none if they cannot be found out, since nothing else depends
 * on them.
 */
export async function danglingIn(
  provider: Provider,
  ref: ClientRef,
  native: Native,
  call: Call,
): Promise<readonly Dangling[]> {
  try {
    return (await provider.dangling?.(ref, native, call)) ?? []
  } catch (error) {
    if (isClientError(error)) return []
    throw error
  }
}

/** A dry run must not promise what the provider will refuse. */
export async function danglingWarnings(
  provider: Provider,
  ref: ClientRef,
  { base, next }: Pick<Running, 'base' | 'next'>,
  call: Call,
): Promise<readonly Warning[]> {
  const dangling = await danglingIn(provider, ref, next, call)
  return plannedTexts(provider.mapping, base, dangling).map(({ field, message, mend }) => ({
    code: 'dangling_reference',
    field: `client.${field}`,
    message,
    ...(mend === undefined ? {} : { mend: { client: mend } }),
  }))
}

/** The refusal of a change, with the possible cause in the client and the way out, if known. */
export async function explained(
  { provider, ref, base, next, intent, maySeeClient = true }: Running,
  error: unknown,
  call: Call,
): Promise<unknown> {
  const { sendsSettings, ownLog: isNew } = settlementOf(intent)
  if (!isClientError(error, 'provider_refused') || !maySeeClient || !sendsSettings) return error
  const dangling = await danglingIn(provider, ref, next, call)
  const texts = plannedTexts(provider.mapping, isNew ? {} : base, dangling)
  const [first] = texts
  if (first === undefined) return withUnknown(provider.mapping, next, error)
  const mend = bodyOfMends(texts)
  const says = texts.map(({ message }) => message).join(' ')
  return new ClientError('provider_refused', `Nothing was changed: ${says}`, {
    ...error.details,
    field: `client.${first.field}`,
    ...(mend === undefined ? {} : { mend }),
  })
}

/** If every change sends the whole record, a member that this version does not know may be the cause. */
function withUnknown(mapping: Mapping, next: Native, error: ClientError): ClientError {
  const names = mapping.omitted === 'reset' ? unknownIn(mapping, next) : []
  if (names.length === 0 || error.field !== undefined) return error
  const list = names.slice(0, MAX_NAMES).map(quoted).join(', ')
  return new ClientError(
    error.code,
    `${error.message} This version does not know ${list}, which was sent as it was read. If that is what was refused, classify it in the configuration of the provider, for example members: { ${quoted(names[0] ?? '')}: read-only } (or setting, volatile).`,
    error.details,
  )
}

/** The most members that a message names. */
const MAX_NAMES = 20

const unknownIn = (mapping: Mapping, native: Native) =>
  Object.keys(native).filter((name) => isUnknown(mapping, name))

/** A PATCH is offered only if the provider's rules allow it: OAuth without its last scope is refused. */
function plannedTexts(
  mapping: Mapping,
  base: Native,
  dangling: readonly Dangling[],
): readonly DanglingText[] {
  const texts = danglingTexts(mapping, base, dangling)
  const fields: FieldPatches = Object.assign({}, ...texts.map(({ mend }) => mend ?? {}))
  try {
    planChange(mapping, base, { kind: 'merge', fields })
    return texts
  } catch (error) {
    if (!isClientError(error)) throw error
    return texts.map(({ field, message }) => ({ field, message }))
  }
}
