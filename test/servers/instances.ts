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
  startIssuer,
  startServer,
} from '../faults/servers.ts'
import type { Instance, Made, StorePlace, World } from './world.ts'

export interface Instances {
  /** The store that they share, for a service in this process. */
  readonly store: StorePlace
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
  const store = world.store ?? { path: join(folder, 'clientry.db'), key: KEY }
  const issuer = await startIssuer()
  const production = async (): Promise<Instance> => {
    const server = await startServer({
      database: store.path,
      providers: { [world.place.provider]: world.settings },
      secrets: world.secrets,
      issuer,
      ...limits,
    })
    return { ...server, token: issuer.token }
  }
  const start = world.startInstance ?? production
  const servers: Instance[] = []
  for (let made = 0; made < count; made += 1) servers.push(await start())

  async function send(instance: number, method: string, path: string, body: JsonObject) {
    const server = servers[instance]
    if (server === undefined) throw new TypeError(`no instance ${instance}`)
    const authorization = `Bearer ${await server.token()}`
    const headers = { authorization, 'content-type': 'application/json' }
    return ask(`${server.url}/clients/${path}`, { method, headers, body: JSON.stringify(body) })
  }
  const change = (instance: number, id: string, client: JsonObject) =>
    send(instance, 'PATCH', id, { ...world.place, client })
  return {
    store,
    adopt: async ({ id, token }) => {
      if (world.settings.type !== 'rfc7592') return
      const body = { registrationAccessToken: token ?? '' }
      const answer = await send(
        0,
        'PUT',
        `${id}/registration?provider=${world.place.provider}`,
        body,
      )
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
