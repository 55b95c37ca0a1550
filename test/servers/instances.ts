/** Servers of Clientry in processes of their own, on one store, for an endpoint of a real server. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json/json.ts'
import {
  type Answered,
  ask,
  KEY,
  type ServerOptions,
  type ServerProcess,
  startIssuer,
  startServer,
} from '../faults/servers.ts'
import type { Made, World } from './world.ts'

export interface Instances {
  /** The store that they share, for a service in this process. */
  readonly store: { readonly path: string; readonly key: Uint8Array }
  /** Lets them manage a client of a server with registration. */
  adopt(made: Made): Promise<void>
  /** `undefined`: no answer came. */
  change(instance: number, id: string, client: JsonObject): Promise<Answered | undefined>
  add(instance: number, id: string, url: string): Promise<Answered | undefined>
  /** `kill -9` of one of them. */
  kill(instance: number): Promise<void>
  /** Starts another one in its place. */
  restart(instance: number): Promise<void>
  close(): Promise<void>
}

/** Starts them with an issuer of their own. */
export async function startInstances(
  world: World,
  count: number,
  limits: Pick<ServerOptions, 'limits'> = {},
): Promise<Instances> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-instances-'))
  const path = world.database ?? join(folder, 'clientry.db')
  const issuer = await startIssuer()
  const start = () =>
    startServer({
      database: path,
      providers: { it: world.settings },
      secrets: world.secrets,
      issuer,
      ...limits,
    })
  const servers: ServerProcess[] = []
  for (let made = 0; made < count; made += 1) servers.push(await start())

  async function send(instance: number, method: string, path: string, body: JsonObject) {
    const authorization = `Bearer ${await issuer.token()}`
    const headers = { authorization, 'content-type': 'application/json' }
    const url = `${servers[instance]?.url}/clients/${path}`
    return ask(url, { method, headers, body: JSON.stringify(body) })
  }
  const change = (instance: number, id: string, client: JsonObject) =>
    send(instance, 'PATCH', id, { provider: 'it', client })
  return {
    store: { path, key: KEY },
    adopt: async ({ id, token }) => {
      if (world.settings.type !== 'rfc7592') return
      const body = { registrationAccessToken: token ?? '' }
      const answer = await send(0, 'PUT', `${id}/registration?provider=it`, body)
      if (answer?.status !== 200) throw new Error(`not adopted: ${JSON.stringify(answer)}`)
    },
    change,
    add: (instance, id, url) => change(instance, id, { callbacks: { add: [url] } }),
    kill: async (instance) => servers[instance]?.kill(),
    restart: async (instance) => {
      servers[instance] = await start()
    },
    close: async () => {
      for (const server of servers) await server.kill()
      await issuer.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
