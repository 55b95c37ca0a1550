/**
 * Copying a client: the record that a new client starts from so that it is as near to another one as its
 * provider lets it be. `report.ts` says what became of each setting.
 *
 * Between providers of one type the record itself is taken, so that what no attribute stands for comes
 * along; between types each attribute goes through the mappings. No pair of providers is special.
 */

import { FIELDS } from '../client.ts'
import type { Json } from '../json/json.ts'
import { same, without } from '../json/json.ts'
import { withoutPaths } from '../json/paths.ts'
import type { MappedField, Mapping } from '../mapping/mapping.ts'
import { MAPPED_FIELDS } from '../mapping/mapping.ts'
import type { Native, Row } from '../mapping/row.ts'
import { isLens } from '../mapping/row.ts'
import { isFor, pathsBarred } from '../mapping/uses.ts'
import { replaceHidden } from '../secrecy/hidden.ts'
import { type Copied, type Copying, providerHas } from './copying.ts'
import { keepRules, keepUris } from './keep.ts'
import { clauseOf, shownOf, trySet } from './set.ts'
import { fitting } from './values.ts'

/** Plans the record. */
export function copyRecord(copying: Copying): Copied {
  const copied = built(copying, [])
  // Of a record that is taken as it is there is nothing to leave out attribute by attribute.
  return copying.alike ? copied : withoutBreakers(copying, copied, [])
}

/** `skipped`: fields that are as a new client there has them. */
function built(copying: Copying, skipped: readonly MappedField[]): Copied {
  const { target, alike } = copying
  const reasons = new Map<string, string>()
  let next = alike ? takenOver(copying) : target.blank
  for (const field of MAPPED_FIELDS) {
    if (!skipped.includes(field)) next = withField(copying, next, field, reasons)
  }
  next = keepUris(target.mapping, next, reasons)
  return { start: keepRules(target, next, reasons), reasons }
}

/** Without fields whose values break a rule there, of whichever setting it speaks. */
function withoutBreakers(
  copying: Copying,
  copied: Copied,
  skipped: readonly MappedField[],
): Copied {
  const brokenIn = ({ start }: Copied) =>
    copying.target.mapping.rules.filter(({ holds }) => !holds(start))
  const broken = brokenIn(copied)
  if (broken.length === 0) return copied
  for (const field of MAPPED_FIELDS.filter((one) => !skipped.includes(one))) {
    const next = built(copying, [...skipped, field])
    const still = brokenIn(next)
    const mended = broken.find((rule) => !still.includes(rule))
    if (mended === undefined || still.some((rule) => !broken.includes(rule))) continue
    const reasons = new Map([...copied.reasons, ...next.reasons, [field, clauseOf(mended.says)]])
    return withoutBreakers(copying, { start: next.start, reasons }, [...skipped, field])
  }
  return copied
}

/** The word for a kind of application that every provider knows (OpenID Connect Registration 1.0 section 2). */
const NATIVE = 'native'

/** The record itself, without what belongs to the very client that it is of. */
function takenOver({ source, target }: Copying): Native {
  const { mapping, blank } = target
  const shownNames = shownKeys(mapping)
  const takes = ([name]: readonly [string, Json]) =>
    isFor(mapping, name, 'copied') && !shownNames.includes(name)
  const own = Object.entries(blank).filter((member) => !takes(member))
  const entries = Object.entries(source.native).filter(takes)
  // What a new client has of its own stays, also in an opened object, where it is a member.
  const left = [...pathsBarred(mapping, 'copied'), ...shownNames].filter(
    (path) => !Object.hasOwn(blank, path),
  )
  const bound = Object.keys(mapping.boundPaths ?? {})
  const record = withoutPaths(Object.fromEntries([...own, ...entries]), [...bound, ...left])
  return replaceHidden(mapping, record, () => undefined)
}

/** Members that are shown and never set, such as the id. */
const shownKeys = (mapping: Mapping) =>
  MAPPED_FIELDS.flatMap((field) => {
    const row = mapping.fields[field] as Row<unknown>
    return row.support === 'read-only' ? row.keys : []
  })

function withField(
  copying: Copying,
  next: Native,
  field: MappedField,
  reasons: Map<string, string>,
): Native {
  const { source, target, alike } = copying
  const { mapping, blank } = target
  const row = mapping.fields[field] as Row<Json>
  const { copy } = FIELDS[field]
  if (copy === 'never' || !providerHas(source.mapping, field) || !isLens(row)) return next
  const whole = shownOf(source.mapping, field, source.native)
  const passing = source.passing.filter((one) => one.field === field).map(({ value }) => value)
  const permanent = Array.isArray(whole) ? without(whole, passing) : whole
  if (!same(permanent, whole)) reasons.set(field, 'leased values are temporary')
  const now = shownOf(mapping, field, next)
  if (same(permanent, now)) return next
  if (!alike && copy === 'words' && permanent !== NATIVE) {
    reasons.set(field, 'each provider has its own terms for it')
    return next
  }
  const stead = fitting(field, permanent, row.limits ?? {}, shownOf(mapping, field, blank))
  for (const value of [permanent, ...stead]) {
    const set = trySet(mapping, next, field, value)
    const why = set.done === undefined ? set.why : whyNotSo(copying, field, set.done)
    if (set.done !== undefined && why === undefined) return set.done
    if (why !== undefined && !reasons.has(field)) reasons.set(field, why)
  }
  return next
}

/** A client that authenticates gets a secret, whichever grant types come with it. */
function whyNotSo({ source, target }: Copying, field: MappedField, next: Native) {
  if (field !== 'grantTypes' || target.lacksSecret?.(next) !== true) return undefined
  const method = shownOf(source.mapping, 'tokenEndpointAuthMethod', source.native)
  return method === 'none' ? undefined : 'a client with these has no secret there'
}
