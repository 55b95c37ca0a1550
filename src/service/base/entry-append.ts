/** Appends entries that must get into the log, however much has changed. */

import { type FieldChange, withoutValues } from '../../core/diff.ts'
import { isClientError } from '../../core/errors.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { Store } from '../../store/store.ts'

/**
 * Appends an entry with all its differences, or with only their names if the store cannot hold it:
 * an entry that cannot be recorded would block its client for good. Returns the entry; `undefined`:
 * its number is taken.
 */
export async function appendFitting<E extends Entry>(
  store: Store,
  changes: readonly FieldChange[],
  entryWith: (changes: readonly FieldChange[]) => E,
): Promise<E | undefined> {
  const whole = entryWith(changes)
  try {
    return (await store.append(whole)) ? whole : undefined
  } catch (error) {
    if (!isClientError(error, 'too_large')) throw error
    const short = entryWith(withoutValues(changes))
    return (await store.append(short)) ? short : undefined
  }
}
