/** When a change is over by its deadline, which was set by the clock of the instance that makes it. */

import type { Store } from '../store.ts'
import type { Intent } from './entry.ts'

/**
 * The deadline of a change by this instance's clock. Where the store has a clock of its own, both instances know how far it
 * is ahead of theirs; elsewhere their clocks must be together.
 */
export const overAt = (
  { deadline, aheadMs = 0 }: Pick<Intent, 'deadline' | 'aheadMs'>,
  { aheadMs: ours }: Pick<Store, 'aheadMs'>,
): number => deadline + aheadMs - (ours?.() ?? 0)
