/** `clientry store copy --from FILE --to FILE`. */

import { type CopyReport, copyStore } from '../../../program/operate/copy-store.ts'
import type { Run } from '../../command.ts'
import { configurationOf } from '../../connect/configuration.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { plain, type Terminal } from '../../terminal.ts'
import { confirmed } from './confirmed.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { from, to } = options
  if (from === undefined || to === undefined) {
    throw new UsageError('Name both configurations: --from FILE --to FILE.')
  }
  const [source, target] = [await configurationOf(from), await configurationOf(to)]
  const question = 'Make the store of --from read-only, and copy it to the store of --to?'
  if (!(await confirmed(invocation, question))) return EXIT.differs.code
  const progress = (records: number) => terminal.progress(`${records} records`)
  const report = await copyStore(source, target, { progress }).finally(() => terminal.progress(''))
  if (options.json === true) terminal.printJson(report)
  else show(terminal, report)
  return EXIT.ok.code
}

function show(terminal: Terminal, { from, to, ...report }: CopyReport): void {
  const { records, logs, copied, documents, checkpoint } = report
  terminal.print(plain(`${from.place} (store ${from.id}) is copied, and read-only.`))
  terminal.print(plain(`${to.place} (store ${to.id}) has all of it:`))
  terminal.print(`  ${records} records in ${logs} logs, ${copied} of them copied now`)
  if (documents > 0) terminal.print(`  ${documents} documents of the provider local`)
  if (checkpoint) terminal.print(`  newest checkpoint: ${checkpoint.seq}:${checkpoint.hash}`)
  terminal.print('Start the servers with the configuration of --to now.')
}
