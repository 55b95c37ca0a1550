/** What the place of a copy does not have: scopes of its realm, and whatever else a list of a client may name. */

import { texts } from '../mapping/lenses.ts'
import { fieldOfPath } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'
import { withChange } from '../plan/plan.ts'
import type { Copied, Copying } from './copying.ts'
import { keepRules } from './keep.ts'

/** A value in a list of a record that names nothing there. */
export interface Lacking {
  /** The native member that holds the list. */
  readonly member: string
  readonly value: string
}

/** The record without such values, which the report then names as lost. */
export function withoutLacking(
  { target }: Pick<Copying, 'target'>,
  { start, reasons }: Copied,
  lacking: readonly Lacking[],
): Copied {
  if (lacking.length === 0) return { start, reasons }
  const all = new Map(reasons)
  const next = lacking.reduce((record: Native, { member, value }) => {
    const field = fieldOfPath(target.mapping, member) ?? `providerSettings.${member}`
    all.set(field, `${JSON.stringify(value)} does not exist there`)
    return withChange(record, { [member]: texts(record[member]).filter((one) => one !== value) })
  }, start)
  return { start: keepRules(target, next, all), reasons: all }
}
