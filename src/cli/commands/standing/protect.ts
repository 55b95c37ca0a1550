/** `clientry protect CLIENT`. */

import { protection } from '../../change/protection.ts'
import type { Run } from '../../command.ts'

export const run: Run = (invocation) => protection(invocation, true)
