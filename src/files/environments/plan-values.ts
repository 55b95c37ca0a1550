/** Plans without the values that an environment takes from the process environment: these stand there by name. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import type { PlanItem } from '../plan-file.ts'
import type { Environment } from './environment.ts'
import { expand, withNames } from './template.ts'

/** An item as a plan may hold it: what comes from the process environment stands there by its name. */
export const hide = (item: PlanItem, { hidden }: Environment): PlanItem =>
  withValues(item, (value) => withNames(value, hidden))

/**
 * The item again.
 * @throws ClientError `invalid_field` where the process environment lacks something of it
 */
export function reveal(item: PlanItem, { variables, name, path }: Environment): PlanItem {
  const faults = new Set<string>()
  const fault = (_: unknown, says: string) =>
    void faults.add(`The plan for ${name} ${says} (${path}).`)
  const revealed = withValues(item, (value) => expand(value, { variables, fault }))
  if (faults.size > 0) throw new ClientError('invalid_field', [...faults].join(' '))
  return revealed
}

/** The members of an item that hold no values of clients. */
const BESIDE = ['action', 'file', 'provider', 'userPoolId', 'id', 'key', 'kind', 'etag']

const withValues = (item: PlanItem, change: (value: Json) => Json): PlanItem =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      BESIDE.includes(name) ? value : change(value as Json),
    ]),
  ) as unknown as PlanItem
