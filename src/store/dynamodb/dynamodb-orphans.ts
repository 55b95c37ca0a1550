/** Items that are put before what names them: how long they are kept without it, and for how long it may still be sent. */

import { storeUnavailable } from './dynamodb-call.ts'

/** When items that nothing names are removed (milliseconds): long after their writer can have sent what names them. */
export const ORPHAN_MS = 3_600_000
/** A writer that was stopped for so long sends nothing any more that needs what may be gone by then (milliseconds). */
const LATEST_MS = ORPHAN_MS / 2

/**
 * Whether what was begun at a time may still be sent; what it needs may be gone otherwise.
 * @throws ClientError `store_unavailable`
 */
export function checkInTime(began: number, now: number): void {
  if (now - began > LATEST_MS) throw storeUnavailable(new Error('the writer was stopped'))
}
