/** `clientry lint [CLIENT]`. */

import { stringifyJson } from '../../../core/json/json-text.ts'
import type { Finding, Knowledge, LintedClient, LintPage, Severity } from '../../../sdk/types.ts'
import { clientOf } from '../../change/settings.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { nameOf, noteGaps } from '../../show/show.ts'
import { plain, type Style, type Terminal } from '../../terminal.ts'

const STYLES: Readonly<Record<Severity, Style>> = {
  error: 'removed',
  warning: 'strong',
  info: 'faint',
}
/** The largest page that the server returns. */
const PAGE = 100

export const run: Run = (invocation) =>
  invocation.words.length > 0 ? lintOne(invocation) : lintAll(invocation)

async function lintOne(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  const { body } = await (await invocation.connect()).lintClient(clientOf(invocation))
  const { findings } = body
  if (options.json === true) terminal.printJson({ findings })
  else showAll(terminal, findings)
  return exitFor(findings)
}

const NOTHING = 'Nothing was found.'

function showAll(terminal: Terminal, findings: readonly Finding[]): void {
  for (const finding of findings) show(terminal, finding)
  if (findings.length === 0) terminal.note(NOTHING)
}

async function lintAll(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  const { items, shared, mirror } = await gathered(invocation)
  if (options.json === true) terminal.printJson({ items, shared, mirror })
  else {
    for (const { client, findings } of items) {
      terminal.print(terminal.style('strong', nameOf(client)))
      for (const finding of findings) show(terminal, finding)
    }
    for (const finding of shared) {
      show(terminal, finding)
      for (const client of finding.clients) terminal.print(`  ${nameOf(client)}`)
      const more = finding.count - finding.clients.length
      if (more > 0) terminal.print(`  and ${more} more`)
    }
    if (items.length + shared.length === 0) terminal.note(NOTHING)
    noteGaps(terminal, mirror)
  }
  return exitFor([...items.flatMap(({ findings }) => findings), ...shared])
}

type Gathered = Pick<LintPage, 'items' | 'shared' | 'mirror'>

async function gathered({ options, terminal, connect }: Invocation): Promise<Gathered> {
  const { lintClients } = await connect()
  const { provider, pool: userPoolId } = options
  const items: LintedClient[] = []
  const shared: LintPage['shared'][number][] = []
  let mirror: readonly Knowledge[] = []
  let cursor: string | undefined
  do {
    const after = cursor === undefined ? {} : { cursor }
    const { body } = await lintClients({ provider, userPoolId, limit: PAGE, ...after })
    items.push(...body.items)
    shared.push(...body.shared)
    mirror = body.mirror
    cursor = body.next
    terminal.progress(`${items.length} clients with findings`)
  } while (cursor !== undefined)
  terminal.progress('')
  return { items, shared, mirror }
}

function exitFor(findings: readonly Finding[]): number {
  const serious = findings.some(({ severity }) => severity !== 'info')
  return serious ? EXIT.differs.code : EXIT.ok.code
}

function show(terminal: Terminal, { severity, field, message, rule, source, mend }: Finding): void {
  const head = terminal.style(STYLES[severity] ?? 'strong', plain(severity))
  terminal.print(`${head} ${plain(field)}: ${plain(message)}`)
  terminal.print(terminal.style('faint', `  ${plain(rule)}, ${plain(source)}`))
  if (mend !== undefined) terminal.print(`  fix: ${plain(stringifyJson(mend.client))}`)
}
