/** Lists and histories end where they say: all of it in a pipe, and word of the rest on a terminal. */

import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { runLine } from '../../src/cli/run.ts'
import type { ClientPage, HistoryItem, Page } from '../../src/sdk/types.ts'
import { startWorld, type World } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onFresh } from '../fixtures/opened.ts'
import { served } from '../fixtures/served.ts'

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
  vi.stubEnv('CLIENTRY_TOKEN', await world.token(SCOPES))
  vi.stubEnv('TERM', 'dumb')
})
afterEach(() => vi.unstubAllEnvs())

const SCOPES = ['clients:read', 'clients:write', 'history:read', 'jobs:read']

/** Runs the command here; `eyes`: its output is a terminal. */
async function run(line: string, eyes = false) {
  const output = Object.assign(new PassThrough(), { isTTY: eyes })
  const errors = new PassThrough()
  const code = await runLine(line.split(' '), { input: new PassThrough(), output, errors })
  const text = (stream: PassThrough) => String(stream.read() ?? '')
  return { code, out: text(output), err: text(errors) }
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '')
const json = <T>({ out }: { readonly out: string }) => JSON.parse(out) as T

/** Puts so many at Auth0 that 47 are there. */
function putClients(): void {
  for (let index = 1; index < 47; index++) {
    const id = `client-${String(index).padStart(2, '0')}`
    world.auth0.put({ ...fullAuth0Client, client_id: id, name: id, client_aliases: [] })
  }
}

describe.each([
  ['what is known', ''],
  ['what the provider holds', ' --fresh'],
])('a list of %s', (_, fresh) => {
  const LIST = `list --provider auth0${fresh}`

  beforeEach(async () => {
    putClients()
    while (await world.clientry.refresh());
  })

  it('is whole in a pipe', async () => {
    const { code, out, err } = await run(LIST)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(lines(out)).toHaveLength(47)
    expect(json<ClientPage>(await run(`${LIST} --json`))).not.toHaveProperty('next')
  })

  it('has 20 lines on a terminal, and then says how many more there are', async () => {
    const { code, out, err } = await run(LIST, true)
    expect(code).toBe(0)
    expect(lines(out)).toHaveLength(20)
    expect(err).toBe('27 more; --all shows them.\n')
    const all = await run(`${LIST} --all`, true)
    expect({ count: lines(all.out).length, err: all.err }).toEqual({ count: 47, err: '' })
  })

  it('goes on from `next`, without a gap or a doubled client', async () => {
    const ids: string[] = []
    for (let more = ''; ; ) {
      const page = json<ClientPage>(await run(`${LIST} --limit 15${more} --json`))
      expect(page.clients.length).toBeLessThanOrEqual(15)
      ids.push(...page.clients.map(({ id }) => id))
      if (page.next === undefined) break
      more = ` --cursor ${page.next}`
    }
    expect(ids).toHaveLength(47)
    expect(new Set(ids).size).toBe(47)
    expect((await run(`${LIST} --limit 15`)).err).toBe('32 more; --all shows them.\n')
  })
})

describe.each([
  ['one client', 'history exampleClientId --provider auth0'],
  ['all clients', 'history'],
])('a history of %s', (_, HISTORY) => {
  beforeEach(async () => {
    for (let index = 1; index <= 23; index++) {
      const set = `set exampleClientId --provider auth0 description=${index} --yes`
      expect((await run(set)).code).toBe(0)
    }
  })

  it('is whole in a pipe, and says on a terminal how much more there is', async () => {
    expect(json<Page<HistoryItem>>(await run(`${HISTORY} --json`)).items).toHaveLength(23)
    const { out, err } = await run(HISTORY, true)
    expect(out.match(/^ {2}operation /gm)).toHaveLength(20)
    expect(err).toBe('3 more; --all shows them.\n')
    const first = json<Page<HistoryItem>>(await run(`${HISTORY} --limit 20 --json`, true))
    expect(first.items).toHaveLength(20)
    const rest = json<Page<HistoryItem>>(await run(`${HISTORY} --cursor ${first.next} --json`))
    expect(rest).not.toHaveProperty('next')
    const all = [...first.items, ...rest.items].map(({ operationId }) => operationId)
    expect(new Set(all).size).toBe(23)
  })
})

it.each([
  ['list nosuch --fresh', 'There are no such clients.'],
  ['history', 'There are no changes.'],
  ['history exampleClientId', 'There are no changes.'],
  ['jobs', 'There are no jobs.'],
])('%s says so where there is nothing', async (line, says) => {
  const { code, out, err } = await run(line)
  expect({ code, out, err: lines(err)[0] }).toEqual({ code: 0, out: '', err: says })
  expect(await run(`${line} --json`)).toMatchObject({ code: 0, err: '' })
})

it('a fresh list names the provider that could not be read, says how old its clients are, and ends with 6', async () => {
  const gone = { ...fullAuth0Client, client_id: 'gone', client_aliases: [] }
  world.auth0.put(gone)
  while (await world.clientry.refresh());
  const [known] = json<ClientPage>(await run('list --json')).clients.filter(
    ({ id }) => id === 'gone',
  )
  expect((await run('list --fresh')).code).toBe(0)
  await world.auth0.close()
  const shown = await run('list --fresh')
  expect(shown.code).toBe(6)
  expect(shown.out).toContain('auth0/gone')
  expect(shown.err).toMatch(
    /^auth0 could not be read \(provider_unavailable\): 2 clients shown as last seen, at \d{4}-\S+Z or later\.\n$/,
  )
  const page = await run('list --fresh --json')
  expect(page.code).toBe(6)
  const { unread = [] } = json<ClientPage>(page)
  expect(unread).toMatchObject([{ provider: 'auth0', code: 'provider_unavailable', clients: 2 }])
  expect(Date.parse(unread[0]?.verifiedAt ?? '')).toBeGreaterThanOrEqual(
    Date.parse(known?.lastVerifiedAt ?? ''),
  )
  // One that cannot be asked at all is a failure, as before.
  expect(await run('list --fresh --provider auth0')).toMatchObject({ code: 6, out: '' })
  // The server asks until its deadline, and the SDK asks the server again.
})
