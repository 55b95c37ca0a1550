/** Leases as people read them. */

import type { Lease, Leases } from '../../sdk/types.ts'
import { plain, type Terminal } from '../terminal.ts'
import { inUnits } from './durations.ts'
import { nameOf, showWarnings } from './show.ts'

/** Prints the client and a line for each lease, with what was warned of. */
export function showLeases(
  terminal: Terminal,
  answer: Leases,
  isShown: (lease: Lease) => boolean = () => true,
): void {
  const leases = answer.leases.filter(isShown)
  if (leases.length > 0) terminal.print(terminal.style('strong', nameOf(answer)))
  for (const { field, value, owner, expiresAt, kept } of leases) {
    const seconds = Math.round((Date.parse(expiresAt) - Date.now()) / 1_000)
    const time = seconds > 0 ? ` (${inUnits(seconds)} left)` : ''
    const stays = kept ? ', stays when it ends' : ''
    terminal.print(
      `  ${field} ${plain(value)} for ${plain(owner)} until ${plain(expiresAt)}${time}${stays}`,
    )
  }
  showWarnings(terminal, answer.warnings ?? [], terminal.print)
}
