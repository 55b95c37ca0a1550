/**
 * A member of the contract of a provider that is not watched does not compile: one without a row, and one
 * that makes calls and is passed on as it is. (`npm run check`; there is nothing to run.)
 */

import type { Rows } from '../../src/observe/observed-provider.ts'
import type { Call, Step } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'

declare const rows: Rows<Provider>

interface Wider extends Provider {
  /** A member that is new. */
  audit?(call: Call): Promise<void>
}
// @ts-expect-error: a new member has no row
export const missing: Rows<Wider> = rows
export const added: Rows<Wider> = { ...rows, audit: (audit) => (call) => audit(call) }

type Loud = Pick<Provider, 'read' | 'list' | 'steps' | 'removal' | 'creation' | 'adoption'>
export const quiet: Rows<Loud> = {
  // @ts-expect-error: it takes a call
  read: 'quiet',
  // @ts-expect-error: so does an optional one
  list: 'quiet',
  // @ts-expect-error: its steps make calls
  steps: 'quiet',
  // @ts-expect-error: so does a single step
  removal: 'quiet',
  // @ts-expect-error: its members make calls
  creation: 'quiet',
  // @ts-expect-error: so do these
  adoption: 'quiet',
}

interface Parts {
  readonly name: string
  readonly made?: { later(deadline: number): number }
  undo(id: string): readonly Step[]
}
// @ts-expect-error: an optional part needs a row as well
export const withoutMade: Rows<Parts> = { name: 'quiet', undo: (undo) => undo }
export const silent: Rows<Parts> = { name: 'quiet', made: 'quiet', undo: (undo) => undo }
