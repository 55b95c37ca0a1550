/** `clientry list [TEXT]`. */

import type { Api } from '../../sdk/api.ts'
import type { ClientPage, ClientQuery, ListedClient } from '../../sdk/types.ts'
import type { Given, Run } from '../command.ts'
import { countOf } from '../count.ts'
import { EXIT } from '../exit.ts'
import { withoutSecrets } from '../secrets.ts'
import { nameOf, noteGaps } from '../show.ts'
import { plain } from '../terminal.ts'

export const run: Run = async (given) => {
  const { options, terminal } = given
  const { listClients } = await given.connect()
  const { clients, mirror } = await gathered(given, listClients)
  if (options.json === true) {
    terminal.printJson({
      clients: clients.map((client) => withoutSecrets(client, options)),
      mirror,
    })
    return EXIT.ok.code
  }
  const width = Math.max(0, ...clients.map((client) => nameOf(client).length))
  for (const client of clients) {
    const { name } = client
    terminal.print(`${nameOf(client).padEnd(width)}  ${name === null ? '' : plain(name)}`.trimEnd())
  }
  noteGaps(terminal, mirror)
  return EXIT.ok.code
}

/** Pages up to the asked number, with word of how far it is. */
async function gathered(
  { options, words: [q], terminal }: Given,
  listClients: Api['listClients'],
): Promise<Pick<ClientPage, 'clients' | 'mirror'>> {
  const { most, page } = countOf(options)
  const { provider, pool: userPoolId, filter, fresh } = options
  const query: ClientQuery = {
    provider,
    userPoolId,
    limit: page,
    ...(q === undefined ? {} : { q }),
    ...(filter === undefined ? {} : { filter }),
    ...(fresh === undefined ? {} : { fresh }),
  }
  const clients: ListedClient[] = []
  let mirror: ClientPage['mirror'] = []
  let cursor: string | undefined
  do {
    const { body } = await listClients(cursor === undefined ? query : { ...query, cursor })
    clients.push(...body.clients)
    mirror = body.mirror
    cursor = body.next
    terminal.progress(`${clients.length} clients`)
  } while (cursor !== undefined && clients.length < most)
  terminal.progress('')
  return { clients: clients.slice(0, most), mirror }
}
