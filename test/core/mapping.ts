/** A small mapping for tests of the engine: every field is missing but those that a test gives. */

import { missing } from '../../src/core/mapping/lenses.ts'
import { MAPPED_FIELDS, type Mapping } from '../../src/core/mapping/mapping.ts'

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
