/** Rows of members whose absence means a default: the default is shown, and clearing goes back to it. */

import { texts } from '../../core/lenses.ts'
import type { Lens } from '../../core/mapping.ts'
import { DEFAULTS } from './settings.ts'

type NamesOf<V> = {
  [N in keyof typeof DEFAULTS]: (typeof DEFAULTS)[N] extends V ? N : never
}[keyof typeof DEFAULTS]

/** One of several words. */
export function choice(name: NamesOf<string>, values: readonly string[]): Lens<string | null> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => {
      const value = native[name]
      return typeof value === 'string' ? value : DEFAULTS[name]
    },
    put: (value) => ({ [name]: value ?? undefined }),
    limits: { values },
  }
}

/** A list of words out of several. */
export function choices(
  name: 'grant_types' | 'response_types',
  values: readonly string[],
): Lens<readonly string[]> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => texts(native[name] ?? DEFAULTS[name]),
    put: (value) => ({ [name]: value === null ? undefined : [...value] }),
    limits: { values },
  }
}

/** A number of seconds. */
export function lifetime(name: NamesOf<number>, maximum: number): Lens<number | null> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => {
      const value = native[name]
      return typeof value === 'number' ? value : DEFAULTS[name]
    },
    put: (value) => ({ [name]: value ?? undefined }),
    limits: { maximum },
  }
}
