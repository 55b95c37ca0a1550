/**
 * Settings that this version does not know and that a change has removed: the client had them, so
 * they can be set again and rolled back, although no list of settings names them.
 */

import { type Mapping, withExtraSettings } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isUnknown } from '../../core/mapping/uses.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'

/** Each entry of a client's log carries the names, so their number and length are limited (our choice). */
const MAX_NAMES = 100
const MAX_NAME_LENGTH = 128

/** The standing after a change, with the names of the unknown settings that were removed. */
export function clearedAfter(
  mapping: Mapping,
  [base, next]: readonly [Native, Native],
  standing: Standing | undefined,
): Standing | undefined {
  const isKept = (name: string) => name.length <= MAX_NAME_LENGTH && isUnknown(mapping, name)
  const members = Object.keys(base).filter(isKept)
  const cleared = [...new Set([...(standing?.cleared ?? []), ...members])]
    .filter((name) => !Object.hasOwn(next, name))
    .slice(-MAX_NAMES)
  if (cleared.length === 0 && standing?.cleared === undefined) return standing
  return withStanding(standing, { cleared: cleared.length === 0 ? undefined : cleared })
}

/** The mapping with which settings of earlier records can be set again. */
export const restoring = (mapping: Mapping, records: readonly Native[]): Mapping =>
  withExtraSettings(mapping, [...new Set(records.flatMap((record) => Object.keys(record)))])
