/** The values of a lease as a patch. */

import type { Patch } from '../../core/patch/patch.ts'
import type { LeasedValue, LeaseTaking } from '../base/request.ts'

/** The patch of a lease, which adds its values. */
export function leasePatch(taking: Pick<LeaseTaking, 'field' | 'value' | 'more'>): Patch {
  const values = valuesOf(taking)
  const fields = [...new Set(values.map(({ field }) => field))].map((field) => {
    const add = values.filter((one) => one.field === field).map(({ value }) => value)
    return [field, { add }]
  })
  return { kind: 'merge', fields: Object.fromEntries(fields) }
}

/** All values of a lease, in the order in which they are named. */
export const valuesOf = ({
  field,
  value,
  more = [],
}: Pick<LeaseTaking, 'field' | 'value' | 'more'>): readonly LeasedValue[] => [
  { field, value },
  ...more,
]
