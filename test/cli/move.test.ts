/** `clientry move`: docs/move.md runs as it stands, and a move is followed on a terminal until the old one is gone. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import { runLine } from '../../src/cli/run.ts'
import { AUTHORIZATION } from '../../src/emulators/authorization.ts'
import type { Moves } from '../../src/sdk/types.ts'
import { startWorld, type World } from '../contract/world.ts'
import { eventually } from '../eventually.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onFresh } from '../fixtures/opened.ts'
import { served } from '../fixtures/served.ts'
import { clientry, type DevServer, putOnPath, runShell, startDev } from './command-line.ts'

const FROM = 'https://app.example.com/callback'
const TO = 'https://new.example.com/callback'

describe('docs/move.md', () => {
  const PAGE = readFileSync('docs/move.md', 'utf8')
  const BLOCKS = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
  let dev: DevServer
  beforeAll(async () => {
    dev = await startDev()
    putOnPath(dev.folder)
  })
  afterAll(() => dev.close())

  it('runs as it stands, and leaves the client as it was', async () => {
    expect(BLOCKS).toHaveLength(1)
    const callbacks = async () => {
      const line = 'get local/exampleClientId --json'
      const { out } = await clientry(line.split(' '), { folder: dev.folder })
      return JSON.parse(out).callbacks
    }
    const before = await callbacks()
    const { code, out, err } = await runShell(BLOCKS[0] ?? '', dev.folder)
    expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
    expect(out).toContain(`${FROM} moves to ${TO}, which can be used; the old one goes on request`)
    expect(out).toContain('codes for it may still be under way')
    expect(err).toContain('The move can be narrowed from ')
    expect(err).toContain('The application can use the new redirect URI now.')
    expect(await callbacks()).toEqual(before)
  })
})

describe('a move', () => {
  let world: World
  let url: string
  const it = onFresh(
    () => served(startWorld()),
    (opened) => {
      ;({ world, url } = opened)
    },
  )
  beforeEach(async () => {
    vi.stubEnv('CLIENTRY_URL', url)
    vi.stubEnv('CLIENTRY_TOKEN', await world.token())
    vi.stubEnv('TERM', 'xterm')
    vi.stubEnv('NO_COLOR', undefined)
  })
  afterEach(() => vi.unstubAllEnvs())

  const IN_POOL = `cognito-client/${POOL_ID}/exampleClientId`
  async function run(line: string, isTTY = false) {
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
    const streams = {
      input,
      output: Object.assign(output, { isTTY }),
      errors: Object.assign(errors, { isTTY }),
    }
    const code = await runLine(line.split(' '), streams)
    const textOf = (stream: PassThrough) => String(stream.read() ?? '')
    return { code, out: textOf(output), err: textOf(errors) }
  }

  it('is followed until the server has removed the old redirect URI', async () => {
    await run(`set ${IN_POOL} defaultCallback= --yes`)
    const followed = run(`move ${IN_POOL} ${FROM} ${TO} --narrow-after 2s --watch --yes`, true)
    await eventually(async () => {
      await world.clientry.sweep()
      expect(world.cognito.client(POOL_ID, 'exampleClientId')?.CallbackURLs).not.toContain(FROM)
    }, 200)
    const { code, out, err } = await followed
    expect(code).toBe(EXIT.ok.code)
    expect(err).toContain('both are registered; the old one goes in ')
    expect(out).toContain(`${FROM} is gone`)
    expect(JSON.parse((await run(`move list ${IN_POOL} --json`)).out).moves).toEqual([])
  })

  it('waits for the provider, and says what comes next', async () => {
    world.auth0.inject({ kind: 'error_before_apply', operation: AUTHORIZATION, times: 50 })
    const waiting = run(`move exampleClientId ${FROM} ${TO} --yes --json`, true)
    await eventually(async () => {
      const { out } = await run('move list exampleClientId')
      expect(out).toContain('which is not accepted yet')
    }, 200)
    world.auth0.clearFaults()
    const { code, out, err } = await waiting
    expect(code).toBe(EXIT.ok.code)
    expect(err).toContain(`waiting until the provider accepts ${TO}`)
    expect((JSON.parse(out) as Moves).moves).toMatchObject([{ state: 'widened' }])
    expect((await run('standing exampleClientId')).out).toContain(
      `${FROM} moves to ${TO}, which can be used`,
    )
    const early = await run(`move narrow exampleClientId ${FROM} --yes`)
    expect(early).toMatchObject({ code: EXIT.refused.code, out: '' })
    const lost = await run(`set exampleClientId --remove-callback ${FROM} --yes`)
    expect(lost.code).toBe(EXIT.refused.code)
    expect(lost.err).toContain('clientry move list shows it')
    expect((await run(`move end exampleClientId ${FROM} --yes`)).out).toContain('is ended')
  })

  it('keeps both redirect URIs from a client file that names the whole list, and says why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-move-'))
    const write = (...callbacks: string[]) =>
      writeFileSync(
        join(folder, 'client.yaml'),
        `provider: auth0\nid: exampleClientId\nclient:\n  callbacks: [${callbacks.join(', ')}]\n`,
      )
    await run(`move exampleClientId ${FROM} ${TO} --yes`)
    for (const kept of [FROM, TO]) {
      write(kept)
      const { code, out, err } = await run(`plan ${folder}`)
      expect(code).toBe(EXIT.refused.code)
      expect(out + err).toContain('would lose a redirect URI that is being moved')
      expect(out + err).toContain('client.yaml')
    }
    write(FROM, TO)
    expect(await run(`plan ${folder}`)).toMatchObject({ code: EXIT.ok.code })
    rmSync(folder, { recursive: true })
    await run(`move end exampleClientId ${FROM} --yes`)
  })

  it('changes nothing that no one agreed to, and names what is missing', async () => {
    expect(await run(`move exampleClientId ${FROM} ${TO}`)).toMatchObject({ code: EXIT.usage.code })
    const planned = await run(`move exampleClientId ${FROM} ${TO} --dry-run`)
    expect(planned.out).toContain(`+ ${TO}`)
    for (const wrong of ['--watch', '--narrow-at 2999-01-01T00:00:00Z --narrow-after 1h']) {
      const { code } = await run(`move exampleClientId ${FROM} ${TO} ${wrong} --yes`)
      expect(code).toBe(EXIT.usage.code)
    }
    const { code, err } = await run(`move exampleClientId https://absent.example/cb ${TO} --yes`)
    expect(code).toBe(EXIT.refused.code)
    expect(err).toContain('there is nothing to move')
    expect(world.upstreamWrites()).toBe(0)
  })
})
