/**
 * An action that does not say how it is settled, or what it leaves where its end is uncertain, does not
 * compile. (`npm run check`; there is nothing to run.)
 */

import { type Actions, SETTLEMENTS, type Settlement } from '../../src/service/operation/actions.ts'
import type { ActionName } from '../../src/store/log/entry.ts'
import { UNCERTAIN, type UncertainActions } from '../../src/store/log/late-standing.ts'

const { adopt: _, ...withoutAdoption } = SETTLEMENTS
// @ts-expect-error: each action has a row
export const settlements: Actions = withoutAdoption

const { look: __, ...withoutLook } = SETTLEMENTS.adopt
// @ts-expect-error: a row says how an open intent is looked at
export const row: Settlement = withoutLook
// @ts-expect-error: and so does a row in its table
export const table: Actions = { ...SETTLEMENTS, adopt: withoutLook }

const { lease: ___, ...withoutLease } = UNCERTAIN
// @ts-expect-error: each action says what a conflict leaves of it
export const uncertain: UncertainActions = withoutLease

// A new action asks for a row in both tables.
type WithNew = { readonly [A in ActionName | 'new_action']: Settlement }
// @ts-expect-error: it has none
export const grown: WithNew = SETTLEMENTS
