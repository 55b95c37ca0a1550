/** `clientry unassign CLIENT`. */

import { assignment } from '../../change/team.ts'
import type { Run } from '../../command.ts'

export const run: Run = (invocation) => assignment(invocation, null)
