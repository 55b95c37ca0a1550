/** `clientry resume CLIENT`. */

import type { Run } from '../command.ts'
import { suspension } from '../suspension.ts'

export const run: Run = (given) => suspension(given, false)
