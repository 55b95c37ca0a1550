/** Many clients and a caller of the routes of jobs, for tests of these. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { type Answer, ask, type Sent } from '../contract/caller.ts'
import { startWorld, type World, type WorldOptions } from '../contract/world.ts'
import { eventually } from '../eventually.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'

export interface JobWorld extends World {
  /** Ids of clients at Auth0, in order. */
  readonly ids: readonly string[]
  send(method: string, path: string, body?: Json, sent?: Sent): Promise<Answer>
  /** Waits until a job is in one of these states. */
  until(id: unknown, ...states: readonly string[]): Promise<JsonObject>
  /** All results of a job, page by page. */
  results(id: unknown): Promise<readonly JsonObject[]>
  /** Writes that Auth0 has had, by client. */
  writes(): ReadonlyMap<string, number>
}

/**
 * Starts a world with so many clients at Auth0, of the name `Client <n>`; `scopes`: those of a caller of
 * whom nothing else is said.
 */
export async function startJobWorld(
  clients: number,
  options?: WorldOptions & { readonly scopes?: readonly string[] },
): Promise<JobWorld> {
  const world = await startWorld(options)
  const scopes = options?.scopes && { scopes: options.scopes }
  const ids = Array.from(
    { length: clients },
    (_, index) => `client${String(index).padStart(3, '0')}`,
  )
  for (const [index, id] of ids.entries()) {
    world.auth0.put({
      ...fullAuth0Client,
      client_aliases: [],
      client_id: id,
      name: `Client ${index}`,
    })
  }
  const send = (method: string, path: string, body?: Json, sent: Sent = {}) =>
    ask(world, method, path, { ...scopes, body, ...sent })
  return {
    ...world,
    ids,
    send,
    until: (id, ...states) =>
      eventually(async () => {
        const { body } = await send('GET', `/jobs/${id}`)
        if (states.includes(String(body.state))) return body
        throw new Error(`the job is ${JSON.stringify(body)}`)
      }),
    results: async (id) => {
      const found: JsonObject[] = []
      for (let cursor = ''; ; ) {
        const query = `limit=7${cursor}`
        const { body } = await send('GET', `/jobs/${id}/results`, undefined, { query })
        found.push(...(body.items as JsonObject[]))
        if (body.next === undefined) return found
        cursor = `&cursor=${body.next}`
      }
    },
    writes: () => {
      const counts = new Map<string, number>()
      for (const { operation, path } of world.auth0.calls) {
        if (operation !== 'PATCH /clients/{id}') continue
        const id = path.split('/').at(-1) ?? ''
        counts.set(id, (counts.get(id) ?? 0) + 1)
      }
      return counts
    },
  }
}
