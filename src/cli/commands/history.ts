/** `clientry history [CLIENT]`. */

import type { HistoryItem, HistoryOutcome, HistoryQuery } from '../../sdk/types.ts'
import type { Given, Run } from '../command.ts'
import { countOf } from '../count.ts'
import { EXIT, UsageError } from '../exit.ts'
import { clientOf } from '../settings.ts'
import { showItem } from '../show.ts'

/** Items between two words about how far it is. */
const STEP = 50

export const run: Run = async (given) => {
  const { options, terminal, words } = given
  const { most, page } = countOf(options)
  const items: HistoryItem[] = []
  for await (const item of await itemsOf(given, page)) {
    items.push(item)
    if (options.json !== true) showItem(terminal, item, words.length === 0)
    else if (items.length % STEP === 0) terminal.progress(`${items.length} items`)
    if (items.length >= most) break
  }
  if (options.json === true) {
    terminal.progress('')
    terminal.printJson({ items })
  }
  return EXIT.ok.code
}

async function itemsOf(given: Given, limit: number): Promise<AsyncIterable<HistoryItem>> {
  const { options, words } = given
  const { actor, 'actor-issuer': actorIssuer, outcome, since: from, provider } = options
  if (actorIssuer !== undefined && actor === undefined) {
    throw new UsageError('--actor-issuer needs --actor.')
  }
  if (words.length > 0) {
    if (actor !== undefined || outcome !== undefined || from !== undefined) {
      throw new UsageError('--actor, --outcome and --since are for the history of all clients.')
    }
    return (await given.connect()).clientHistory(clientOf(given), { limit })
  }
  const query: HistoryQuery = {
    limit,
    ...(provider === undefined ? {} : { provider }),
    ...(actor === undefined ? {} : { actor }),
    ...(actorIssuer === undefined ? {} : { actorIssuer }),
    ...(outcome === undefined ? {} : { outcome: outcome as HistoryOutcome }),
    ...(from === undefined ? {} : { from }),
  }
  return (await given.connect()).history(query)
}
