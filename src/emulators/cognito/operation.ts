/** One operation of the service, and what all of them work on. */

import type { Category } from './limits.ts'
import type { UpdateLock } from './lock.ts'
import type { Members } from './members.ts'
import type { Pools } from './pools.ts'
import type { Input } from './rules/constraints.ts'

export interface State {
  readonly pools: Pools
  readonly lock: UpdateLock
  /** Members that this emulator does not know yet, with the value that an omission resets them to. */
  readonly futureMembers: ReadonlyMap<string, unknown>
  /** For which the request at hand is signed. */
  readonly region: string
}

export interface Operation {
  readonly category: Category
  readonly members: Members
  /** Takes future members too. */
  readonly takesSettings?: true
  answer(input: Input & { readonly UserPoolId: string }, state: State): Input | Promise<Input>
}
