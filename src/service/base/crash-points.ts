/**
 * The named places between two steps of a change at which a process can die. Tests stop, kill or
 * disturb the program there; in production these places do nothing.
 */

export const CRASH_POINTS = [
  'head loaded',
  'base read',
  'outside change recorded',
  'change planned',
  'intent recorded',
  'step sent',
  'state known',
  'outcome recorded',
  'open intent found',
  'outcome found',
  'undo begun',
  'undo step sent',
] as const

/** The same between the steps of an approval, around those of its change. */
export const APPROVAL_POINTS = ['request recorded', 'decision recorded', 'request ended'] as const

export type CrashPoint = (typeof CRASH_POINTS | typeof APPROVAL_POINTS)[number]
