/** G8: a server stopped in the middle of its write and continued when its time is over (`SIGSTOP`). */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { eventually } from '../eventually.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onFresh } from '../fixtures/opened.ts'
import { type ProcessWorld, startProcessWorld } from './process-world.ts'
import type { FaultProxy } from './proxy.ts'
import { cognitoAt, patch, type ServerProcess } from './servers.ts'

let world: ProcessWorld
const it = onFresh(startProcessWorld, (opened) => {
  world = opened
})

const hasProc = process.platform === 'linux'
if (!hasProc) process.stdout.write('A frozen server is not tried: that needs the /proc of Linux.\n')

describe.skipIf(!hasProc)('a server frozen while its write is under way (needs /proc)', () => {
  const SHORT = { deadlineMs: 4_000, upstreamTimeoutMs: 1_500 }
  const WRITE = ({ head }: { readonly head: string }) => head.includes('.UpdateUserPoolClient')
  const change = (server: ServerProcess, client: JsonObject) =>
    patch(server, world.issuer, { userPoolId: POOL_ID, client })

  /** Freezes the first server once its write has met the fault, until its deadline is over. */
  async function freezeInWrite(fault: Parameters<FaultProxy['spoil']>[0]) {
    const held = await world.server({ cognito: cognitoAt(world.proxy.url) }, SHORT)
    const other = await world.server(
      { cognito: cognitoAt(world.cognito.url) },
      { ...SHORT, deadlineMs: 20_000 },
    )
    world.proxy.spoil({ ...fault, when: WRITE })
    const answer = change(held, { name: 'Held' })
    await eventually(() => expect(world.proxy.met.size).toBe(1))
    await held.freeze()
    return { held, other, answer }
  }

  it('finds its change settled when it comes back, records the overlap, and answers no success', async () => {
    const { held, other, answer } = await freezeInWrite({ kind: 'stall_after' })
    await eventually(() => expect(world.proxy.forwarded()).toBeGreaterThan(1))
    const after = await change(other, {
      callbacks: { add: ['https://app.example.com/other'] },
    })
    expect(after).toMatchObject({ status: 200, body: { name: 'Held' } })
    held.resume()
    expect((await answer)?.status).toBeGreaterThanOrEqual(500)
    const log = await world.history()
    expect(log.map(({ kind }) => kind)).toEqual([
      'intent',
      'outcome',
      'intent',
      'outcome',
      'overlap',
    ])
    expect(log[1]).toMatchObject({ outcome: 'applied', settledBy: 'settlement' })
  })

  it('whose write lands after all over that of another: reported by both, by one as an error', async () => {
    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    const { held, other, answer } = await freezeInWrite({ kind: 'delay', until })
    expect(await change(other, { name: 'Other' })).toMatchObject({
      status: 200,
      body: { name: 'Other' },
    })
    const writes = world.cognito.calls.length
    release()
    await eventually(() => expect(world.cognito.calls.length).toBeGreaterThan(writes))
    // The provider takes no fencing token: the stale write is in force.
    expect(world.cognito.client(POOL_ID, 'exampleClientId').ClientName).toBe('Held')
    held.resume()
    expect((await answer)?.status).toBeGreaterThanOrEqual(500)
    const log = await world.history()
    expect(log.map(({ kind }) => kind)).toEqual([
      'intent',
      'outcome',
      'intent',
      'outcome',
      'overlap',
    ])
    expect(log[1]).toMatchObject({ outcome: 'not_applied', settledBy: 'settlement' })
    // The next one who changes the client sees what happened, and loses nothing more.
    expect(await change(other, { name: 'Next' })).toMatchObject({ status: 200 })
    const later = (await world.history()).slice(log.length)
    expect(later[0]).toMatchObject({
      kind: 'outside_change',
      changes: [{ field: 'name', before: 'Other', after: 'Held' }],
    })
  })
})
