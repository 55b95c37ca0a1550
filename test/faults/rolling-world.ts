/**
 * An upgrade while servers run: those of an earlier commit and of this one work on one store, and one after the other is replaced.
 * Every change that they were asked for must be made.
 */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { buildServer } from './other-build.ts'
import {
  type Answered,
  cognitoAt,
  patch,
  type ServerOptions,
  type ServerProcess,
  startIssuer,
  startServer,
} from './servers.ts'

export interface RollingWorld {
  readonly cognito: CognitoEmulator
  /** Starts a server of this build. */
  start(): Promise<ServerProcess>
  /** Has a server add a callback. */
  change(server: ServerProcess, url: string): Promise<Answered | undefined>
  /** Has servers add twelve callbacks at once, in turn; expects each answer to be a success, and all that was ever added to be there. */
  add(...servers: readonly ServerProcess[]): Promise<void>
  /** Replaces two servers of a commit, and brings one of them back beside a fresh one. */
  replace(commit: string): Promise<{ readonly back: ServerProcess; readonly fresh: ServerProcess }>
  close(): Promise<void>
}

/** Opens it over a store that all servers share. */
export async function openRollingWorld(
  store: Pick<ServerOptions, 'database' | 'store'>,
): Promise<RollingWorld> {
  // Where the packages are found.
  const built = join(process.cwd(), 'node_modules', '.cache', 'clientry', `rolling-${process.pid}`)
  const cognito = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  cognito.addFutureMember('MemberOfTomorrow')
  const issuer = await startIssuer()
  const running: ServerProcess[] = []
  const added: string[] = []

  /** `program`: the entry of another build. */
  async function start(program?: string): Promise<ServerProcess> {
    const providers = { cognito: cognitoAt(cognito.url) }
    const server = await startServer({ ...store, providers, issuer, ...(program && { program }) })
    running.push(server)
    return server
  }

  const change = (server: ServerProcess, url: string) =>
    patch(server, issuer, { userPoolId: POOL_ID, client: { callbacks: { add: [url] } } })

  async function add(...servers: readonly ServerProcess[]): Promise<void> {
    const changes = Array.from({ length: 12 }, async (_, index) => {
      const url = `https://app.example.com/added/${added.length}`
      added.push(url)
      const answer = await change(servers[index % servers.length] as ServerProcess, url)
      expect(answer?.status, JSON.stringify(answer?.body)).toBe(200)
    })
    await Promise.all(changes)
    const { CallbackURLs: callbacks } = cognito.client(POOL_ID, 'exampleClientId')
    expect(callbacks).toEqual(expect.arrayContaining(added))
  }

  async function replace(commit: string) {
    const program = await buildServer(commit, built)
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
    return { back, fresh }
  }

  return {
    cognito,
    start: () => start(),
    change,
    add,
    replace,
    close: async () => {
      for (const server of running) await server.kill()
      await Promise.all([cognito.close(), issuer.close()])
      rmSync(built, { recursive: true, force: true })
    },
  }
}
