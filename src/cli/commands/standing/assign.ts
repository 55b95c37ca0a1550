/** `clientry assign CLIENT TEAM`. */

import { assignment } from '../../change/team.ts'
import type { Run } from '../../command.ts'

export const run: Run = (invocation) => assignment(invocation, invocation.words[1] ?? null)
