/** The work that no request does: what a sweep settles and carries out, and the rounds of the mirror. */

export { sweepRequests } from '../http/approval/sweep-requests.ts'
export { refreshMirror } from '../service/mirror/refresh.ts'
export { addCheckpoint } from '../service/upkeep/checkpoint.ts'
export { carryOutDue } from '../service/upkeep/due.ts'
export { sweep } from '../service/upkeep/sweep.ts'
export { eraseOld } from './keys/erase-old.ts'
export { keepRecords } from './keys/keep-records.ts'
export { createWebhooks } from './webhooks/webhooks.ts'
