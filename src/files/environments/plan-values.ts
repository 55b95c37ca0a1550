/** Plans without the values that an environment takes from the process environment: these stand there by name. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import type { PlanItem } from '../plan-file.ts'
import type { Environment } from './environment.ts'
import { expand, withNames } from './template.ts'

/** An item as a plan may hold it: what comes from the process environment stands there by its name. */
export const hide = <T extends object>(item: T, { hidden }: Pick<Environment, 'hidden'>): T =>
  withValues(item, (value) => withNames(value, hidden))

/** A sentence in which such values are replaced as well, no matter who wrote it. */
export const hideIn = <T extends { readonly says: string }>(
  about: T,
  { hidden }: Pick<Environment, 'hidden'>,
): T => {
  const texts = [...hidden].filter(([text]) => text !== '').sort(longestFirst)
  const replaced = (sentence: string) =>
    texts.reduce((rest, [text, name]) => rest.replaceAll(text, () => `\${${name}}`), sentence)
  const { says, providerMessage } = about as T & { readonly providerMessage?: string }
  return {
    ...about,
    says: replaced(says),
    ...(providerMessage === undefined ? {} : { providerMessage: replaced(providerMessage) }),
  }
}

const longestFirst = ([one]: readonly [string, string], [other]: readonly [string, string]) =>
  other.length - one.length

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

const withValues = <T extends object>(item: T, change: (value: Json) => Json): T =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      BESIDE.includes(name) ? value : change(value as Json),
    ]),
  ) as unknown as T
