/** Without a server: the command on the providers of a configuration, with the same history. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import type { HistoryItem } from '../../src/sdk/types.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { clientry, clientryProcess } from './command-line.ts'
import { writeConfiguration } from './configuration.ts'

const ID = 'exampleClientId'
const KEY = Buffer.alloc(32, 3).toString('base64')

let auth0: Auth0Emulator
let folder: string

beforeAll(async () => {
  const credentials = [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }]
  auth0 = await startAuth0Emulator({ credentials })
  auth0.put(fullAuth0Client)
  folder = mkdtempSync(join(tmpdir(), 'clientry-direct-'))
  configure('clientry.yaml', '')
})
afterAll(async () => {
  await auth0.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A configuration, with more at its end. */
const configure = (name: string, more: string) => writeConfiguration(folder, name, auth0, more)

const around = (env: Record<string, string> = {}) => ({
  folder,
  env: { KEY, AUTH0_SECRET: 'management-secret', ...env },
})
const run = (line: string, env: Record<string, string> = {}) =>
  clientry(line.split(' '), around(env))
const runProcess = (line: string) => clientryProcess(line.split(' '), around())

describe('the client with which the server signs in', () => {
  const own = DEFAULT_CREDENTIAL.clientId
  const put = () => {
    const client = { ...fullAuth0Client, name: 'Clientry', app_type: 'non_interactive' }
    auth0.put({ ...client, client_id: own, client_aliases: [] })
  }
  const on = '--config clientry.yaml'

  it.each(['delete', 'suspend', 'rotate-secret --cut-over --show-secret'])(
    'is not harmed by %s without --own-client',
    async (command) => {
      put()
      const writes = () => auth0.calls.filter(({ method }) => /PATCH|DELETE/.test(method)).length
      const before = writes()
      for (const more of ['--yes', '--dry-run']) {
        const { code, err } = await run(`${command} ${own} ${more} ${on}`)
        expect(code).toBe(EXIT.refused.code)
        expect(err).toContain('unless you add --own-client')
      }
      expect(writes()).toBe(before)
    },
  )

  it('is harmed by those who say so', async () => {
    put()
    expect((await run(`delete ${own} --own-client --yes ${on}`)).code).toBe(0)
    expect(auth0.client(own)).toBeUndefined()
  })

  it('is in no plan, with a note', async () => {
    put()
    auth0.put({ ...fullAuth0Client, client_id: 'stray', name: 'Stray', client_aliases: [] })
    mkdirSync(join(folder, 'clients'))
    const file = `{ provider: auth0, id: ${ID}, client: { description: "${fullAuth0Client.description}" } }`
    writeFileSync(join(folder, 'clients', 'example.yaml'), file)
    const { code, out, err } = await run(`plan clients --delete-unmanaged --out plan.json ${on}`)
    expect({ code, err }).toMatchObject({ code: expect.any(Number), err: expect.any(String) })
    expect(`${out}${err}`).toContain(
      'is not deleted, because the server or the provider depends on it',
    )
    const { items } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Plan
    const removed = items.filter(({ action }) => action === 'delete')
    expect(removed).toMatchObject([{ id: 'stray' }])
    // The clients that the other tests are about.
    await run(`delete stray --yes ${on}`)
  })
})

interface Plan {
  readonly items: readonly { readonly action: string; readonly id?: string }[]
}

describe('--config', () => {
  it('changes a client, with a record of who did it', async () => {
    const line = `set ${ID} description=Directly --yes --config clientry.yaml`
    const { code, err } = await run(line)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(auth0.client(ID)).toMatchObject({ description: 'Directly' })
    const { out } = await run(`history ${ID} --json --config clientry.yaml`)
    const { items } = JSON.parse(out) as { items: HistoryItem[] }
    expect(items).toMatchObject([
      {
        outcome: 'applied',
        actor: { issuer: 'urn:clientry:command-line', subject: expect.stringMatching(/.@./) },
        changes: [{ field: 'description', after: 'Directly' }],
      },
    ])
  })

  it('knows a repetition by its key, over two runs', async () => {
    const line = `set ${ID} callbacks+=https://once.example/ --key once --yes --config clientry.yaml`
    const before = auth0.calls.length
    const runs = [await runProcess(line), await runProcess(line)]
    expect(runs.map(({ code }) => code)).toEqual([0, 0])
    const writes = auth0.calls.slice(before).filter(({ method }) => method === 'PATCH')
    expect(writes).toHaveLength(1)
  })

  it('undoes what it did, and lets its history be checked', async () => {
    await run(`set ${ID} name=Gone --yes --config clientry.yaml`)
    const { code } = await run(`rollback ${ID} --to 0 --yes --config clientry.yaml`)
    expect(code).toBe(0)
    expect(auth0.client(ID)).toMatchObject({ name: fullAuth0Client.name })
    expect(await run('verify --config clientry.yaml')).toMatchObject({
      code: 0,
      out: expect.stringContaining('everything is right'),
    })
  })

  it('takes the file of a server, whose permissions are for those who come with tokens', async () => {
    const auth = `auth:
  issuers: [{ issuer: 'https://issuer.example/', audience: [x] }]
  permissions: [{ scope: none, grants: ['clients:read'] }]
`
    configure('server.yaml', auth)
    expect((await run(`set ${ID} name=Allowed --yes --config server.yaml`)).code).toBe(0)
  })

  it.each([
    ['missing.yaml', {}, 'cannot be read'],
    ['clientry.yaml', { KEY: '' }, 'the variable KEY'],
  ])('ends with 2 where the configuration %s is wrong', async (name, env, says) => {
    const { code, err } = await run(`get ${ID} --config ${name}`, env)
    expect(code).toBe(EXIT.usage.code)
    expect(err).toContain(says)
  })

  it('ends with 6 where the provider does not know it', async () => {
    const { code } = await run(`get ${ID} --config clientry.yaml`, { AUTH0_SECRET: 'wrong' })
    expect(code).toBe(EXIT.unavailable.code)
  })

  it('stands alone', async () => {
    const { code } = await run(`get ${ID} --config clientry.yaml --url http://localhost:1`)
    expect(code).toBe(EXIT.usage.code)
  })
})

describe('--config, without a server to do the rest', () => {
  it('lists what nothing is known of yet by asking, and what is known without', async () => {
    configure('unknown.yaml', '')
    const config = readFileSync(join(folder, 'unknown.yaml'), 'utf8')
    writeFileSync(join(folder, 'unknown.yaml'), config.replace('history.db', 'unknown.db'))
    const calls = () => auth0.calls.length
    const before = calls()
    const { code, out } = await run('list --config unknown.yaml')
    expect(code).toBe(0)
    expect(out).toMatch(/^auth0\/exampleClientId/m)
    expect(calls()).toBeGreaterThan(before)
  })

  it('carries a job through, and goes on with one that was left', async () => {
    const submit = 'jobs submit --provider auth0 --every-client --config clientry.yaml'
    const done = await run(`${submit} description=By-a-job --yes`)
    expect(done.out).toMatch(/done\n {2}2 clients: 2 changed/)
    const left = await run(`${submit} description=Left --detach --yes`)
    const watched = await run(`jobs watch ${left.out.trim()} --config clientry.yaml`)
    expect(watched).toMatchObject({ code: 0, out: expect.stringContaining('done') })
    expect(auth0.client(ID)?.description).toBe('Left')
  })
})
