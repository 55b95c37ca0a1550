/** Client files as a way in: what they ask for is planned and applied through the SDK, as the command does. */

import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { applyItems, checkPlan } from '../../src/files/apply.ts'
import { parseClientFile } from '../../src/files/client-file.ts'
import type { LiveClient } from '../../src/files/compare.ts'
import { compareFiles } from '../../src/files/plan.ts'
import { renderPlan } from '../../src/files/plan-file.ts'
import { makePlan } from '../../src/files/planning/make-plan.ts'
import { ClientryError, connect } from '../../src/sdk/index.ts'
import type { World } from '../contract/world.ts'

export interface FileRights {
  /** Scopes of who plans, and of who applies. */
  readonly plans: readonly string[]
  readonly applies: readonly string[]
}

/** Brings one client to what a file says; gives the status and what the server answered. */
export async function byFile(
  world: World,
  file: JsonObject,
  { plans, applies }: FileRights,
): Promise<readonly [number, JsonObject]> {
  try {
    const planner = apiAs(world, plans)
    const files = [parseClientFile('clients/one.yaml', JSON.stringify(file))]
    const live: LiveClient[] = []
    const { provider } = files[0] ?? {}
    for await (const client of planner.clients({ provider: String(provider), fresh: true })) {
      live.push({ ...client, attributes: client as unknown as JsonObject })
    }
    const options = { deleteUnmanaged: false, newKey: () => crypto.randomUUID() }
    const { items, refused } = await makePlan(
      planner,
      compareFiles(files, { clients: live, unread: [] }),
      options,
    )
    const [fault] = refused.flatMap(({ faults }) => faults)
    if (fault !== undefined) {
      const { code, says } = fault
      return [new ClientError(code as ErrorCode, says).status, { code, error: says }]
    }
    const plan = JSON.parse(renderPlan(new Date(), { folder: 'clients', items }))
    const applier = apiAs(world, applies)
    // A caller that applies may leave out the look that comes first; the server does not count on it.
    const looked = await checkPlan(applier, plan).catch((error: Error) => error)
    const { failures } = await applyItems(applier, items)
    if (failures[0] !== undefined) throw failures[0].error
    if (looked instanceof ClientryError) throw looked
    if (!(looked instanceof Error)) for (const { error } of looked.failures) throw error
    return [200, { items: items.length } as JsonObject]
  } catch (error) {
    if (error instanceof ClientryError) {
      return [error.status ?? 0, { code: error.code, error: error.message }]
    }
    return [400, { error: String(error) }]
  }
}

/** The API as someone with these scopes has it. */
function apiAs({ clientry, token }: World, scopes: readonly string[]) {
  return connect({
    url: 'http://clientry.invalid',
    token: () => token(scopes),
    retryForMs: 0,
    fetch: async (input, init = {}) => {
      const { pathname, search } = new URL(String(input))
      const headers = Object.entries((init.headers ?? {}) as Record<string, string>)
      const { status, body, ...answer } = await clientry.app({
        method: init.method ?? 'GET',
        path: pathname,
        query: search.slice(1),
        headers: Object.fromEntries(headers.map(([name, value]) => [name, [value]])),
        body: typeof init.body === 'string' ? Buffer.from(init.body) : undefined,
        deadline: Date.now() + 20_000,
      })
      return new Response(body, { status, headers: answer.headers })
    },
  })
}
