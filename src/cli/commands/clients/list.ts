/** `clientry list [TEXT]`. */

import type { Api } from '../../../sdk/api.ts'
import type {
  ClientPage,
  ClientQuery,
  ListedClient,
  Unread,
  UnreadableClient,
} from '../../../sdk/types.ts'
import { withoutSecrets } from '../../change/secret-output.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { ageText } from '../../show/durations.ts'
import { noteMore, type PageOf, rangeOf, walk } from '../../show/paging.ts'
import { nameOf, noteGaps, noteUnread } from '../../show/show.ts'
import { plain, type Terminal } from '../../terminal.ts'

/** The rest is counted up to these numbers; asking the providers takes longer. */
const COUNTED = { known: 1_000, fresh: 100 } as const

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { listClients } = await invocation.connect()
  const isFresh = options.fresh === true
  const answer = await readPages(invocation, listClients, isFresh)
  const isAsked = isFresh || (options.config !== undefined && knowsNothing(answer))
  const { read, clients, next } =
    isAsked && !isFresh ? await readPages(invocation, listClients, true) : answer
  const { mirror } = read
  // Only for the clients that are shown, not for those that are counted afterwards.
  const unread = [...read.unread]
  const unreadable = [...read.unreadable]
  if (options.json === true) {
    const visible = clients.map((client) => withoutSecrets(client, options))
    terminal.printJson({
      clients: visible,
      ...(next === undefined ? {} : { next }),
      mirror: mirror(),
      ...(unread.length === 0 ? {} : { unread }),
      ...(unreadable.length === 0 ? {} : { unreadable }),
    })
  } else {
    show(terminal, clients)
    const isWhole = unread.length + unreadable.length === 0
    if (clients.length === 0 && isWhole) terminal.note('There are no such clients.')
    noteGaps(terminal, mirror())
    const most = isAsked ? COUNTED.fresh : COUNTED.known
    noteUnread(terminal, unread)
    for (const one of unreadable) {
      terminal.note(`${nameOf(one)} cannot be read: ${plain(one.error)}`)
    }
    await noteMore(terminal, read.pageOf, { most, cursor: next })
  }
  return unread.length + unreadable.length === 0 ? EXIT.ok.code : EXIT.unavailable.code
}

/** The clients, and what else their pages said. */
interface Found {
  readonly read: Pages
  readonly clients: readonly ListedClient[]
  readonly next: string | undefined
}

async function readPages(
  invocation: Invocation,
  listClients: Api['listClients'],
  fresh: boolean,
): Promise<Found> {
  const { options, terminal } = invocation
  const clients: ListedClient[] = []
  const read = pagesOf(invocation, listClients, fresh)
  const next = await walk(read.pageOf, rangeOf(options, terminal), (items) => {
    clients.push(...items)
    terminal.progress(`${clients.length} clients`)
  })
  terminal.progress('')
  return { read, clients, next }
}

/** Without a server no one fills the mirror: what it has never seen is asked for. */
const knowsNothing = ({ read, clients }: Found): boolean =>
  clients.length === 0 &&
  read.mirror().some(({ complete, verifiedAt }) => !complete && verifiedAt === null)

/** One line for each client; the last column says how long ago it was seen, where that is over a minute. */
function show(terminal: Terminal, clients: readonly ListedClient[]): void {
  const now = Date.now()
  const width = Math.max(0, ...clients.map((client) => nameOf(client).length))
  for (const client of clients) {
    const { name, lastVerifiedAt } = client
    const age = ageText(lastVerifiedAt, now)
    const ageNote = age === undefined ? '' : terminal.style('faint', `  (seen ${age})`)
    const line = `${nameOf(client).padEnd(width)}  ${name === null ? '' : plain(name)}`
    terminal.print(`${line.trimEnd()}${ageNote}`)
  }
}

interface Pages {
  readonly pageOf: PageOf<ListedClient>
  /** As in the newest page. */
  mirror(): ClientPage['mirror']
  /** For all pages so far, one row for each place. */
  readonly unread: readonly Unread[]
  readonly unreadable: readonly UnreadableClient[]
}

/** The list that the options ask for. */
function pagesOf(
  { options, words: [q] }: Invocation,
  listClients: Api['listClients'],
  fresh: boolean,
): Pages {
  const { provider, pool: userPoolId, filter } = options
  const query: ClientQuery = {
    provider,
    userPoolId,
    ...(q === undefined ? {} : { q }),
    ...(filter === undefined ? {} : { filter }),
    ...(fresh ? { fresh } : {}),
  }
  let mirror: ClientPage['mirror'] = []
  const unread: Unread[] = []
  const unreadable: UnreadableClient[] = []
  return {
    mirror: () => mirror,
    unread,
    unreadable,
    pageOf: async (page) => {
      const { body } = await listClients({ ...query, ...page })
      mirror = body.mirror
      for (const one of body.unread ?? []) addUnread(unread, one)
      unreadable.push(...(body.unreadable ?? []))
      return { items: body.clients, next: body.next }
    },
  }
}

function addUnread(all: Unread[], one: Unread): void {
  const at = all.findIndex(
    ({ provider, userPoolId }) => provider === one.provider && userPoolId === one.userPoolId,
  )
  const row = all[at]
  if (row === undefined) all.push(one)
  else {
    const verifiedAt = row.verifiedAt < one.verifiedAt ? row.verifiedAt : one.verifiedAt
    all[at] = { ...row, clients: row.clients + one.clients, verifiedAt }
  }
}
