/** The SDK against the program itself on a real socket, and through a network that loses answers. */

import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { type Api, ClientryError, connect } from '../../src/sdk/index.ts'
import { startWorld, type World } from '../contract/world.ts'
import { type FaultProxy, type ProxyFaultKind, startFaultProxy } from '../faults/proxy.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onShared } from '../fixtures/opened.ts'
import { served } from '../fixtures/served.ts'
import { sdkExamples } from './examples.ts'

const ID = 'exampleClientId'
const COGNITO = { id: ID, provider: 'cognito-client', userPoolId: POOL_ID }

let world: World
let url: string
let api: Api
let proxy: FaultProxy
/** The same through the proxy. */
let spoiled: Api

const token = () => world.token()

const it = onShared(
  () => served(startWorld({ metrics: true })),
  (opened) => {
    ;({ world, url } = opened)
    api = connect({ url, token })
  },
)
// A proxy for each test, so that no connection is there before the fault.
beforeEach(async () => {
  proxy = await startFaultProxy(url)
  spoiled = connect({ url: proxy.url, token })
})
afterEach(() => proxy.close())

describe('each route', () => {
  it('reads and changes a client, at any provider', async () => {
    const { body, etag = '' } = await api.getClient(COGNITO)
    expect(body).toMatchObject({ id: ID, provider: 'cognito-client', userPoolId: POOL_ID })
    const changed = await api.updateClient(COGNITO, { name: 'By SDK' }, { ifMatch: etag })
    expect(changed.body.name).toBe('By SDK')
    expect(changed).toMatchObject({ status: 200, replayed: false })
    expect(changed.etag).not.toBe(etag)
    const item = await api.getOperation(changed.operationId ?? '')
    expect(item.body).toMatchObject({ outcome: 'applied', client: { id: ID } })
  })

  it('plans without an effect', async () => {
    const before = await api.getClient(ID)
    const plan = await api.updateClient(ID, { description: 'Planned' }, { dryRun: true })
    expect(plan.body.changes).toMatchObject([{ field: 'description', after: 'Planned' }])
    expect((await api.getClient(ID)).etag).toBe(before.etag)
  })

  it('takes a JSON Patch', async () => {
    const { body } = await api.updateClient(ID, [
      { op: 'replace', path: '/description', value: 'Patched' },
    ])
    expect(body.description).toBe('Patched')
  })

  it('makes a client, shows what happened to it, rolls back and removes it', async () => {
    const made = await api.createClient({
      kind: 'web',
      client: { name: 'Portal', callbacks: ['https://portal.example.com/cb'] },
    })
    expect(made.status).toBe(201)
    const { id, secret } = made.body
    expect(secret).toBeTruthy()
    await api.updateClient(id, { callbacks: { add: ['https://portal.example.com/two'] } })
    const history = await api.getClientHistory(id, { limit: 1 })
    expect(history.body.items).toHaveLength(1)
    const back = await api.rollbackClient(id, { to: 1 })
    expect(back.body.callbacks).toEqual(['https://portal.example.com/cb'])
    expect((await api.lintClient(id)).body.findings).toBeInstanceOf(Array)
    const removed = await api.deleteClient(id, { ifMatch: back.etag ?? '' })
    expect(removed.body).toMatchObject({ removed: true, client: { id } })
    await expect(api.getClient(id)).rejects.toMatchObject({ code: 'not_found', status: 404 })
  })

  it('describes providers and the server itself', async () => {
    expect((await api.listProviders()).body.providers.map(({ id }) => id)).toContain('auth0')
    expect((await api.getProvider('auth0')).body.fields.callbacks).toMatchObject({ writable: true })
    expect((await api.getOpenapi()).body.openapi).toBe('3.1.0')
    expect((await api.getHealth()).body.status).toBe('ok')
    expect((await api.getReadiness()).body.status).toBe('ready')
    expect((await api.getMetrics()).body).toContain('clientry_')
  })

  it('has typed errors', async () => {
    const callbacks = ['https://good@evil.example/']
    const refused = api.updateClient(ID, { callbacks }).catch((error: unknown) => error)
    const error = await refused
    expect(error).toBeInstanceOf(ClientryError)
    expect(error).toMatchObject({
      code: 'invalid_field',
      status: 400,
      field: 'client.callbacks[0]',
    })
  })
})

describe('updateClient with a function', () => {
  it('loses nothing of twenty that change one list at once', async () => {
    const added = Array.from({ length: 20 }, (_, index) => `https://app.example.com/cb/${index}`)
    const one = (callback: string) =>
      api.updateClient(ID, ({ callbacks }) => ({ callbacks: [...callbacks, callback] }))
    await Promise.all(added.map(one))
    const { body } = await api.getClient(ID)
    expect(body.callbacks).toEqual(expect.arrayContaining(added))
  })

  it('asks again for the state that someone else has made', async () => {
    let asked = 0
    const { body } = await api.updateClient(ID, ({ callbacks }) => {
      asked += 1
      if (asked === 1) {
        const held = world.auth0.client(ID) as { callbacks: string[] }
        world.auth0.put({ ...held, callbacks: [...held.callbacks, 'https://outside.example/'] })
      }
      return { callbacks: [...callbacks, 'https://inside.example/'] }
    })
    expect(asked).toBe(2)
    const both = ['https://outside.example/', 'https://inside.example/']
    expect(body.callbacks).toEqual(expect.arrayContaining(both))
  })

  it('takes a client that is sent back whole, and nothing at all', async () => {
    const { body } = await api.updateClient(ID, (client) => ({ ...client, name: 'Whole' }))
    expect(body.name).toBe('Whole')
    const same = await api.updateClient(ID, () => undefined)
    expect(same.operationId).toBeUndefined()
  })
})

describe('pages', () => {
  it('come one after the other', async () => {
    const items = []
    for await (const item of api.clientHistory(ID, { limit: 3 })) items.push(item.revision)
    const whole = await api.getClientHistory(ID, { limit: 100 })
    expect(items.length).toBeGreaterThan(20)
    expect(items).toEqual(whole.body.items.map(({ revision }) => revision))
  })

  it('are asked for as they are needed', async () => {
    const before = proxy.forwarded()
    for await (const _ of spoiled.history({ limit: 2, provider: 'auth0' })) break
    expect(proxy.forwarded() - before).toBe(1)
  })
})

describe('a network that loses answers', () => {
  const LOSSES: readonly ProxyFaultKind[] = [
    'reset_on_connect',
    'reset_before',
    'reset_after',
    'cut_request',
    'cut_answer',
    'garbage_status',
  ]

  it.each(LOSSES)('has a change done once after %s', async (kind) => {
    const callback = `https://lost.example.com/${kind.replaceAll('_', '-')}`
    proxy.spoil({ kind })
    const changed = await spoiled.updateClient(ID, { callbacks: { add: [callback] } })
    expect(proxy.met.get(kind)).toBe(1)
    expect(changed.body.callbacks.filter((one) => one === callback)).toHaveLength(1)
    const [newest, before] = (await api.getClientHistory(ID, { limit: 2 })).body.items
    expect(newest?.changes).toMatchObject([{ added: [callback] }])
    expect(before?.changes).not.toMatchObject([{ added: [callback] }])
  })

  it('makes one client of a creation whose answer was lost', async () => {
    const before = world.auth0.calls.length
    proxy.spoil({ kind: 'reset_after' })
    const made = await spoiled.createClient({ kind: 'machine', client: { name: 'Once' } })
    expect(made).toMatchObject({ status: 201, replayed: true })
    const posts = world.auth0.calls.slice(before).filter(({ method }) => method === 'POST')
    expect(posts.filter(({ path }) => path.endsWith('/api/v2/clients'))).toHaveLength(1)
  })
})

it('does what the documentation shows', async () => {
  const program = sdkExamples()
    .replace("'http://localhost:8787'", JSON.stringify(url))
    .replace("process.env.TOKEN ?? ''", JSON.stringify(await token()))
    .replaceAll('console.log(', 'said.push(')
  const { outputFiles } = await build({
    stdin: { contents: `export const said: unknown[] = []\n${program}`, loader: 'ts' },
    // The one as it is built: what it is made of is in it.
    alias: { 'clientry/sdk': './src/sdk/index.ts', 'clientry/tokens': './dist/tokens/index.js' },
    platform: 'node',
    absWorkingDir: process.cwd(),
    bundle: true,
    format: 'esm',
    write: false,
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')
  const { said } = (await import(`data:text/javascript;base64,${code}`)) as { said: unknown[] }
  expect(said).toEqual(expect.arrayContaining(['invalid_field', 'client.callbacks[0]', 'name']))
  const { body } = await api.getClient(COGNITO)
  expect(body.name).toBe('Portal')
})
