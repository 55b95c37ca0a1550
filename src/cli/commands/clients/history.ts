/** `clientry history [CLIENT]`. */

import type { HistoryItem, HistoryOutcome, HistoryQuery } from '../../../sdk/types.ts'
import { clientOf } from '../../change/settings.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { noteMore, type PageOf, rangeOf, walk } from '../../show/paging.ts'
import { showItem } from '../../show/show.ts'

/** The rest is counted up to this number. */
const COUNTED = 1_000

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  const pageOf = await pagesOf(invocation)
  const items: HistoryItem[] = []
  let count = 0
  const next = await walk(pageOf, rangeOf(options, terminal), (page) => {
    count += page.length
    if (options.json === true) {
      items.push(...page)
      terminal.progress(`${items.length} items`)
    } else for (const item of page) showItem(terminal, item, words.length === 0)
  })
  if (options.json === true) {
    terminal.progress('')
    terminal.printJson({ items, ...(next === undefined ? {} : { next }) })
  } else if (count === 0) terminal.note('There are no changes.')
  else await noteMore(terminal, pageOf, { most: COUNTED, cursor: next })
  return EXIT.ok.code
}

async function pagesOf(invocation: Invocation): Promise<PageOf<HistoryItem>> {
  const { options, words } = invocation
  const { actor, 'actor-issuer': actorIssuer, outcome, since: from, provider } = options
  if (actorIssuer !== undefined && actor === undefined) {
    throw new UsageError('--actor-issuer needs --actor.')
  }
  if (words.length > 0) {
    if (actor !== undefined || outcome !== undefined || from !== undefined) {
      throw new UsageError('--actor, --outcome and --since are for the history of all clients.')
    }
    const { getClientHistory } = await invocation.connect()
    return async (page) => (await getClientHistory(clientOf(invocation), page)).body
  }
  const query: HistoryQuery = {
    ...(provider === undefined ? {} : { provider }),
    ...(actor === undefined ? {} : { actor }),
    ...(actorIssuer === undefined ? {} : { actorIssuer }),
    ...(outcome === undefined ? {} : { outcome: outcome as HistoryOutcome }),
    ...(from === undefined ? {} : { from }),
  }
  const { searchHistory } = await invocation.connect()
  return async (page) => (await searchHistory({ ...query, ...page })).body
}
