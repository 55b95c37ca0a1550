/** Prints plans for people. */

import { stringifyJson } from '../../core/json/json-text.ts'
import type { LiveClient } from '../../files/compare.ts'
import type { CreateItem, DeleteItem, PlanItem, UpdateItem } from '../../files/plan-file.ts'
import type { Note } from '../../files/planning/plan-draft.ts'
import type { ManagedLists } from '../../sdk/types.ts'
import { plain, type Terminal } from '../terminal.ts'
import { counted, nameOf, type Say, showChanges } from './show.ts'

/** A difference as it is shown: an item of a plan, or a client that a file names and that is no longer there. */
export type ShownItem =
  | Omit<CreateItem, 'key'>
  | Omit<UpdateItem, 'key' | 'etag' | 'patch'>
  | Omit<DeleteItem, 'key'>
  | (Pick<PlanItem, 'file' | 'provider' | 'userPoolId'> & {
      readonly action: 'gone'
      readonly id: string
      readonly name: string | null
    })

const VERBS: Readonly<Record<ShownItem['action'], string>> = {
  create: 'create',
  update: 'change',
  delete: 'remove',
  gone: 'no longer there:',
}

/** One item on one line. */
export function lineOf(item: ShownItem): string {
  const { provider, userPoolId } = item
  const isNew = item.action === 'create'
  const place = nameOf({ provider, userPoolId, id: isNew ? '(new)' : item.id })
  // A new client starts from the defaults of its kind.
  const words = [VERBS[item.action], place, ...(isNew ? [item.kind] : []), item.name ?? '']
  return words.map(plain).join(' ').trimEnd()
}

/** Prints the changes of a plan, and its notes. */
export function showPlan(
  terminal: Terminal,
  items: readonly ShownItem[],
  notes: readonly Note[],
  say: Say = terminal.print,
): void {
  for (const item of items) {
    say(terminal.style('strong', lineOf(item)))
    if (item.action === 'update') showChanges(terminal, item.changes, say)
    if ('managers' in item) showManagers(terminal, item.managers ?? {}, say)
    if (item.action === 'create') {
      for (const [field, value] of Object.entries({ ...item.patch, ...item.afterwards })) {
        say(terminal.style('added', `    + ${plain(field)}: ${plain(stringifyJson(value))}`))
      }
    }
  }
  for (const { about, says } of notes) {
    say(`${terminal.style('faint', 'note')} ${plain(about)}: ${plain(says)}`)
  }
  say(summaryOf(items))
}

/** Whose values are whose from then on. */
function showManagers(terminal: Terminal, managers: ManagedLists, say: Say): void {
  for (const [manager, lists] of Object.entries(managers)) {
    for (const [field, values] of Object.entries(lists)) {
      const what = values.length === 0 ? 'nothing' : values.join(', ')
      say(
        terminal.style('faint', `    ${plain(manager)} manages in ${plain(field)}: ${plain(what)}`),
      )
    }
  }
}

/** How many of each. */
export function summaryOf(items: readonly ShownItem[]): string {
  const count = (action: ShownItem['action']) =>
    items.filter((item) => item.action === action).length
  const absent = count('gone') === 0 ? '' : `, ${count('gone')} no longer there`
  return `${count('create')} to create, ${count('update')} to change, ${count('delete')} to delete${absent}.`
}

/** Prints the clients without a file. */
export function showUnmanaged(terminal: Terminal, clients: readonly LiveClient[]): void {
  if (clients.length === 0) return
  terminal.print(`${counted(clients.length, 'client')} without a file, left alone:`)
  for (const client of clients) {
    terminal.print(`  ${nameOf(client)}${client.name === null ? '' : ` ${plain(client.name)}`}`)
  }
}
