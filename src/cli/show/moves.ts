/** Moves of redirect URIs as people read them. */

import type { Move, Moves } from '../../sdk/types.ts'
import { plain, type Terminal } from '../terminal.ts'
import { nameOf, showWarnings } from './show.ts'

/** The open move of a redirect URI. */
export const moveIn = ({ moves }: Moves, from: string): Move | undefined =>
  moves.find((one) => one.from === from)

/** Prints the client and a line for each open move, with what was warned of. */
export function showMoves(terminal: Terminal, answer: Moves): void {
  if (answer.moves.length > 0) terminal.print(terminal.style('strong', nameOf(answer)))
  for (const move of answer.moves) terminal.print(`  ${moveLine(move)}`)
  showWarnings(terminal, answer.warnings ?? [], terminal.print)
}

/** How a move stands. */
export function moveLine({ from, to, state, narrowAt }: Move): string {
  const says =
    state === 'widening'
      ? 'is not accepted yet'
      : `can be used; the old one goes ${narrowAt === undefined ? 'on request' : `at ${narrowAt}`}`
  return plain(`${from} moves to ${to}, which ${says}`)
}

/** What comes next for someone who moves it. */
export function nextStep({ state, from, narrowFrom, narrowAt }: Move, client: string): string {
  if (state === 'widening') {
    return 'The server goes on looking. The same command again waits for it, and clientry move list shows how it stands.'
  }
  const goes =
    narrowAt === undefined
      ? `Then remove the old redirect URI: clientry move narrow ${client} ${from}, not before ${narrowFrom}.`
      : 'The server removes the old redirect URI then.'
  return plain(`The application can use the new redirect URI now. ${goes}`)
}
