/**
 * Prints clients and changes for people; every value is escaped so that it cannot control the
 * terminal.
 */

import { isRecord } from '../../core/json/json.ts'
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
import { inCommandWords } from './command-words.ts'
import { blockOf, linesOf } from './values.ts'

/** Prints a line, to the result or to the notes beside it. */
export type Say = (line: string) => void

/** "1 client", "2 clients". */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`

/** The name of a client, in the form in which a command takes it. */
export function nameOf(client: Readonly<Record<'id' | 'provider', string>> & Pool): string {
  const { id, provider, userPoolId } = client
  return plain(
    [provider, userPoolId, id].filter((part) => part !== undefined && part !== '').join('/'),
  )
}

interface Pool {
  readonly userPoolId?: string | undefined
}

/** Shown in the first line. */
const TITLE: readonly string[] = ['id', 'provider', 'userPoolId', 'warnings', 'secretRedacted']
/** Of the names; a longer one makes the column wider. */
const WIDTH = 26

/** Prints one client, without empty attributes. */
export function showClient(terminal: Terminal, client: Client): void {
  terminal.print(terminal.style('strong', nameOf(client)))
  const shown = Object.entries(client).filter(
    ([field, value]) => !TITLE.includes(field) && !isEmpty(value),
  )
  const width = Math.max(WIDTH, ...shown.map(([field]) => plain(field).length + 2))
  for (const [field, value] of shown) {
    const [first = '', ...rest] = linesOf(value as Json, field)
    terminal.print(`  ${plain(field).padEnd(width)}${first}`)
    for (const line of rest) terminal.print(`  ${' '.repeat(width)}${line}`)
  }
  showWarnings(terminal, client.warnings ?? [], terminal.print)
}

const isEmpty = (value: unknown) =>
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0)

/** Prints the differences, field by field. */
export function showChanges(
  terminal: Terminal,
  changes: readonly FieldChange[],
  say: Say = terminal.print,
): void {
  const sign = (field: string, style: Style, mark: string) => (value: Json) => {
    for (const [index, line] of blockOf(value, field).entries()) {
      say(`    ${terminal.style(style, `${index === 0 ? mark : ' '} ${line}`)}`)
    }
  }
  for (const { field, before, after, added, removed } of changes) {
    say(`  ${terminal.style('strong', plain(field))}`)
    const lists = added !== undefined || removed !== undefined
    // If both sides are empty, one is an empty object and the other is nothing.
    const isShown = (value: Json) =>
      isEmpty(before) && isEmpty(after) ? value !== null : !isEmpty(value)
    const former = lists ? (removed ?? []) : [before].filter(isShown)
    const come = lists ? (added ?? []) : [after].filter(isShown)
    for (const value of former) sign(field, 'removed', '-')(value)
    for (const value of come) sign(field, 'added', '+')(value)
    if (former.length + come.length === 0) say('    in another order')
  }
}

/** Prints the warnings. */
export function showWarnings(terminal: Terminal, warnings: readonly Warning[], say: Say): void {
  for (const { field, message } of warnings) {
    const about = field === undefined ? '' : `${plain(field)}: `
    say(`  ${terminal.style('faint', 'note')} ${about}${plain(inCommandWords(message))}`)
  }
}

/** Prints one item of a history, and what it changed. */
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
  const { approval } = item
  if (approval !== undefined) {
    const by = `approved by ${plain(approval.approvedBy.subject)}`
    terminal.print(terminal.style('faint', `  ${by}, request ${plain(approval.requestId)}`))
  }
  showChanges(terminal, item.changes)
  for (const field of item.missed ?? []) {
    terminal.print(terminal.style('faint', `  ${plain(field)} stayed as it was`))
  }
  if (item.providerMessage !== undefined) {
    terminal.print(terminal.style('faint', `  the provider said: ${plain(item.providerMessage)}`))
  }
}

function jobLine({ id, startedBy, approvedBy }: NonNullable<HistoryItem['job']>): string {
  const by = (what: string, who: typeof startedBy) =>
    who === undefined ? '' : `, ${what} by ${plain(who.subject)}`
  return `job ${plain(id)}${by('approved', approvedBy)}${by('started', startedBy)}`
}

/** Names the places whose clients are not all known. */
export function noteGaps(terminal: Terminal, mirror: readonly Knowledge[]): void {
  for (const { complete, provider, userPoolId } of mirror) {
    if (complete) continue
    const place = [provider, userPoolId].filter((part) => part !== undefined).join('/')
    terminal.note(
      `Not all clients of ${plain(place)} are known. clientry list --fresh asks the provider.`,
    )
  }
}

/** Names the providers that did not answer, and the age of what was shown instead. */
export function noteUnread(terminal: Terminal, unread: readonly Unread[]): void {
  for (const { provider, userPoolId, code, clients, verifiedAt } of unread) {
    const place = [provider, userPoolId].filter((part) => part !== undefined).join('/')
    terminal.note(
      `${plain(place)} could not be read (${plain(code)}): ${counted(clients, 'client')} shown as last seen, at ${plain(verifiedAt)} or later.`,
    )
  }
}
