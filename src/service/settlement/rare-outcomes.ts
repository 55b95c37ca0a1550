/**
 * How the outcomes of all operations are found that are no change of settings: one part, which is loaded before the intent of
 * such an operation is recorded, or when one is found open.
 */

export { findKeyAdded, findKeyRemoved } from '../keys/key-outcome.ts'
export { beginLog, findCreation } from '../life/creation-outcome.ts'
export { findRemoval } from '../life/removal-outcome.ts'
export { findRestored } from '../life/restoration-outcome.ts'
export { findAdded, findRetired } from '../secrets/secret-outcome.ts'
