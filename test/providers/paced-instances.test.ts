/**
 * Servers as processes of their own on one store: together they keep to one pace at an account with the limits of AWS, and a
 * neighbour who uses what is left for others meets no throttle.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ask, cognitoAt, type ServerProcess, startIssuer, startServer } from '../faults/servers.ts'
import { POOLS, pacedCognito } from './paced-provider.ts'

const SERVERS = 3
const CHANGES = 9
/** A machine that stands still for longer sends together what was sent apart (milliseconds). */
const STILL_MS = 150

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

it('three servers on one file make nine changes on a pool without a throttle', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-pace-'))
  open.push({ close: async () => rmSync(folder, { recursive: true }) })
  const account = await pacedCognito(CHANGES)
  const issuer = await startIssuer()
  open.push(account.emulator, issuer)
  const { pace: _, ...settings } = cognitoAt(account.emulator.url) as Record<string, JsonObject>
  const pools = { [POOLS[0]]: { endpoint: account.emulator.url } }
  const providers = { cognito: { ...settings, pools } }
  const servers: ServerProcess[] = []
  for (let count = 0; count < SERVERS; count += 1) {
    const server = await startServer({ database: join(folder, 'clientry.db'), providers, issuer })
    open.push({ close: server.kill })
    servers.push(server)
  }
  const where = { provider: 'cognito', userPoolId: POOLS[0] }
  const headers = {
    authorization: `Bearer ${await issuer.token()}`,
    'content-type': 'application/json',
  }
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const neighbours: Promise<number>[] = []
  // 5 calls a second less 60 % of them.
  const timer = setInterval(() => neighbours.push(account.neighbour()), 500)
  const answers = await Promise.all(
    Array.from({ length: CHANGES }, (_, index) =>
      ask(`${servers[index % SERVERS]?.url}/clients/client${index}`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({ ...where, client: { name: `New ${index}` } }),
      }),
    ),
  ).finally(() => clearInterval(timer))
  delays.disable()
  expect(answers.map((answer) => answer?.status)).toEqual(Array(CHANGES).fill(200))
  const statuses = await Promise.all(neighbours)
  expect(statuses.length).toBeGreaterThan(3)
  if (delays.max / 1e6 > STILL_MS) {
    process.stdout.write(`A busy machine: throttles are not counted, ${delays.max / 1e6} ms.\n`)
    return
  }
  const throttles = account.emulator.calls.filter(({ status }) => status === 400)
  expect(throttles.map(({ operation }) => operation)).toEqual([])
  expect(new Set(statuses)).toEqual(new Set([200]))
})
