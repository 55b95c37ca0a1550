/** `clientry verify --export`: checks a file of exported history, without store or server. */

import { createReadStream, statSync } from 'node:fs'
import { checkExport } from '../../../service/evidence/check-export.ts'
import { EXIT, UsageError } from '../../exit.ts'
import type { Values } from '../../options.ts'
import { plain, type Terminal } from '../../terminal.ts'

/** Returns the exit code. */
export async function verifyExport(
  file: string,
  { 'public-key': publicKey, json, database, config, checkpoint }: Values,
  terminal: Terminal,
): Promise<number> {
  if (database !== undefined || config !== undefined || checkpoint !== undefined) {
    throw new UsageError('--export checks a file by itself: leave out the other options.')
  }
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`There is no file ${file}.`)
  }
  const verdict = await checkExport(linesOf(createReadStream(file, 'utf8')), publicKey)
  const { records, logs, statement, faults } = verdict
  if (json === true) terminal.printJson(verdict)
  else {
    terminal.print(`${records} records of ${logs} logs`)
    if (statement !== undefined) {
      const at = new Date(statement.at).toISOString()
      terminal.print(plain(`store ${statement.store}, exported ${at}`))
      terminal.print(plain(`signed by the key ${statement.keyId}: ${statement.publicKey}`))
    }
    for (const fault of faults) terminal.print(plain(fault))
    if (faults.length === 0) terminal.print('everything is right')
    if (publicKey === undefined && faults.length === 0) {
      terminal.note(
        'Compare the key with the one that you were given, or name that with --public-key.',
      )
    }
  }
  return faults.length === 0 ? EXIT.ok.code : EXIT.differs.code
}

/** Lines end with a line feed alone: other ends of lines can be in the text of a record. */
async function* linesOf(stream: AsyncIterable<string>): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest !== '') yield rest
}
