/**
 * What instances let each other know (LISTEN and NOTIFY): that a change has ended. It is sent after the commit, by a statement of its
 * own: a transaction that notifies commits alone, one in the whole cluster at a time (PreCommit_Notify in async.c), and would
 * keep all others waiting for its disk. What gets lost is made up for by those who wait, who look again after a while.
 */

import { Client } from 'pg'
import type { Watch } from '../store.ts'
import { clientConfig, type PostgresSettings } from './connection-settings.ts'
import { digestOf } from './digests.ts'

export interface Listener {
  /** Lets everyone know that a log has grown; never fails. */
  announce(resource: string): void
  watch(resource: string): Watch
  close(): Promise<void>
}

/** Before the next try to connect (milliseconds). */
const RECONNECT_MS = 500
/** What is sent at a time; what waits beyond it is dropped. */
const MOST = 1_000
/** How long the last words may take (milliseconds). */
const LAST_MS = 1_000

/** Connects when it is first needed, and again where the connection is lost. */
export function createListener(settings: PostgresSettings): Listener {
  const channel = `clientry_${settings.schema}`
  const watches = new Map<string, Set<() => void>>()
  const waiting = new Set<string>()
  let client: Promise<Client> | undefined
  let sending: Promise<void> | undefined
  let isClosed = false

  const wake = (name: string) => {
    for (const grown of watches.get(name) ?? []) grown()
  }
  const wakeAll = () => {
    for (const name of watches.keys()) wake(name)
  }

  function lost(one: Promise<Client>): void {
    if (client !== one) return
    client = undefined
    if (isClosed || watches.size === 0) return
    setTimeout(() => {
      if (watches.size > 0) connect().catch(() => undefined)
    }, RECONNECT_MS).unref()
  }

  function connect(): Promise<Client> {
    if (client !== undefined) return client
    const one = (async () => {
      const created = new Client(clientConfig(settings))
      created.on('error', () => lost(one))
      created.on('end', () => lost(one))
      created.on('notification', ({ payload = '' }) => wake(payload))
      await created.connect()
      await created.query(`listen "${channel}"`)
      // Something may have ended before.
      wakeAll()
      return created
    })()
    client = one
    one.catch(() => lost(one))
    return one
  }

  async function send(): Promise<void> {
    while (waiting.size > 0) {
      const names = [...waiting]
      waiting.clear()
      const text = 'select pg_notify($1, name) from unnest($2::text[]) as name'
      await (await connect()).query(text, [channel, names])
    }
  }

  return {
    announce: (resource) => {
      if (isClosed || waiting.size >= MOST) return
      waiting.add(nameOf(resource))
      sending ??= send()
        .catch(() => waiting.clear())
        .finally(() => {
          sending = undefined
        })
    },
    watch: (resource) => watchOn(watches, nameOf(resource), () => void connect().catch(() => {})),
    close: async () => {
      isClosed = true
      const end = async () => {
        await sending
        await (await client)?.end()
      }
      await Promise.race([end().catch(() => undefined), after(LAST_MS)])
    },
  }
}

/** A watch notes what happens from its beginning on, so that nothing falls between a look and a wait. */
function watchOn(watches: Map<string, Set<() => void>>, name: string, begin: () => void): Watch {
  let hasGrown = false
  let resume = () => {}
  const grown = () => {
    hasGrown = true
    resume()
  }
  const set = watches.get(name) ?? new Set()
  watches.set(name, set.add(grown))
  begin()
  return {
    grown: async (milliseconds) => {
      if (!hasGrown) {
        let timer: NodeJS.Timeout | undefined
        await new Promise<void>((resolve) => {
          resume = resolve
          timer = setTimeout(resolve, milliseconds)
        })
        clearTimeout(timer)
      }
      hasGrown = false
    },
    end: () => {
      set.delete(grown)
      if (set.size === 0) watches.delete(name)
    },
  }
}

/** A name that fits into a message, whatever the log is called. */
const nameOf = (resource: string) => digestOf(resource).toString('base64url')

const after = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref())
