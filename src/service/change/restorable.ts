/**
 * Settings that this version does not know and a change has taken away: the client had them, so they can be set again
 * and rolled back, although no list of settings names them.
 */

import { type Mapping, withExtraSettings } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isUnknown } from '../../core/mapping/uses.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'

/** Each entry of a client's log carries the names, so there are few and short ones (ours). */
const MAX_NAMES = 100
const MAX_NAME_LENGTH = 128

/** What holds for the client after a change: the names of unknown settings that it is without. */
export function clearedAfter(
  mapping: Mapping,
  [base, next]: readonly [Native, Native],
  standing: Standing | undefined,
): Standing | undefined {
  const isKept = (name: string) => name.length <= MAX_NAME_LENGTH && isUnknown(mapping, name)
  const gone = Object.keys(base).filter(isKept)
  const cleared = [...new Set([...(standing?.cleared ?? []), ...gone])]
    .filter((name) => !Object.hasOwn(next, name))
    .slice(-MAX_NAMES)
  if (cleared.length === 0 && standing?.cleared === undefined) return standing
  return withStanding(standing, { cleared: cleared.length === 0 ? undefined : cleared })
}

/** The mapping by which settings of earlier records can be set again. */
export const restoring = (mapping: Mapping, records: readonly Native[]): Mapping =>
  withExtraSettings(mapping, [...new Set(records.flatMap((record) => Object.keys(record)))])
