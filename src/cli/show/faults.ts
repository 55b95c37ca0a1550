/** Prints what keeps files from being planned, each with its file, its client and its place, and gives the exit code. */

import type { Gone } from '../../files/plan.ts'
import type { Fault } from '../../files/review/fault.ts'
import { EXIT, EXIT_OF } from '../exit.ts'
import { plain, type Terminal } from '../terminal.ts'
import { inCommandWords } from './command-words.ts'
import { counted } from './show.ts'

/** A client that a file names and that is not there, as a fault of a plan. */
export const goneFault = ({ file, id }: Gone): Fault => ({
  about: file.path,
  client: addressOf(file, id),
  code: 'not_found',
  says: `names the client ${id}, which does not exist; remove the id to create it again.`,
})

export const addressOf = (
  { provider, userPoolId }: { readonly provider: string; readonly userPoolId?: string | undefined },
  id: string,
): string => [provider, userPoolId, id].filter((part) => part !== undefined).join('/')

/** One line for each, on standard error. */
export function showFaults(terminal: Terminal, faults: readonly Fault[]): void {
  if (faults.length === 0) return
  terminal.note(`clientry: ${counted(faults.length, 'fault')}:`)
  for (const { about, line, client, says, providerMessage } of faults) {
    const at = line === undefined ? '' : `:${line}`
    const whose = client === undefined ? '' : ` (${plain(client)})`
    terminal.note(`  ${plain(about)}${at}${whose}: ${plain(inCommandWords(says))}`)
    if (providerMessage !== undefined) {
      terminal.note(`    The provider says: ${plain(providerMessage)}`)
    }
  }
}

/** That of the first. */
export function exitOfFaults([first]: readonly Fault[]): number {
  if (first === undefined) return EXIT.ok.code
  return EXIT[first.unreadable === true ? 'usage' : EXIT_OF[first.code]].code
}
