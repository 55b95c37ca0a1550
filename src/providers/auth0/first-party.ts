/**
 * Whose an application is. A creation settles it (Auth0 docs, "First-Party and Third-Party Applications"), and with it what
 * Auth0 sets beside (`kinds.ts`).
 */

import { same } from '../../core/json/json.ts'
import type { Native, NativeChange, View } from '../../core/mapping/row.ts'
import { defaultsOf } from './kinds.ts'

const keys = ['is_first_party']
const get = (native: Native) => native.is_first_party !== false

export const firstParty: View<boolean> = {
  support: 'read-only',
  keys,
  get,
  why: 'Auth0 refuses to turn a first party into a third party or back; only a creation sets it',
  made: {
    support: 'native',
    keys,
    get,
    put: (value, native) => ({
      ...movedDefaults(native, value ?? true),
      is_first_party: value ?? true,
    }),
  },
}

/** What the new client has from Auth0 alone, as Auth0 sets it for the other party. */
function movedDefaults(native: Native, is_first_party: boolean): NativeChange {
  const [before, after] = [defaultsOf(native), defaultsOf({ ...native, is_first_party })]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const isDefault = (name: string) => same(native[name] ?? null, before[name] ?? null)
  return Object.fromEntries([...names].filter(isDefault).map((name) => [name, after[name]]))
}
