/**
 * G7: a store that cannot be written, in a real process: the kernel refuses every write to a file. A limit on the
 * size of files stands in for a full disk; Node ignores its signal (SIGXFSZ), so that the write fails with EFBIG
 * where a full disk gives ENOSPC.
 */

import { execFileSync } from 'node:child_process'
import { describe, expect } from 'vitest'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onFresh } from '../fixtures/opened.ts'
import { type ProcessWorld, startProcessWorld } from './process-world.ts'
import { ask, cognitoAt, patch } from './servers.ts'

let world: ProcessWorld
const it = onFresh(startProcessWorld, (opened) => {
  world = opened
})

const hasPrlimit = process.platform === 'linux' && canRun('prlimit')

function canRun(command: string): boolean {
  try {
    execFileSync(command, ['--version'])
    return true
  } catch {
    return false
  }
}

if (!hasPrlimit)
  process.stdout.write('A full disk is not tried: that needs prlimit of util-linux.\n')

describe.skipIf(!hasPrlimit)('a disk that takes nothing more (needs prlimit of util-linux)', () => {
  it('is answered 503 with nothing sent, and is over without a restart', async () => {
    const server = await world.server({ cognito: cognitoAt(world.cognito.url) })
    const ready = () => ask(`${server.url}/readyz`)
    const change = (name: string) =>
      patch(server, world.issuer, { userPoolId: POOL_ID, client: { name } })
    expect(await change('Before')).toMatchObject({ status: 200 })
    expect(await ready()).toMatchObject({ status: 200 })

    // Every write to a file now fails in the kernel (EFBIG), as one to a full disk does (ENOSPC).
    server.limitFileSize(0)
    const writes = () =>
      world.cognito.calls.filter(({ operation }) => operation === 'UpdateUserPoolClient')
    expect(await change('During')).toMatchObject({
      status: 503,
      body: { code: 'store_unavailable' },
    })
    expect(await ready()).toMatchObject({ status: 503 })
    expect(writes()).toHaveLength(1)
    expect(world.cognito.client(POOL_ID, 'exampleClientId').ClientName).toBe('Before')

    server.limitFileSize('unlimited')
    expect(await change('After')).toMatchObject({ status: 200, body: { name: 'After' } })
    expect(await ready()).toMatchObject({ status: 200 })
    expect(server.alive()).toBe(true)
    const log = await world.history()
    expect(log.map(({ kind }) => kind)).toEqual(['intent', 'outcome', 'intent', 'outcome'])
  })
})
