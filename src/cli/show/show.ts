/** Clients and changes as a person reads them; every value is spelled so that it steers no terminal. */

import { isRecord } from '../../core/json/json.ts'
import { stringifyJson } from '../../core/json/json-text.ts'
import type {
  Client,
  FieldChange,
  HistoryItem,
  Json,
  Knowledge,
  Unread,
  Warning,
} from '../../sdk/types.ts'
import { plain, type Style, type Terminal } from '../terminal.ts'

/** Where a line goes: to the result, or beside it. */
export type Say = (line: string) => void

/** "1 client", "2 clients". */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`

/** Where a client is, in the form in which it can be named again. */
export function nameOf(client: Readonly<Record<'id' | 'provider', string>> & Pool): string {
  const { id, provider, userPoolId } = client
  return plain(
    [provider, userPoolId, id].filter((part) => part !== undefined && part !== '').join('/'),
  )
}

interface Pool {
  readonly userPoolId?: string | undefined
}

/** Told in the first line. */
const TITLE: readonly string[] = ['id', 'provider', 'userPoolId', 'warnings', 'secretRedacted']
const WIDTH = 26

/** One client, without what is empty. */
export function showClient(terminal: Terminal, client: Client): void {
  terminal.print(terminal.style('strong', nameOf(client)))
  for (const [field, value] of Object.entries(client)) {
    if (TITLE.includes(field) || isEmpty(value)) continue
    const [first = '', ...rest] = linesOf(value as Json)
    terminal.print(`  ${plain(field).padEnd(WIDTH)}${first}`)
    for (const line of rest) terminal.print(`  ${' '.repeat(WIDTH)}${line}`)
  }
  showWarnings(terminal, client.warnings ?? [], terminal.print)
}

const isEmpty = (value: unknown) =>
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0)

/** A list has a line for each value, an object one for each member. */
function linesOf(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.map(valueText)
  if (!isRecord(value)) return [valueText(value)]
  return Object.entries(value).map(([name, inner]) => `${plain(name)}: ${valueText(inner)}`)
}

/** A text as it is, anything else as JSON. */
export const valueText = (value: Json): string =>
  plain(typeof value === 'string' ? value : stringifyJson(value))

/** What differs, field by field. */
export function showChanges(
  terminal: Terminal,
  changes: readonly FieldChange[],
  say: Say = terminal.print,
): void {
  const sign = (style: Style, mark: string) => (value: Json) =>
    say(`    ${terminal.style(style, `${mark} ${valueText(value)}`)}`)
  for (const { field, before, after, added, removed } of changes) {
    say(`  ${terminal.style('strong', plain(field))}`)
    const lists = added !== undefined || removed !== undefined
    // Where both are empty, one of them is: an empty object in the place of none.
    const isShown = (value: Json) =>
      isEmpty(before) && isEmpty(after) ? value !== null : !isEmpty(value)
    const gone = lists ? (removed ?? []) : [before].filter(isShown)
    const come = lists ? (added ?? []) : [after].filter(isShown)
    for (const value of gone) sign('removed', '-')(value)
    for (const value of come) sign('added', '+')(value)
    if (gone.length + come.length === 0) say('    in another order')
  }
}

/** What a caller should know. */
export function showWarnings(terminal: Terminal, warnings: readonly Warning[], say: Say): void {
  for (const { field, message } of warnings) {
    say(
      `  ${terminal.style('faint', 'note')} ${field === undefined ? '' : `${plain(field)}: `}${plain(message)}`,
    )
  }
}

/** One line of a history, and what it changed. */
export function showItem(terminal: Terminal, item: HistoryItem, withClient: boolean): void {
  const { at, revision, outcome, action, actor, job, client, rollbackTo, operationId } = item
  const who = actor === undefined ? '' : ` by ${plain(actor.subject)}`
  const back = rollbackTo === undefined ? '' : ` back to ${rollbackTo}`
  const what = [outcome, action].filter((part) => part !== undefined).join(' ')
  const where = withClient ? ` ${nameOf(client)}` : ''
  const head = `${plain(at)} ${String(revision).padStart(4)}${where} ${plain(what)}${back}${who}`
  terminal.print(terminal.style('strong', head))
  if (operationId !== undefined)
    terminal.print(terminal.style('faint', `  operation ${plain(operationId)}`))
  if (job !== undefined) terminal.print(terminal.style('faint', `  ${jobLine(job)}`))
  showChanges(terminal, item.changes)
  for (const field of item.missed ?? []) {
    terminal.print(terminal.style('faint', `  ${plain(field)} stayed as it was`))
  }
}

function jobLine({ id, startedBy, approvedBy }: NonNullable<HistoryItem['job']>): string {
  const by = (what: string, who: typeof startedBy) =>
    who === undefined ? '' : `, ${what} by ${plain(who.subject)}`
  return `job ${plain(id)}${by('approved', approvedBy)}${by('started', startedBy)}`
}

/** Says which places are not known whole. */
export function noteGaps(terminal: Terminal, mirror: readonly Knowledge[]): void {
  for (const { complete, provider, userPoolId } of mirror) {
    if (complete) continue
    const place = [provider, userPoolId].filter((part) => part !== undefined).join('/')
    terminal.note(`Not all clients of ${plain(place)} are known; clientry list --fresh asks it.`)
  }
}

/** Says which providers could not be asked, and how old is what was shown instead. */
export function noteUnread(terminal: Terminal, unread: readonly Unread[]): void {
  for (const { provider, userPoolId, code, clients, verifiedAt } of unread) {
    const place = [provider, userPoolId].filter((part) => part !== undefined).join('/')
    terminal.note(
      `${plain(place)} could not be asked (${plain(code)}): ${counted(clients, 'client')} shown as last known, at ${plain(verifiedAt)} or later.`,
    )
  }
}
