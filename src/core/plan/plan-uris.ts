/**
 * URI rules applied to a change. A patch is refused when it contains a value that breaks a rule and
 * that the field does not hold already, or when the resulting client breaks one that it did not break before; judged on the resulting client,
 * so that a rule cannot be evaded by leaving a member out (CVE-2026-18570, CVE-2026-18573). A client
 * that already breaks a rule can still be patched elsewhere.
 */

import { FIELDS, type FieldName, URI_FIELD_NAMES, useOfUris } from '../client.ts'
import { ClientError } from '../errors.ts'
import type { Json } from '../json/json.ts'
import { isRecord } from '../json/json.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { showField } from '../mapping/mapping.ts'
import type { Native, Warning } from '../mapping/row.ts'
import type { FieldPatches } from '../patch/patch.ts'
import { checkUri, violationsOf } from '../uri/uri.ts'
import type { UriFinding } from '../uri/uri-rule.ts'
import type { JudgedUri } from './judged-uri.ts'

interface LocatedFinding {
  readonly field: FieldName
  readonly path: string
  readonly value: string
  readonly finding: UriFinding
}

/** What a value of a patch is judged beside. */
interface Beside {
  /** Whether the client is a native application. */
  readonly native: boolean
  /** What the field holds already, which is not judged. */
  readonly held: readonly Json[]
}

/**
 * Refuses a patch that itself contains a value which breaks a rule and which the field does not hold already.
 * @throws ClientError `invalid_field`
 */
export function checkOwnUris(
  mapping: Mapping,
  field: FieldName,
  request: Json,
  beside: Beside,
): void {
  const broken = ownFindings(mapping, field, request, beside).find(isViolation)
  if (broken !== undefined) throw refused(broken)
}

/** What the values of a field are judged beside in a change from one record to another. */
export function besideOf(mapping: Mapping, field: FieldName, base: Native, next: Native): Beside {
  return { native: isNative(mapping, next), held: heldValues(mapping, field, base) }
}

/**
 * Refuses a change after which a rule is broken that held before; gives what else is worth reporting.
 * @throws ClientError `invalid_field`
 */
export function checkUriState(
  mapping: Mapping,
  base: Native,
  next: Native,
  fields: FieldPatches,
  named: readonly FieldName[],
): readonly Warning[] {
  const { after, fresh } = compared(mapping, base, next)
  if (fresh !== undefined) throw refused(fresh)
  // A new value that breaks a rule was refused before: these are warnings.
  const warnings = named.flatMap((field) =>
    ownFindings(mapping, field, fields[field] ?? null, besideOf(mapping, field, base, next)),
  )
  return [...after, ...warnings].map(({ field, value, finding }) => ({
    code: finding.rule,
    field: `client.${field}`,
    message: `client.${field}: ${JSON.stringify(value)} ${finding.says}.`,
  }))
}

/**
 * Values that a client held before and that are judged again, to be warned about: no client of this program's
 * own making has more, and at a provider one may have hundreds of thousands.
 */
const MOST_WARNED = 4_000

/** What breaks a rule in the next record, and the first of it that did not before. */
function compared(
  mapping: Mapping,
  base: Native,
  next: Native,
): { readonly after: readonly LocatedFinding[]; readonly fresh: LocatedFinding | undefined } {
  if (isNative(mapping, base) !== isNative(mapping, next)) {
    const before = new Set(violationsIn(mapping, base).map(identity))
    const after = violationsIn(mapping, next)
    return { after, fresh: after.find((finding) => !before.has(identity(finding))) }
  }
  // A value that the same field of a client of the same kind held before is judged as it was then.
  const present = new Map<FieldName, ReadonlySet<Json>>(
    URI_FIELD_NAMES.map((field) => [field, new Set(heldValues(mapping, field, base))] as const),
  )
  const isNew = (field: FieldName, value: string) => present.get(field)?.has(value) !== true
  let remaining = MOST_WARNED
  const isJudged = (field: FieldName, value: string) => {
    if (isNew(field, value)) return true
    remaining -= 1
    return remaining >= 0
  }
  const after = violationsIn(mapping, next, isJudged)
  return { after, fresh: after.find(({ field, value }) => isNew(field, value)) }
}

/** About the values of a patch that the field does not hold already, each under its path. */
function ownFindings(
  mapping: Mapping,
  field: FieldName,
  request: Json,
  { native, held: present }: Beside,
): LocatedFinding[] {
  const path = `client.${field}`
  const values =
    isRecord(request) && FIELDS[field].kind === 'list'
      ? listed(`${path}.add`, request.add ?? [])
      : Array.isArray(request)
        ? listed(path, request)
        : [{ path, value: request }]
  const presentSet = new Set(present)
  return values
    .filter(({ value }) => !presentSet.has(value))
    .flatMap((one) => findings(mapping, field, one, native))
}

const listed = (path: string, items: Json) =>
  (items as readonly Json[]).map((value, index) => ({ path: `${path}[${index}]`, value }))

/** What breaks a rule in a record. What is merely worth a warning is not looked for: that takes the list of public suffixes. */
function violationsIn(mapping: Mapping, native: Native, isJudged?: IsJudged): LocatedFinding[] {
  return judged(mapping, native, violationsOf, isJudged).flatMap(
    ({ field, value, findings: all }) =>
      all.map((finding) => ({ field, path: `client.${field}`, value, finding })),
  )
}

type IsJudged = (field: FieldName, value: string) => boolean

/** The URIs of a record, in the order of the fields, with what is wrong or worth reporting about each. */
export const judgedUris = (mapping: Mapping, native: Native): readonly JudgedUri[] =>
  judged(mapping, native, checkUri)

/** The URIs of a record, all or some. */
function judged(
  mapping: Mapping,
  native: Native,
  judge: typeof checkUri,
  isJudged: IsJudged = () => true,
): readonly JudgedUri[] {
  const context = { policy: mapping.uris, native: isNative(mapping, native) }
  return URI_FIELD_NAMES.flatMap((field) => {
    const use = useOfUris(field)
    if (use === undefined) return []
    return heldValues(mapping, field, native)
      .filter((value) => typeof value === 'string')
      .filter((value) => isJudged(field, value))
      .map((value) => ({ field, use, value, findings: judge(value, use, context) }))
  })
}

function heldValues(mapping: Mapping, field: FieldName, native: Native): readonly Json[] {
  const content = showField(mapping, field, native) as Json
  return Array.isArray(content) ? content : [content]
}

function findings(
  mapping: Mapping,
  field: FieldName,
  { path, value }: { readonly path: string; readonly value: Json },
  native: boolean,
): LocatedFinding[] {
  const use = useOfUris(field)
  if (use === undefined || typeof value !== 'string') return []
  return checkUri(value, use, { policy: mapping.uris, native }).map((finding) => ({
    field,
    path,
    value,
    finding,
  }))
}

const isViolation = ({ finding }: LocatedFinding) => finding.severity === 'violation'

const identity = ({ field, value, finding }: LocatedFinding) =>
  JSON.stringify([field, value, finding.rule])

/** Whether the client is a native app, which may use private-use schemes (RFC 8252 section 7.1). */
export const isNative = (mapping: Mapping, native: Native) =>
  showField(mapping, 'appType', native) === 'native'

const refused = ({ path, finding }: LocatedFinding) =>
  new ClientError('invalid_field', `${path} ${finding.says}.`, { field: path })
