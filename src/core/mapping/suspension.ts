/**
 * Switching a client off for a while. Where a provider has no setting for that, others stand for it:
 * they are taken away and held until they are given back (`give-back.ts`). Pure; that a client was
 * suspended is known outside, so it comes in as `suspended`.
 */

import { same } from '../json/json.ts'
import { once } from '../once.ts'
import { view } from './lenses.ts'
import { fieldOfPath, type Mapping, sameState } from './mapping.ts'
import { isLens, type Native, type Warning } from './row.ts'

/** Whether nothing is left of what a suspension takes away, no matter who took it. */
export function isOff(mapping: Mapping, native: Native): boolean {
  const { emulation } = mapping.suspension ?? {}
  if (emulation !== undefined) return sameState(mapping, native, emulation.suspended(native))
  const row = mapping.fields.disabled
  return isLens(row) && row.get(native) === true
}

/** The mapping that shows a record as it is: a client that is off because it was suspended is `disabled`. */
export function shownBy(mapping: Mapping, native: Native, suspended: boolean): Mapping {
  if (!suspended || mapping.suspension?.emulation === undefined) return mapping
  return isOff(mapping, native) ? offMapping(mapping) : mapping
}

/** One for one mapping, since what walks along a mapping prepares it once. */
const offMapping = once((mapping: Mapping): Mapping => {
  const paths = heldPaths(mapping).map((path) => `client.${path}`)
  return {
    ...mapping,
    fields: { ...mapping.fields, disabled: view([], () => true, SUSPENDED) },
    // All they say about the held settings is that they are off.
    warnings: (native) =>
      (mapping.warnings?.(native) ?? []).filter(({ field = '' }) => !paths.includes(field)),
  }
})

const SUSPENDED = 'the client is suspended; POST /clients/{clientId}/resume ends the suspension'

/** The settings that a suspension holds, as paths below the client. */
export const heldPaths = (mapping: Mapping): readonly string[] =>
  (mapping.suspension?.emulation?.keys ?? []).map((key) => pathOf(mapping, key))

/** The held settings that differ between two records, as paths below the client. */
export function heldChanges(mapping: Mapping, base: Native, next: Native): readonly string[] {
  const [was, is] = [mapping.normal(base), mapping.normal(next)]
  return (mapping.suspension?.emulation?.keys ?? [])
    .filter((key) => !same(was[key] ?? null, is[key] ?? null))
    .map((key) => pathOf(mapping, key))
}

/** The neutral field that is made of a native member, or the member among the provider's settings. */
export const pathOf = (mapping: Mapping, key: string): string =>
  fieldOfPath(mapping, key) ?? `providerSettings.${key}`

/** What a reader of a suspended client must know: that it is not off any more. */
export function suspensionWarnings(
  mapping: Mapping,
  native: Native,
  suspended: boolean,
): readonly Warning[] {
  const { emulation } = mapping.suspension ?? {}
  if (!suspended || emulation === undefined || isOff(mapping, native)) return []
  const back = heldChanges(mapping, emulation.suspended(native), native)
  const paths = back.map((path) => `client.${path}`).join(', ')
  return [
    {
      code: 'suspension_undone',
      field: 'client.disabled',
      message: `The client was suspended, but someone else has restored ${paths} since, so it is not switched off. Use POST /clients/{clientId}/suspend to suspend it again, or POST /clients/{clientId}/resume to end the suspension.`,
    },
  ]
}
