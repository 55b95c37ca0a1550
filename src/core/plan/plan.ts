/**
 * From a client as the provider holds it and a patch to the record that the provider shall hold.
 * Pure: the same base and patch give the same plan, in a dry run and in earnest.
 */

import { FIELD_NAMES, FIELDS, type FieldName, isFieldName } from '../client.ts'
import { ClientError } from '../errors.ts'
import type { Json } from '../json/json.ts'
import { isRecord, same } from '../json/json.ts'
import { withHeldNumbers } from '../json/kept-numbers.ts'
import { checkLimits } from '../mapping/limits.ts'
import type { MappedField, Mapping } from '../mapping/mapping.ts'
import { isMapped, sameState, showField, visibleField } from '../mapping/mapping.ts'
import type { Limits, Missing, Native, NativeChange, Row, Warning } from '../mapping/row.ts'
import { isLens } from '../mapping/row.ts'
import { checkExtent, createMeter, isWithin } from '../patch/bounds.ts'
import { operationsToFields, writtenFields } from '../patch/json-patch.ts'
import type { FieldPatches, Patch } from '../patch/patch.ts'
import { applyMember, checkMember, withoutNulls } from '../patch/patch.ts'
import { hiddenPaths } from '../secrecy/hidden.ts'
import { isSecret, secret } from '../secrecy/secret.ts'
import { readFormerSettings } from './former-settings.ts'
import { checkNames } from './names.ts'
import { checkSettingValues, patchRest } from './plan-rest.ts'
import { besideOf, checkOwnUris, checkUriState } from './plan-uris.ts'
import { createTogether } from './together.ts'

export interface Plan {
  /** The record that the provider shall hold; equal in state to the base when nothing changes. */
  readonly next: Native
  /** Fields that the patch changes. */
  readonly named: readonly FieldName[]
  readonly unchanged: boolean
  readonly warnings: readonly Warning[]
  /** Paths below the client of hidden values that the patch sets, as what they are or not. */
  readonly hidden: readonly string[]
}

/**
 * Checks what is known without the client, so that it is refused before anything is sent. Values are
 * judged against the client as it is, since it may hold them already.
 * @throws ClientError `unsupported_field`, `invalid_field`
 */
export function checkPatch(mapping: Mapping, patch: Patch): void {
  if (patch.kind === 'merge') return checkFields(mapping, patch.fields)
  for (const { op, path, value } of patch.operations) {
    const [field = '', ...rest] = path
    if (op === 'test') continue
    const sets = rest.length === 0 && value !== undefined
    if (sets) checkMember(field, value)
    const row = rowOf(mapping, field)
    const asks = sets ? value : rest.length > 0 ? undefined : null
    if (row?.support !== 'missing' || asks === null) continue
    if (!same(asks ?? null, shownWhereMissing(field as FieldName, row)))
      throw unsupported(field, row)
  }
}

function checkFields(mapping: Mapping, fields: FieldPatches): void {
  for (const [name, request] of Object.entries(fields)) {
    const field = name as FieldName
    const row = rowOf(mapping, field)
    if (row?.support !== 'missing' || request === null) continue
    const standIn = shownWhereMissing(field, row)
    if (!same(applyMember(field, standIn, request), standIn)) throw unsupported(field, row)
  }
}

/**
 * Checks the values of a patch by themselves, as if no client held them already: of one that is for many
 * clients, so that a mistake in it is not reported for each of them.
 * @throws ClientError `invalid_field`
 */
export function checkValues(mapping: Mapping, patch: Patch): void {
  if (patch.kind !== 'merge') return
  const { fields } = readFormerSettings(mapping, {}, patch.fields)
  for (const [name, request] of Object.entries(fields)) {
    const field = name as FieldName
    const row = rowOf(mapping, field)
    if (!isMapped(field) && isRecord(request)) checkSettingValues(mapping, {}, request)
    if (row === undefined || request === null) continue
    if (isLens(row)) checkFieldLimits(field, row.limits, request)
    checkOwnUris(mapping, field, request, { native: true, held: [] })
  }
}

/** What a patch sets must be within the limits, except for what the field holds already. */
function checkFieldLimits(
  field: FieldName,
  limits: Limits | undefined,
  request: Json,
  now: Json = null,
): void {
  if (limits === undefined) return
  const adds = FIELDS[field].kind === 'list' && isRecord(request)
  if (adds) return checkLimits(`client.${field}.add`, request.add ?? [], limits, now)
  checkLimits(`client.${field}`, isRecord(request) ? withoutNulls(request) : request, limits, now)
}

/**
 * Plans a change.
 * @throws ClientError `unsupported_field`, `read_only_field`, `invalid_field`, `unknown_field`,
 *   `rule_violated`, `precondition_failed`, `too_large`
 */
export function planChange(mapping: Mapping, base: Native, patch: Patch): Plan {
  const { fields, notes } = readFormerSettings(mapping, base, fieldsOf(mapping, base, patch))
  const touched: FieldName[] = []
  const together = createTogether(mapping)
  let next = base
  for (const field of orderOf(mapping)) {
    const request = fields[field]
    if (request === undefined) continue
    const changed = isMapped(field)
      ? applyField(mapping, next, field, request)
      : patchRest(mapping, next, request)
    next = changed ?? next
    together.add(field, request, next)
    if (changed !== undefined) touched.push(field)
  }
  checkSize(base, next)
  for (const field of touched)
    checkOwnUris(mapping, field, fields[field] ?? null, besideOf(mapping, field, base, next))
  checkRules(mapping, [base], next)
  together.check()
  const warnings = [
    ...notes,
    ...checkUriState(mapping, base, next, fields, touched),
    ...(mapping.warnings?.(next) ?? []),
    ...(mapping.consequences?.(base, next) ?? []),
  ]
  return {
    next,
    named: touched,
    unchanged: sameState(mapping, base, next),
    warnings,
    hidden: hiddenIn(mapping, fields),
  }
}

function orderOf({ first = [] }: Mapping): readonly FieldName[] {
  return first.length === 0
    ? FIELD_NAMES
    : [...first, ...FIELD_NAMES.filter((field) => !first.includes(field))]
}

/** What of a patch is hidden, by its own names and shapes. */
export function hiddenIn(mapping: Mapping, fields: FieldPatches): readonly string[] {
  return FIELD_NAMES.flatMap((field) => {
    const request = fields[field]
    if (!isRecord(request)) return []
    if (!isMapped(field)) return hiddenPaths(mapping, request).map((path) => `${field}.${path}`)
    const row = mapping.fields[field]
    if (FIELDS[field].kind !== 'map' || row.support === 'missing') return []
    const [key = ''] = row.keys
    return hiddenPaths(mapping, { [key]: request }).map(
      (path) => `${field}${path.slice(key.length)}`,
    )
  })
}

/** What is changed where the record as a whole is given: whether the client is off. */
const SUSPENDING = FIELD_NAMES.filter((field) => FIELDS[field].permission === 'clients:suspend')

/**
 * Plans a change that is given as the record to be. A rule that one of `before` breaks already, beside
 * the base, may stay broken.
 * @throws ClientError `rule_violated`
 */
export function planRecord(
  mapping: Mapping,
  base: Native,
  next: Native,
  before: readonly Native[] = [],
): Plan {
  checkRules(mapping, [base, ...before], next)
  const warnings = mapping.warnings?.(next) ?? []
  return {
    next,
    named: SUSPENDING,
    unchanged: sameState(mapping, base, next),
    warnings,
    hidden: [],
  }
}

/** The patch as members; operations are applied to the client as it is now. */
function fieldsOf(mapping: Mapping, base: Native, patch: Patch): FieldPatches {
  if (patch.kind === 'merge') return patch.fields
  const client = Object.fromEntries(
    FIELD_NAMES.map((field) => [
      field,
      isSecretField(field) ? null : (visibleField(mapping, field, base) as Json),
    ]),
  )
  const fields = operationsToFields(patch.operations, client)
  for (const [name, request] of Object.entries(fields)) checkMember(name, request)
  checkFields(mapping, fields as FieldPatches)
  return fields as FieldPatches
}

/**
 * The record with one field changed; `undefined` when it already is as asked. Rules are not checked.
 * @throws ClientError `unsupported_field`, `read_only_field`, `invalid_field`, `rule_violated`
 */
export function applyField(
  mapping: Mapping,
  native: Native,
  field: MappedField,
  request: Json,
): Native | undefined {
  // A redacted secret that is sent back means "as it is" (the key is always present in an answer).
  if (isSecretField(field) && request === null) return undefined
  const row = mapping.fields[field] as Row<Json>
  const now = current(mapping, field, native)
  const target = withHeldNumbers(applyMember(field, now, request), now)
  if (same(target, now) || (target === null && same(now, FIELDS[field].empty as Json)))
    return undefined
  if (row.support === 'missing') {
    if (target === null) return undefined
    throw unsupported(field, row)
  }
  if (!isLens(row)) throw readOnly(field, row)
  // What is added is named by where it stands in the patch, and counts as part of what results.
  checkFieldLimits(field, row.limits, request, now)
  checkFieldLimits(field, row.limits, target, now)
  checkNames(field, target, now)
  const value = isSecretField(field) ? secret(String(target)) : target
  return withChange(native, row.put(value as Json, native))
}

/** A record with members set, and those that are `undefined` removed. */
export function withChange(native: Native, change: NativeChange): Native {
  const merged = new Map<string, Json>(Object.entries(native))
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) merged.delete(name)
    else merged.set(name, value)
  }
  return Object.fromEntries(merged)
}

/** Whatever the way in, the record that comes of it has a bound before it is judged and compared. */
function checkSize(base: Native, next: Native): void {
  const extentOf = createMeter()
  const after = extentOf(next)
  if (!isWithin(after)) checkExtent(extentOf(base), after, 'client')
}

/** A rule that the base already breaks is the provider's affair; a newly broken one is refused. */
function checkRules(mapping: Mapping, before: readonly Native[], next: Native): void {
  const broken = mapping.rules.find((rule) => !rule.holds(next) && before.every(rule.holds))
  if (broken === undefined) return
  throw new ClientError('rule_violated', broken.says, { field: broken.field })
}

const isSecretField = (field: FieldName) => FIELDS[field].kind === 'secret'

/** A field as plain JSON; a secret as its value, for comparison only. */
function current(mapping: Mapping, field: FieldName, native: Native): Json {
  const value: unknown = showField(mapping, field, native)
  return isSecret(value) ? value.reveal() : (value as Json)
}

function rowOf(mapping: Mapping, name: string): Row<unknown> | undefined {
  return isFieldName(name) && isMapped(name) ? mapping.fields[name] : undefined
}

function shownWhereMissing(field: FieldName, row: Missing<unknown>): Json {
  return (row.value ?? FIELDS[field].empty) as Json
}

/**
 * Refuses what cannot be changed here by its name alone, so that the refusal does not reveal whether it is
 * there already.
 * @throws ClientError `read_only_field`
 */
export function checkWritable(mapping: Mapping, patch: Patch): void {
  const names = patch.kind === 'merge' ? Object.keys(patch.fields) : writtenFields(patch.operations)
  for (const name of names) {
    const row = rowOf(mapping, name)
    // The caller has the id from the path, and a secret of null is none.
    if (row === undefined || row.support === 'missing' || isLens(row) || name === 'id') continue
    const isNone = patch.kind === 'merge' && patch.fields[name as FieldName] === null
    if (isSecretField(name as FieldName) && isNone) continue
    throw readOnly(name, row)
  }
}

const readOnly = (field: string, { why }: { readonly why: string }) =>
  new ClientError('read_only_field', `client.${field} cannot be changed here: ${why}.`, {
    field: `client.${field}`,
  })

function unsupported(field: string, { why }: Missing<unknown>): ClientError {
  return new ClientError('unsupported_field', `client.${field} cannot be set here: ${why}.`, {
    field: `client.${field}`,
  })
}
