/** What the configuration may say of a member that this version does not know. */

/** `volatile`: it moves by itself. */
export const CONFIGURED_CLASSES = ['read-only', 'setting', 'volatile'] as const

export type ConfiguredClass = (typeof CONFIGURED_CLASSES)[number]
