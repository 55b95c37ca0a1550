/** `clientry history [CLIENT]`. */

import type { HistoryItem, HistoryOutcome, HistoryQuery } from '../../sdk/types.ts'
import type { Given, Run } from '../command.ts'
import { EXIT, UsageError } from '../exit.ts'
import { clientOf } from '../settings.ts'
import { showItem } from '../show.ts'

const LIMIT = 20
/** The largest page that the server gives. */
const PAGE = 100
/** Items between two words about how far it is. */
const STEP = 50

export const run: Run = async (given) => {
  const { options, terminal, words } = given
  const most = mostOf(given)
  const items: HistoryItem[] = []
  for await (const item of await itemsOf(given, Math.min(most, PAGE))) {
    if (options.json === true) items.push(item)
    else showItem(terminal, item, words.length === 0)
    if (options.json === true && items.length % STEP === 0)
      terminal.progress(`${items.length} items`)
    if (items.length >= most) break
  }
  if (options.json === true) {
    terminal.progress('')
    terminal.printJson({ items })
  }
  return EXIT.ok.code
}

function mostOf({ options: { limit, all } }: Given): number {
  if (all === true) return Number.POSITIVE_INFINITY
  if (limit === undefined) return LIMIT
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit)
  throw new UsageError('--limit must be a number from 1.')
}

async function itemsOf(given: Given, limit: number): Promise<AsyncIterable<HistoryItem>> {
  const { options, words } = given
  const { actor, outcome, since: from, provider } = options
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
    ...(outcome === undefined ? {} : { outcome: outcome as HistoryOutcome }),
    ...(from === undefined ? {} : { from }),
  }
  return (await given.connect()).history(query)
}
