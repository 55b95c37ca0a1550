/**
 * Rows of client metadata whose absence means a default (`registration.ts`): the default is shown, and
 * clearing goes back to it.
 */

import { texts } from '../../core/mapping/lenses.ts'
import type { Lens } from '../../core/mapping/row.ts'
import { REGISTRATION_DEFAULTS } from './registration.ts'

/** One of several words; without `values` any is taken. */
export function choice(
  name: 'token_endpoint_auth_method' | 'application_type' | 'id_token_signed_response_alg',
  values?: readonly string[],
): Lens<string | null> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => {
      const value = native[name]
      return typeof value === 'string' ? value : REGISTRATION_DEFAULTS[name]
    },
    put: (value) => ({ [name]: value ?? undefined }),
    ...(values === undefined ? {} : { limits: { values } }),
  }
}

/** A list of words; without `values` any are taken. */
export function choices(
  name: 'grant_types' | 'response_types',
  values?: readonly string[],
): Lens<readonly string[]> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => texts(native[name] ?? REGISTRATION_DEFAULTS[name]),
    put: (value) => ({ [name]: value === null ? undefined : [...value] }),
    ...(values === undefined ? {} : { limits: { values } }),
  }
}
