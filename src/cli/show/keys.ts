/** Public keys as a person distinguishes them: by `kid`, algorithm, age and end. */

import type { ClientKey } from '../../sdk/types.ts'
import { plain, type Terminal } from '../terminal.ts'
import { ageText } from './durations.ts'
import type { Say } from './show.ts'

/** Prints one line for each. */
export function showKeys(terminal: Terminal, keys: readonly ClientKey[], say: Say): void {
  if (keys.length === 0) say('    none')
  for (const { kid, alg, kty, createdAt, expiresAt, inUse } of keys) {
    const kind = alg ?? kty
    const what = kind === undefined ? '' : ` ${plain(kind)}`
    const age = ageText(createdAt, Date.now())
    const ago = age === undefined ? '' : ` (${age})`
    const since = createdAt === undefined ? '' : ` since ${plain(createdAt)}${ago}`
    const until = expiresAt === undefined ? '' : `, expires ${plain(expiresAt)}`
    const idle = inUse ? '' : terminal.style('faint', ' (not in use)')
    say(`    ${plain(kid)}${what}${since}${until}${idle}`)
  }
}
