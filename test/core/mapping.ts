/** A small mapping for tests of the engine: every field is missing but those that a test gives. */

import { inner, missing } from '../../src/core/mapping/lenses.ts'
import { MAPPED_FIELDS, type Mapping, secretOf } from '../../src/core/mapping/mapping.ts'
import type { Lens } from '../../src/core/mapping/row.ts'
import type { Secret } from '../../src/core/secrecy/secret.ts'

/** A mapping with these rows, and with other ways of the provider than the plainest. */
export function mappingOf(
  fields: Partial<Mapping['fields']> = {},
  ways: Partial<Omit<Mapping, 'fields'>> = {},
): Mapping {
  const none = MAPPED_FIELDS.map((field) => [field, missing('this provider has none')])
  return {
    fields: { ...(Object.fromEntries(none) as Mapping['fields']), ...fields },
    omitted: 'keep',
    settings: [],
    createOnlyKeys: [],
    commandKeys: [],
    readOnlyKeys: [],
    mirrorKeys: [],
    hiddenKeys: [],
    volatileKeys: [],
    secretPaths: [],
    credentialPaths: [],
    publicPaths: [],
    mergedKeys: [],
    nullablePaths: [],
    rules: [],
    uris: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
    normal: (native) => native,
    ...ways,
  }
}

/** A secret that is held in one member. */
export const secretRow = (name: string): Lens<Secret | null> => ({
  support: 'native',
  keys: [name],
  get: (native) => secretOf(native[name]),
  put: (value) => ({ [name]: value?.reveal() }),
})

/** Free pairs that are held in one member. */
export const pairsRow = (name: string): Lens<Readonly<Record<string, string>>> => ({
  support: 'native',
  keys: [name],
  get: (native) => inner(native, name) as Readonly<Record<string, string>>,
  put: (value) => ({ [name]: value ?? {} }),
})
