/** Lists of the Auth0 emulator: pages, checkpoints, fields, connections. */

import { describe, expect } from 'vitest'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Auth0Caller } from './auth0-caller.ts'
import { onAuth0 } from './on-auth0.ts'

let emulator: Auth0Emulator
let call: Auth0Caller

const CLIENTS = ['c1', 'c2', 'c3'].map((id, index) => ({
  client_id: id,
  name: id,
  app_type: index === 2 ? 'spa' : 'native',
  global: index === 0,
  is_first_party: index !== 1,
}))

const SECRET = { options: { client_secret: 'upstream' } }

const it = onAuth0(
  {
    clients: CLIENTS,
    connections: [
      { id: 'con_1', name: 'db', strategy: 'auth0', enabledClients: ['c1', 'c2'] },
      { id: 'con_2', name: 'corp', strategy: 'samlp', enabledClients: ['c1'], ...SECRET },
    ],
  },
  (opened) => {
    ;({ emulator, call } = opened)
  },
)

describe('the list of clients', () => {
  it.each([
    ['', ['c1', 'c2', 'c3']],
    ['?per_page=2', ['c1', 'c2']],
    ['?per_page=2&page=1', ['c3']],
    ['?is_global=false', ['c2', 'c3']],
    ['?is_first_party=false', ['c2']],
    ['?app_type=spa,regular_web', ['c3']],
  ])('%s holds %j', async (query, ids) => {
    const { body } = await call(`GET /clients${query}`)
    expect((body as unknown as typeof CLIENTS).map(({ client_id }) => client_id)).toEqual(ids)
  })

  it('counts totals when asked to', async () => {
    const { body } = await call(
      'GET /clients?include_totals=true&per_page=1&page=1&fields=client_id',
    )
    expect(body).toEqual({ total: 3, start: 1, limit: 1, clients: [{ client_id: 'c2' }] })
  })

  it('goes on from a checkpoint until there is none', async () => {
    const first = (await call('GET /clients?take=2&fields=client_id')).body
    expect(first.clients).toEqual([{ client_id: 'c1' }, { client_id: 'c2' }])
    const last = (await call(`GET /clients?take=2&fields=client_id&from=${first.next}`)).body
    expect(last).toEqual({ clients: [{ client_id: 'c3' }] })
  })

  it('leaves fields out on request', async () => {
    const { body } = await call('GET /clients/c1?fields=name,app_type&include_fields=false')
    expect(body).toEqual({ client_id: 'c1', global: true, is_first_party: true })
  })

  it.each(['per_page=101', 'page=-1', 'take=0', 'per_page=x', 'colour=red', 'from=elsewhere'])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await call(`GET /clients?${query}`)
      expect(status).toBe(400)
      expect(body.errorCode).toBe('invalid_query_string')
    },
  )
})

describe('connections', () => {
  it('of a client come with their upstream secrets unless fields are named', async () => {
    const whole = (await call('GET /clients/c1/connections?take=1')).body
    expect(whole.connections).toEqual([{ id: 'con_1', name: 'db', strategy: 'auth0' }])
    const rest = (await call(`GET /clients/c1/connections?take=1&from=${whole.next}`)).body
    expect(rest.connections).toEqual([{ id: 'con_2', name: 'corp', strategy: 'samlp', ...SECRET }])
    const named = await call('GET /clients/c1/connections?fields=id&include_fields=true')
    expect(named.body).toEqual({ connections: [{ id: 'con_1' }, { id: 'con_2' }] })
  })

  it('are switched for clients, and only those named', async () => {
    const changes = [
      { client_id: 'c3', status: true },
      { client_id: 'c1', status: false },
    ]
    expect((await call('PATCH /connections/con_1/clients', changes)).status).toBe(204)
    expect(emulator.enabledClients('con_1')).toEqual(['c2', 'c3'])
    const { body } = await call('GET /connections/con_1/clients?take=1')
    expect(body).toMatchObject({ clients: [{ client_id: 'c2' }], next: expect.any(String) })
  })

  it.each([
    ['nothing', [], 400],
    ['more than 50', Array(51).fill({ client_id: 'c1', status: true }), 400],
    ['a member too many', [{ client_id: 'c1', status: true, name: 'x' }], 400],
    ['no status', [{ client_id: 'c1' }], 400],
    ['a client that does not exist', [{ client_id: 'c9', status: true }], 404],
  ])('refuse a switch with %s', async (_says, changes, status) => {
    expect((await call('PATCH /connections/con_1/clients', changes)).status).toBe(status)
    expect(emulator.enabledClients('con_1')).toEqual(['c1', 'c2'])
  })

  it('are listed by strategy and name, with the fields asked for', async () => {
    const { body } = await call('GET /connections?strategy=samlp&fields=id&take=10')
    expect(body).toEqual({ connections: [{ id: 'con_2' }] })
    expect((await call('GET /connections?name=db')).body).toHaveLength(1)
    expect((await call('GET /connections/con_1')).body).toMatchObject({ name: 'db' })
    expect((await call('GET /connections/con_9')).body.errorCode).toBe('inexistent_connection')
  })

  it('are enabled for a new client and forget one that is deleted', async () => {
    const { body } = await call('POST /clients', { name: 'New' })
    expect(emulator.enabledClients('con_2')).toContain(body.client_id)
    await call(`DELETE /clients/${body.client_id}`)
    expect(emulator.enabledClients('con_2')).not.toContain(body.client_id)
  })
})
