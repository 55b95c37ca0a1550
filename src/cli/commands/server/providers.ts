/** `clientry providers [PROVIDER]`: which there are, or what one can hold. */

import type { CallerRights, JsonObject, Provider, ProviderSummary } from '../../../sdk/types.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { limitText, permissionsText } from '../../show/rights.ts'
import { plain, type Terminal } from '../../terminal.ts'

export const run: Run = async ({ words: [id], options, terminal, connect }) => {
  const api = await connect()
  if (id === undefined) {
    const { body } = await api.listProviders()
    if (options.json === true) terminal.printJson(body)
    else showAll(terminal, body.providers)
    return EXIT.ok.code
  }
  const { body } = await api.getProvider(id)
  if (options.json === true) terminal.printJson(body)
  else showOne(terminal, body)
  return EXIT.ok.code
}

function showAll(terminal: Terminal, providers: readonly ProviderSummary[]): void {
  const width = Math.max(0, ...providers.map(({ id }) => plain(id).length))
  for (const { id, type, default: isDefault, userPools } of providers) {
    const facts = [type, isDefault ? 'default' : '', userPools ? 'has user pools' : '']
    terminal.print(`${plain(id).padEnd(width)}  ${facts.filter(Boolean).map(plain).join(', ')}`)
  }
}

const WIDTH = 36

function showOne(terminal: Terminal, { id, type, updates, fields, caller }: Provider): void {
  terminal.print(terminal.style('strong', `${plain(id)} (${plain(type)})`))
  terminal.print(
    `  an update ${updates === 'merge' ? 'changes what it names' : 'replaces the record'}`,
  )
  for (const line of rightsLines(caller)) terminal.print(`  ${plain(line)}`)
  for (const [field, capability] of Object.entries(fields)) {
    terminal.print(`  ${plain(field).padEnd(WIDTH)}${plain(sentenceOf(capability))}`)
  }
}

/** What the caller may do there. */
function rightsLines({ permissions, limited = [] }: CallerRights): readonly string[] {
  return [
    ...(permissions.length === 0 ? [] : [`you may do: ${permissionsText(permissions)}`]),
    ...limited.map(
      (one) => `you may do: ${permissionsText(one.permissions)} (only ${limitText(one)})`,
    ),
  ]
}

/** Whether an attribute can be set, and why not. */
function sentenceOf({ support, writable, reason, note }: JsonObject): string {
  const head = writable === true ? String(support) : `${support}, not writable`
  const why = [reason, note].filter((one) => typeof one === 'string')
  return why.length === 0 ? head : `${head}: ${why.join(' ')}`
}
