/** `clientry lint CLIENT`. */

import type { Finding, Severity } from '../../sdk/types.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit.ts'
import { clientOf } from '../settings.ts'
import { plain, type Style, type Terminal } from '../terminal.ts'

const STYLES: Readonly<Record<Severity, Style>> = {
  error: 'removed',
  warning: 'strong',
  info: 'faint',
}

export const run: Run = async (given) => {
  const { options, terminal } = given
  const { body } = await (await given.connect()).lintClient(clientOf(given))
  const { findings } = body
  if (options.json === true) terminal.printJson({ findings })
  else for (const finding of findings) show(terminal, finding)
  const serious = findings.some(({ severity }) => severity !== 'info')
  return serious ? EXIT.differs.code : EXIT.ok.code
}

function show(terminal: Terminal, { severity, field, message, rule, source, mend }: Finding): void {
  const head = terminal.style(STYLES[severity] ?? 'strong', plain(severity))
  terminal.print(`${head} ${plain(field)}: ${plain(message)}`)
  terminal.print(terminal.style('faint', `  ${plain(rule)}, ${plain(source)}`))
  if (mend !== undefined) terminal.print(`  mend: ${plain(JSON.stringify(mend.client))}`)
}
