/** What query parameters may be, where it is said more exactly than by the text that the parser asks for. */

import type { QueryName } from '../../contract/query.ts'
import { FIELDS, type FieldName } from '../../core/client.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { FILTER_NAMES } from '../../core/search.ts'
import { HISTORY_OUTCOMES } from '../../service/reading/history.ts'
import { MAX_RETIRE_SECONDS } from '../../service/secrets/retirements.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'

/** RFC 3339 section 5.6; which days a month has is left to `format`. */
export const TIME: JsonObject = {
  format: 'date-time',
  pattern:
    '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$',
}

/** What follows the names that do not take any text. */
const ONLY: Readonly<Record<string, string>> = { registered: 'dynamic' }

const valueOfFilter = (name: string): string => {
  const isFlag = Object.hasOwn(FIELDS, name) && FIELDS[name as FieldName].kind === 'boolean'
  return ONLY[name] ?? (isFlag ? '(true|false)' : ANY_TEXT)
}

/** Two commas stand for one. */
const ANY_TEXT = '([^,\\n\\r\\u2028\\u2029]|,,)+'

const FILTER = `(${FILTER_NAMES.map((name) => `${name}:${valueOfFilter(name)}`).join('|')})`

const EXACT: { readonly [Q in QueryName]?: JsonObject } = {
  outcome: { enum: [...HISTORY_OUTCOMES] },
  afterSeconds: { type: 'integer', minimum: 1, maximum: MAX_RETIRE_SECONDS },
  from: TIME,
  to: TIME,
  filter: { pattern: `^${FILTER}(,${FILTER}){0,7}$`, maxLength: 2_100 },
}

/** What a point stands for (ECMA-262, section 22.2.2.7), which other dialects take for more. */
const IN_A_LINE = '[^\\n\\r\\u2028\\u2029]'

/** The schema of a query parameter. */
export const querySchema = (name: QueryName): JsonObject => ({
  type: 'string',
  ...(EXACT[name] ?? { pattern: QUERY_PARAMETERS[name].pattern.replace('^.{', `^${IN_A_LINE}{`) }),
})
