/** `clientry unprotect CLIENT`. */

import type { Run } from '../command.ts'
import { protection } from '../protection.ts'

export const run: Run = (given) => protection(given, false)
