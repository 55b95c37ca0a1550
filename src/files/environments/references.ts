/** Variables whose values come from the process environment. */

import type { Json } from '../../core/json/json.ts'
import { parseJson } from '../../core/json/json-text.ts'
import type { WrittenVariable } from './environments.ts'

type ProcessEnvironment = Readonly<Record<string, string | undefined>>

export type Reference = Exclude<WrittenVariable, string | number | boolean | readonly unknown[]>

/** Its value; `undefined` where it is not set, or not as it is to be. */
export function readReference({ env, json = false }: Reference, from: ProcessEnvironment) {
  const text = Object.hasOwn(from, env) ? from[env] : undefined
  if (text === undefined || text === '') return undefined
  if (!json) return text
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Why there is no value, as a clause. */
export const whyUnset = ({ env, json = false }: Reference) =>
  `which comes from ${env} of the process environment, and that ${json ? 'holds no JSON' : 'is not set'}`

/** The texts of a list are known by names of their own, so that none of them need be written. */
export function addHidden(
  variable: string,
  value: Json,
  { values, hidden }: { values: Map<string, Json>; hidden: Map<string, string> },
): void {
  values.set(variable, value)
  if (typeof value === 'string') hidden.set(value, variable)
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      addHidden(`${variable}.${index}`, item as Json, { values, hidden })
    }
  }
}
