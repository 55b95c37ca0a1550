/** Rows of members whose absence means a default: the default is shown, and clearing goes back to it. */

import { doubleOf } from '../../core/json/json-number.ts'
import type { Lens } from '../../core/mapping/row.ts'
import { DEFAULTS } from './members.ts'

type NamesOf<V> = {
  [N in keyof typeof DEFAULTS]: (typeof DEFAULTS)[N] extends V ? N : never
}[keyof typeof DEFAULTS]

/** A number of seconds. */
export function lifetime(name: NamesOf<number>, maximum: number): Lens<number | null> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => doubleOf(native[name]) ?? DEFAULTS[name],
    put: (value) => ({ [name]: value ?? undefined }),
    limits: { maximum },
  }
}
