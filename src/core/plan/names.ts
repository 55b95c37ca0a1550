/** Names that people read: of a client, and of its metadata. */

import { FIELDS, type FieldName } from '../client.ts'
import { ClientError } from '../errors.ts'
import { isRecord, type Json, same } from '../json/json.ts'
import { quoted } from '../patch/quoted.ts'

/** C0, DEL and C1: on a terminal and in a log they change what stands around them. */
const CONTROL = /\p{Cc}/u

/**
 * Refuses control characters in names, except in those that the field holds already.
 * @throws ClientError `invalid_field`
 */
export function checkNames(field: FieldName, target: Json, now: Json): void {
  if (field === 'name' && typeof target === 'string' && !same(target, now)) {
    if (CONTROL.test(target)) throw withControl('client.name', '')
  }
  if (FIELDS[field].kind !== 'map' || !isRecord(target)) return
  const current = isRecord(now) ? now : {}
  const added = Object.keys(target).filter((name) => !Object.hasOwn(current, name))
  const bad = added.find((name) => CONTROL.test(name))
  if (bad !== undefined) throw withControl(`client.${field}.${quoted(bad)}`, ' in its name')
}

const withControl = (field: string, where: string) =>
  new ClientError('invalid_field', `${field} must not have control characters${where}.`, {
    field,
  })
