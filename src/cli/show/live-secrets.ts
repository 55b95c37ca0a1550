/**
 * Live secrets as a person distinguishes them: by id, age, end and the last characters of the
 * value.
 */

import type { LiveSecret } from '../../sdk/types.ts'
import { plain, type Terminal } from '../terminal.ts'
import { ageText } from './durations.ts'
import type { Say } from './show.ts'

/** Prints one line for each. */
export function showLive(terminal: Terminal, secrets: readonly LiveSecret[], say: Say): void {
  for (const { id, createdAt, expiresAt, retiresAt, hint } of secrets) {
    const age = ageText(createdAt, Date.now())
    const ago = age === undefined ? '' : ` (${age})`
    const since = createdAt === undefined ? '' : ` since ${plain(createdAt)}${ago}`
    const until = retiresAt === undefined ? '' : `, ends ${plain(retiresAt)}`
    const atLatest = expiresAt === undefined ? '' : `, expires ${plain(expiresAt)}`
    const end = hint === undefined ? '' : terminal.style('faint', ` (...${plain(hint)})`)
    say(`    ${plain(id)}${since}${until}${atLatest}${end}`)
  }
}
