/** Clients as their provider spells them, in JSON that its tools or its API gave. */

import { isRecord, type Json, memberOf } from '../../core/json/json.ts'
import { tooLarge } from '../../core/patch/bounds.ts'
import type { ImportedClient, Loss, Reading, Source } from './imported.ts'
import { checkSource } from './placeholders.ts'
import { fault, jsonOf } from './source-value.ts'

/** Members under which answers of an API have the client, or several (AWS, Hydra and lists of our own). */
const WRAPPERS = ['UserPoolClient', 'clients', 'items']

/**
 * Reads records: one, a list, or one of these in an answer of the API. A client ID metadata document is a record as well,
 * whose id is the address of the document (draft-ietf-oauth-client-id-metadata-document section 3).
 * @throws ClientError `invalid_field`, whose sentence names the file and the record
 */
export function readNative(sources: readonly Source[]): Reading {
  const losses: Loss[] = []
  const clients = sources.flatMap((source) => {
    checkSource(source.path, source.text)
    return recordsOf(source).map((record, index, { length }): ImportedClient => {
      const about = length === 1 ? source.path : `${source.path}: record ${index + 1}`
      if (!isRecord(record) || tooLarge(record) !== undefined) {
        throw fault(about, 'is no client of a size that is read')
      }
      const { client_id: id, ...rest } = record
      if (typeof id !== 'string' || !id.startsWith('https://')) return { about, native: record }
      const why = 'it is the address of the document; a registered client gets an id of its own'
      losses.push({ about, what: 'client_id', why })
      return { about, native: rest }
    })
  })
  return { clients, losses, variables: new Map() }
}

function recordsOf({ path, text }: Source): readonly Json[] {
  const value = jsonOf(path, text)
  if (Array.isArray(value)) return value
  const name = isRecord(value) ? WRAPPERS.find((one) => isWrapped(value[one])) : undefined
  const inner = name === undefined || !isRecord(value) ? value : (memberOf(value, name) ?? null)
  return Array.isArray(inner) ? inner : [inner as Json]
}

const isWrapped = (value: Json | undefined) =>
  isRecord(value) || (Array.isArray(value) && value.every(isRecord))
