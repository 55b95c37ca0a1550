/** Records of servers that hold lists as sets. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'

/**
 * A record with each of its lists in one order: two reads of one Keycloak client can give its scopes in two, since the
 * server's cache keeps another than its database.
 */
export const inOneOrder = (record: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      Array.isArray(value) ? sorted(value) : value,
    ]),
  )

const sorted = (list: readonly Json[]): Json[] =>
  list
    .map((item) => ({ item, text: JSON.stringify(item) }))
    .sort((one, other) => (one.text < other.text ? -1 : 1))
    .map(({ item }) => item)
