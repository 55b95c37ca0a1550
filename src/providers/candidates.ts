/** Looking for a client whose creation was not answered: by its age where that is shown, else by its name. */

import { isClientError } from '../core/errors.ts'
import { inParallel } from '../core/in-parallel.ts'
import type { Json } from '../core/json/json.ts'
import type { Native } from '../core/mapping/row.ts'
import type { Candidate, CreationSearch } from './creation.ts'
import type { Listed, ListPage } from './provider.ts'

/** Where candidates come from. */
export interface CandidateSource {
  page(cursor: string | undefined): Promise<ListPage>
  read(id: string): Promise<Native>
  /** The name of a record. */
  nameOf(native: Native): Json | undefined
  /** When the client was made (epoch milliseconds); `undefined` where the record does not show it. */
  createdAt(native: Native): number | undefined
  /** Whether only records show when a client was made, so that a listed one has to be read. */
  readonly ageInRecord: boolean
}

/** Reads under way at once; the provider's pace is kept all the same. */
const AT_ONCE = 8

/** Every client of all pages that may be the one; those that are removed meanwhile are passed over. */
export async function findCandidates(
  source: CandidateSource,
  name: Json | undefined,
  { since, isKnown }: CreationSearch,
): Promise<readonly Candidate[]> {
  const fits = (at: number | undefined, itsName: Json | undefined) =>
    at === undefined ? mayBeNamed(itsName, name) : at >= since
  const open = ({ createdAt, name: listed, native }: Listed) =>
    (createdAt === undefined && (source.ageInRecord || native !== undefined)) ||
    fits(createdAt, listed)
  const recordOf = async ({ id, native }: Listed): Promise<readonly Candidate[]> => {
    if (await isKnown(id)) return []
    const record = native ?? (await source.read(id).catch(noneIfAbsent))
    if (record === undefined) return []
    return fits(source.createdAt(record), source.nameOf(record)) ? [{ native: record }] : []
  }
  const candidates: Candidate[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await source.page(cursor)
    candidates.push(...(await inParallel(items.filter(open), AT_ONCE, recordOf)).flat())
    if (next === undefined) return candidates
    cursor = next
  }
}

/** A record that shows no name may have any. */
function mayBeNamed(its: Json | undefined, name: Json | undefined): boolean {
  return typeof its !== 'string' || typeof name !== 'string' || folded(its) === folded(name)
}

const folded = (name: string) => name.trim().toLowerCase()

function noneIfAbsent(error: unknown): undefined {
  if (!isClientError(error, 'not_found')) throw error
}
