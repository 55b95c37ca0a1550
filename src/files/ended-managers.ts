/**
 * Managers that have values of a client for which the folder has no file of theirs: it was removed, or is in another
 * repository. Which of the two, only people know, so their values go where a plan is asked to end them by name.
 */

import type { ManagedLists } from '../sdk/index.ts'
import type { LiveClient } from './compare.ts'
import type { Matched } from './plan.ts'

/** One client and the managers that have no file for it, each with its lists, empty. */
interface Fileless {
  readonly live: LiveClient
  readonly managers: ManagedLists
}

/** The clients that have such managers. */
export function filelessManagers(
  clients: readonly LiveClient[],
  matched: readonly Matched[],
): readonly Fileless[] {
  return clients.flatMap((live) => {
    const files = matched.flatMap((one) =>
      one.kind === 'present' && one.live === live ? one.parts : [],
    )
    const lists = new Map<string, Record<string, readonly string[]>>()
    for (const { field, managers } of live.managed ?? []) {
      for (const manager of managers) {
        if (files.some((file) => file.manager === manager)) continue
        lists.set(manager, { ...lists.get(manager), [field]: [] })
      }
    }
    return lists.size === 0 ? [] : [{ live, managers: Object.fromEntries(lists) }]
  })
}

/** What was matched, with the values of these managers given up; a client without a file is changed without one. */
export function withEnded(
  matched: readonly Matched[],
  fileless: readonly Fileless[],
  names: readonly string[],
): readonly Matched[] {
  const ended = fileless.flatMap(({ live, managers }): readonly Fileless[] => {
    const chosen = Object.entries(managers).filter(([name]) => names.includes(name))
    return chosen.length === 0 ? [] : [{ live, managers: Object.fromEntries(chosen) }]
  })
  const changed = matched.map((one): Matched => {
    if (one.kind === 'new') return one
    const own = ended.find(({ live }) => live === one.live)
    return own === undefined ? one : { ...one, managers: { ...one.managers, ...own.managers } }
  })
  const rest = ended.filter(
    ({ live }) => !matched.some((one) => one.kind === 'present' && one.live === live),
  )
  return [...changed, ...rest.map(alone)]
}

function alone({ live, managers }: Fileless): Matched {
  const { provider, userPoolId, id } = live
  const path = [provider, userPoolId, id].filter((part) => part !== undefined).join('/')
  const place = { provider, ...(userPoolId === undefined ? {} : { userPoolId }), id }
  const file = { path, ...place, client: {} }
  return {
    kind: 'present',
    file,
    live,
    parts: [],
    managers,
    patch: {},
    strangers: {},
    capabilities: { fields: {} },
    omissions: [],
  }
}

/** What to know of those that are not ended, and of names that end nothing. */
export function filelessNotes(fileless: readonly Fileless[], names: readonly string[]) {
  const managers = [...new Set(fileless.flatMap((one) => Object.keys(one.managers)))]
  const left = managers.filter((manager) => !names.includes(manager))
  const idle = names.filter((name) => !managers.includes(name))
  return [
    ...left.map((manager) => ({ about: manager, says: leftSentence(manager, fileless) })),
    ...idle.map((name) => ({
      about: name,
      says: 'manages no value here without a file, so there is nothing to end.',
    })),
  ]
}

/** The most clients that a note names. */
const NAMED = 3

function leftSentence(manager: string, fileless: readonly Fileless[]): string {
  const ids = fileless
    .filter((one) => Object.hasOwn(one.managers, manager))
    .map(({ live }) => live.id)
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : ''
  return `manages values of ${ids.slice(0, NAMED).join(', ')}${more} without a file in this folder. They stay. If its file was removed, plan with --end-manager ${manager}.`
}
