/** How a request for approval can stand. */

import { DECISIONS, ENDS } from '../../store/log/approval/approval-entry.ts'

/** Those that wait, those that someone decided, and how they end. */
export const REQUEST_STATES = ['pending', ...DECISIONS, ...ENDS] as const
export type RequestState = (typeof REQUEST_STATES)[number]

/** How long a request waits for someone unless the configuration says otherwise (milliseconds): a week. */
export const WAITS_MS = 604_800_000
