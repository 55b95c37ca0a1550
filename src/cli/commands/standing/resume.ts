/** `clientry resume CLIENT`. */

import { suspension } from '../../change/suspension.ts'
import type { Run } from '../../command.ts'

export const run: Run = (invocation) => suspension(invocation, false)
