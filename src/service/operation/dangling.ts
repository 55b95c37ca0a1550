/** What a provider does not have and a client names: looked for in a dry run, in lint, and where a change was refused. */

import { ClientError, isClientError } from '../../core/errors.ts'
import { bodyOfMends, danglingTexts } from '../../core/mapping/dangling.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Dangling, DanglingText, Native, Warning } from '../../core/mapping/row.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { planChange } from '../../core/plan/plan.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { settlementOf } from './actions.ts'
import type { Running } from './running.ts'

/** Those of a record; none where that cannot be learned, since nothing else depends on it. */
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

/** The refusal of a change, with the values that are to blame and the PATCH that removes them, where that is so. */
export async function withDangling(
  { provider, ref, base, next, intent, maySeeClient = true }: Running,
  error: unknown,
  call: Call,
): Promise<unknown> {
  const { sendsSettings, ownLog: isNew } = settlementOf(intent)
  if (!isClientError(error, 'provider_refused') || !maySeeClient || !sendsSettings) return error
  const dangling = await danglingIn(provider, ref, next, call)
  const texts = plannedTexts(provider.mapping, isNew ? {} : base, dangling)
  const [first] = texts
  if (first === undefined) return error
  const mend = bodyOfMends(texts)
  const says = texts.map(({ message }) => message).join(' ')
  return new ClientError('provider_refused', `Nothing was changed: ${says}`, {
    ...error.details,
    field: `client.${first.field}`,
    ...(mend === undefined ? {} : { mend }),
  })
}

/** A PATCH is offered only where the rules of the provider take it: OAuth without its last scope is refused. */
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
