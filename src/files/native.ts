/**
 * Clients as their provider spells them, in a file of JSON that was exported there: read through the mapping of the
 * provider, so that they become client files.
 */

import { FIELD_NAMES } from '../core/client.ts'
import { ClientError } from '../core/errors.ts'
import { isRecord, type Json, type JsonObject, memberOf } from '../core/json/json.ts'
import { parseJson } from '../core/json/json-text.ts'
import { firstOf } from '../core/json/paths.ts'
import { isMapped, type Mapping, showClient } from '../core/mapping/mapping.ts'
import { keysOf, type Native, type Row } from '../core/mapping/row.ts'
import { tooLarge } from '../core/patch/bounds.ts'
import type { LiveClient } from './compare.ts'
import type { Capabilities } from './render.ts'

/** Where the clients are. */
export type Place = Pick<LiveClient, 'provider' | 'userPoolId'>

/**
 * The records of a file: one, a list, or the member `clients` of an object.
 * @throws ClientError `invalid_field`, whose sentence names the file and the record
 */
export function nativeRecords(path: string, text: string): readonly Native[] {
  const value = parsed(path, text)
  const list = isRecord(value) && Array.isArray(value.clients) ? value.clients : value
  const records: readonly Json[] = Array.isArray(list) ? list : [list as Json]
  return records.map((record, index) => {
    if (isRecord(record) && tooLarge(record) === undefined) return record
    throw fault(path, `record ${index + 1} is no client of a size that is read`)
  })
}

/** A client and what its file may say: attributes of which the record has no member are left out. */
export interface Converted {
  readonly live: LiveClient
  readonly capabilities: Capabilities
}

/**
 * A record as the client that it stands for, without its secrets.
 * @throws ClientError `invalid_field` for one that does not hold its id
 */
export function convertNative(
  mapping: Mapping,
  native: Native,
  { place, path, capabilities }: { place: Place; path: string; capabilities: Capabilities },
): Converted {
  const client = showClient(mapping, native)
  if (client.id === '') {
    const says = 'a record has no id where this provider has it; is it an export of another one'
    throw fault(path, says)
  }
  const { secret: _, ...attributes } = client
  const fields = FIELD_NAMES.filter((field) => {
    const keys = isMapped(field) ? keysOf(mapping.fields[field] as Row<unknown>) : []
    return keys.length === 0 || keys.some((key) => memberOf(native, firstOf(key)) !== undefined)
  })
  const known = fields.flatMap((field) => {
    const capability = capabilities.fields[field]
    return capability === undefined ? [] : [[field, capability] as const]
  })
  return {
    live: {
      ...place,
      id: client.id,
      name: client.name,
      attributes: attributes as unknown as JsonObject,
    },
    capabilities: { ...capabilities, fields: Object.fromEntries(known) },
  }
}

/** Deep enough for every record that a provider has. */
const MAX_DEPTH = 64

function parsed(path: string, text: string): Json {
  try {
    return parseJson(text, MAX_DEPTH)
  } catch {
    // What the parser says repeats the text, in which secrets stand.
    throw fault(path, `is not valid JSON of at most ${MAX_DEPTH} levels`)
  }
}

const fault = (path: string, says: string) =>
  new ClientError('invalid_field', `${path}: ${says}.`, { field: path })
