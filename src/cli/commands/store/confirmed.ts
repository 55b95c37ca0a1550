/** Asking before something is done to a store. */

import type { Invocation } from '../../command.ts'
import { UsageError } from '../../exit.ts'

/**
 * Whether the user agrees, by an option or in answer to a question.
 * @throws UsageError if there is no one to ask
 */
export async function confirmed(
  { options, terminal }: Pick<Invocation, 'options' | 'terminal'>,
  question: string,
): Promise<boolean> {
  if (options.yes === true) return true
  checkAskable({ options, terminal })
  if (await terminal.confirm(question)) return true
  terminal.note('Nothing was changed.')
  return false
}

/** @throws UsageError if there is no one to ask */
export function checkAskable({
  options,
  terminal,
}: Pick<Invocation, 'options' | 'terminal'>): void {
  if (options.yes === true || terminal.person) return
  throw new UsageError('There is no terminal to ask on. Add --yes to go on without a question.')
}
