/**
 * G2, G7: an upgrade while servers run. Servers of the commit before layouts were recorded and of this one work on one file, and
 * one after the other is replaced; every change is in one order, and in the history.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../src/emulators/cognito/index.ts'
import { readChains } from '../src/store/layout/chains.ts'
import { openToRead } from '../src/store/sqlite/database.ts'
import { layoutIn } from '../src/store/sqlite/layout/sqlite-layout.ts'
import { recordsIn } from '../src/store/sqlite/layout/sqlite-records.ts'
import { buildServer, isCommitHere } from './faults/other-build.ts'
import {
  cognitoAt,
  type Issuer,
  patch,
  type ServerProcess,
  startIssuer,
  startServer,
} from './faults/servers.ts'
import { fullCognitoClient, POOL_ID } from './fixtures/cognito.ts'

/** The last commit whose programs knew layout 3, and no other. */
const BEFORE = '581a1c0f4eb2dfc96bd567bf5e76681fecaeea99'

describe.skipIf(!isCommitHere(BEFORE))('servers of two versions on one file', () => {
  // Where the packages are found.
  const built = join(process.cwd(), 'node_modules', '.cache', 'clientry', `rolling-${process.pid}`)
  let folder: string
  let cognito: CognitoEmulator
  let issuer: Issuer
  const running: ServerProcess[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clientry-rolling-'))
    cognito = await startCognitoEmulator({
      pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
    })
    cognito.addFutureMember('MemberOfTomorrow')
    issuer = await startIssuer()
  })
  afterEach(async () => {
    for (const server of running.splice(0)) await server.kill()
    await Promise.all([cognito.close(), issuer.close()])
    for (const one of [folder, built]) rmSync(one, { recursive: true, force: true })
  })

  it('are replaced one after the other, and every change is made and recorded', async () => {
    const program = await buildServer(BEFORE, built)
    const options = {
      database: join(folder, 'clientry.db'),
      providers: { cognito: cognitoAt(cognito.url) },
      issuer,
    }
    const start = async (other?: string) => {
      const server = await startServer({ ...options, ...(other && { program: other }) })
      running.push(server)
      return server
    }
    const added: string[] = []
    const add = async (...servers: readonly ServerProcess[]) => {
      const changes = Array.from({ length: 12 }, async (_, index) => {
        const url = `https://app.example.com/added/${added.length}`
        added.push(url)
        const server = servers[index % servers.length] as ServerProcess
        const client = { callbacks: { add: [url] } }
        const answer = await patch(server, issuer, { userPoolId: POOL_ID, client })
        expect(answer?.status, JSON.stringify(answer?.body)).toBe(200)
      })
      await Promise.all(changes)
    }

    const [old, other] = [await start(program), await start(program)]
    await add(old, other)
    await other.kill()
    // The layout changes while the old one works.
    const [fresh] = await Promise.all([start(), add(old)])
    await add(old, fresh)
    await old.kill()
    // It may come back, as a supervisor would have it.
    const back = await start(program)
    await add(back, fresh)
    await back.kill()
    await add(fresh, await start())

    const { CallbackURLs: callbacks } = cognito.client(POOL_ID, 'exampleClientId')
    expect(callbacks).toEqual(expect.arrayContaining(added))
    const database = await openToRead(options.database)
    expect(layoutIn(database)).toMatchObject({ version: 5, readers: 3 })
    expect((await readChains(recordsIn(database))).fault).toBeUndefined()
    const writers = database.prepare('select distinct layout from log order by layout').all()
    expect(writers.map(({ layout }) => layout)).toEqual([null, 5])
    database.close()
  })
})
