/**
 * What callers learn who may not read. Every value of the clients here is marked, and no answer may hold a
 * mark; and a guess gets the same answer whether it is right or not.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { ask } from '../contract/caller.ts'
import { SCOPE_EACH, startWorld, type World } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const CLIENT = '/clients/exampleClientId'
const MARK = 'marked-7f3a9c'
const SECRET = 'a-secret-of-forty-characters-0123456789ab'
const API_KEY = 'an-api-key-that-nobody-knows'

const COGNITO = { provider: 'cognito-client', userPoolId: POOL_ID }
const ADDRESSES: readonly JsonObject[] = [{ provider: 'auth0' }, COGNITO, { provider: 'local' }]

let world: World
let secretId = ''
beforeAll(async () => {
  world = await startWorld({ permissions: SCOPE_EACH })
  reset()
  const body = { ...COGNITO }
  const rotated = await send(['secrets:rotate'], 'POST', `${CLIENT}/rotate-secret`, body)
  secretId = String((rotated.body.secret as JsonObject).id)
})
afterAll(() => world.close())

function reset(): void {
  const callback = `https://${MARK}.example.com/cb`
  world.auth0.put({
    ...fullAuth0Client,
    name: MARK,
    description: MARK,
    callbacks: [callback],
    client_metadata: { team: MARK },
    client_secret: SECRET,
    addons: { custom: { apiKey: API_KEY, shown: MARK } },
  })
  world.cognito.put(POOL_ID, { ...fullCognitoClient, ClientName: MARK, CallbackURLs: [callback] })
  const record = { ...fullLocalClient, client_name: MARK, description: MARK }
  world.documents.put('client', 'exampleClientId', {
    ...record,
    redirect_uris: [callback],
    metadata: { team: MARK },
  })
}

const send = (
  scopes: readonly string[],
  method: string,
  path: string,
  body?: Json,
  query: JsonObject = {},
  headers: Readonly<Record<string, string>> = {},
) => ask(world, method, path, { scopes, body, query, headers })

/** Every call about a client that takes another permission than to read it. */
const CALLS: readonly {
  readonly name: string
  readonly scopes: readonly string[]
  call(address: JsonObject, dryRun: JsonObject): ReturnType<typeof send>
}[] = [
  {
    name: 'a change',
    scopes: ['clients:write'],
    call: (address, dryRun) =>
      send(['clients:write'], 'PATCH', CLIENT, { ...address, client: { name: 'Other' } }, dryRun),
  },
  {
    name: 'a change of a list',
    scopes: ['clients:write'],
    call: (address, dryRun) => {
      const client = { callbacks: { add: ['https://new.example.com/cb'] } }
      return send(['clients:write'], 'PATCH', CLIENT, { ...address, client }, dryRun)
    },
  },
  {
    name: 'operations',
    scopes: ['clients:write'],
    call: (address, dryRun) => {
      const operations = [{ op: 'add', path: '/callbacks/-', value: 'https://b.example.com/cb' }]
      return send(['clients:write'], 'PATCH', CLIENT, operations, { ...address, ...dryRun })
    },
  },
  {
    name: 'nothing',
    scopes: ['clients:write'],
    call: (address, dryRun) =>
      send(['clients:write'], 'PATCH', CLIENT, { ...address, client: {} }, dryRun),
  },
  {
    name: 'a rollback',
    scopes: ['clients:write'],
    call: (address, dryRun) => {
      const body = { ...address, to: 0, allowPartial: true }
      return send(['clients:write', 'secrets:rotate'], 'POST', `${CLIENT}/rollback`, body, dryRun)
    },
  },
  ...['protect', 'unprotect'].map((name) => ({
    name,
    scopes: ['clients:protect'],
    call: (address: JsonObject, dryRun: JsonObject) => {
      const body = { ...address, protected: name === 'protect' }
      return send(['clients:protect'], 'PUT', `${CLIENT}/protection`, body, dryRun)
    },
  })),
  ...['suspend', 'resume'].map((name) => ({
    name,
    scopes: ['clients:suspend'],
    call: (address: JsonObject, dryRun: JsonObject) =>
      send(['clients:suspend'], 'POST', `${CLIENT}/${name}`, { ...address }, dryRun),
  })),
  {
    name: 'a job',
    scopes: ['jobs:write', 'clients:write'],
    call: (address) => {
      const clients = [{ ...address, id: 'exampleClientId' }]
      const body = { clients, patch: { name: 'Other' } }
      return send(['jobs:write', 'clients:write'], 'POST', '/jobs', body, { dryRun: 'true' })
    },
  },
]

describe.each(ADDRESSES.map((one) => [one.provider, one] as const))(
  'at %s',
  (provider, address) => {
    it.each(CALLS)('$name shows nothing of the client to who may not read it', async ({ call }) => {
      for (const dryRun of [{ dryRun: 'true' }, {}]) {
        const { status, text } = await call(address, dryRun)
        expect(status, text).toBe(200)
        for (const value of [MARK, SECRET, API_KEY]) expect(text).not.toContain(value)
      }
      reset()
    })

    it('a dry run of a removal shows nothing of the client', async () => {
      const query = { ...address, dryRun: 'true' }
      const { status, text, body } = await send(
        ['clients:delete'],
        'DELETE',
        CLIENT,
        undefined,
        query,
      )
      expect(status, text).toBe(200)
      expect(text).not.toContain(MARK)
      const where = { id: 'exampleClientId', ...address }
      expect(body).toMatchObject({ dryRun: true, client: { ...where, withheld: true } })
      expect(Object.keys(body.client as JsonObject).sort()).toEqual(
        [...Object.keys(where), 'withheld'].sort(),
      )
    })

    it('a rotation shows the new secret, and nothing of the client', async () => {
      const body = { ...address, ...(provider === 'auth0' ? { cutOver: true } : {}) }
      const dry = await send(['secrets:rotate'], 'POST', `${CLIENT}/rotate-secret`, body, {
        dryRun: 'true',
      })
      expect(dry.text).not.toContain(MARK)
    })

    it('a guess of a value gets the same answer whether it is right or not', async () => {
      reset()
      const guess = async (name: string) => {
        const body = { ...address, client: { name } }
        return (await send(['clients:write'], 'PATCH', CLIENT, body, { dryRun: 'true' })).text
      }
      expect(await guess(MARK)).toBe(await guess('Some other name'))
    })

    it('a guess of what cannot be changed gets the same answer whether it is right or not', async () => {
      reset()
      const query = { ...address }
      const { body: client } = await send(['clients:read'], 'GET', CLIENT, undefined, query)
      const guess = async (field: string, value: Json) => {
        const answers = [
          { client: { [field]: value } },
          [{ op: 'replace', path: `/${field}`, value }],
        ]
        const sent = answers.map((body) =>
          send(['clients:write'], 'PATCH', CLIENT, body, { ...query, dryRun: 'true' }),
        )
        return (await Promise.all(sent)).map(({ status, body: { code } }) => ({ status, code }))
      }
      const other: JsonObject = {
        createdAt: '2020-01-01T00:00:00.000Z',
        updatedAt: '2020-01-01T00:00:00.000Z',
        tokenEndpointAuthMethod: 'client_secret_jwt',
        appType: 'native',
      }
      for (const [field, value] of Object.entries(other)) {
        expect(await guess(field, client[field] ?? null), field).toEqual(await guess(field, value))
      }
    })

    it('a guess gets the same answer in the dry run of a job', async () => {
      reset()
      const guess = async (patch: JsonObject) => {
        const body = { clients: [{ ...address, id: 'exampleClientId' }], patch }
        const scopes = ['jobs:write', 'clients:write']
        const { status, body: answer } = await send(scopes, 'POST', '/jobs', body, {
          dryRun: 'true',
        })
        const [{ at: _, ...one } = {}] = (answer.results ?? []) as JsonObject[]
        return { status, code: answer.code, one }
      }
      expect(await guess({ name: MARK })).toEqual(await guess({ name: 'Some other name' }))
      const [held, other] = ['client_secret_post', 'client_secret_basic']
      expect(await guess({ tokenEndpointAuthMethod: held ?? '' })).toEqual(
        await guess({ tokenEndpointAuthMethod: other ?? '' }),
      )
    })

    it('an operation whose outcome would reveal it is refused', async () => {
      const attempts = [
        { op: 'test', path: '/name', value: MARK },
        { op: 'copy', from: '/name', path: '/description' },
        { op: 'move', from: '/name', path: '/description' },
      ]
      for (const operation of attempts) {
        const query = { ...address, dryRun: 'true' }
        const refused = await send(['clients:write'], 'PATCH', CLIENT, [operation], query)
        expect(refused.body).toMatchObject({ code: 'insufficient_scope', field: 'client[0]' })
        const clients = [{ ...address, id: 'exampleClientId', patch: [operation] }]
        const scopes = ['clients:write', 'jobs:write']
        const job = await send(scopes, 'POST', '/jobs', { clients }, { dryRun: 'true' })
        expect(job.body).toMatchObject({ code: 'insufficient_scope' })
      }
    })
  },
)

describe('a guess of a secret', () => {
  const READER = ['clients:read', 'clients:write']
  const ROTATOR = [...READER, 'secrets:rotate']
  const dry = { dryRun: 'true' }
  const guess = (scopes: readonly string[], client: JsonObject) =>
    send(scopes, 'PATCH', CLIENT, { provider: 'auth0', client }, dry)
  const addon = (apiKey: string) => ({ providerSettings: { addons: { custom: { apiKey } } } })

  it.each([
    ['the secret', (value: string) => ({ secret: value }), SECRET],
    ['a setting that no one knows', addon, API_KEY],
  ] as const)('of %s is not confirmed by a dry run', async (_, asked, right) => {
    reset()
    const wrong = `${right.slice(0, -1)}X`
    for (const scopes of [READER, ROTATOR]) {
      const { status, body } = await guess(scopes, asked(right))
      const other = await guess(scopes, asked(wrong))
      expect(status).toBe(scopes === READER ? 403 : 200)
      expect({ ...body, requestId: '' }).toEqual({ ...other.body, requestId: '' })
      expect(JSON.stringify(body)).not.toContain('fingerprint:')
    }
  })

  it('is not confirmed by the dry run of a rotation', async () => {
    reset()
    const rotate = async (scopes: readonly string[], secret: string) => {
      const body = { provider: 'auth0', cutOver: true, secret }
      const answer = await send(scopes, 'POST', `${CLIENT}/rotate-secret`, body, dry)
      return `${answer.status} ${answer.text}`
    }
    const scopes = ['clients:read', 'secrets:rotate']
    expect(await rotate(scopes, SECRET)).toMatch(/^200 /)
    expect(await rotate(scopes, SECRET)).toBe(await rotate(scopes, `${SECRET.slice(0, -1)}X`))
    expect(await rotate([...scopes, 'secrets:read'], SECRET)).toMatch(/^400 .*invalid_field/)
  })

  it('is compared for who may read secrets', async () => {
    reset()
    const { body } = await guess([...ROTATOR, 'secrets:read'], { secret: SECRET })
    expect(body).toMatchObject({ changes: [], requests: [] })
  })

  it('is not confirmed by the dry run of a job', async () => {
    reset()
    const scopes = [...ROTATOR, 'jobs:write']
    const result = async (value: string) => {
      const clients = [{ provider: 'auth0', id: 'exampleClientId', patch: addon(value) }]
      const { body } = await send(scopes, 'POST', '/jobs', { clients }, dry)
      const [one = {}] = body.results as JsonObject[]
      const { at: _, ...told } = one
      return told
    }
    const right = await result(API_KEY)
    expect(right).toMatchObject({ outcome: 'planned' })
    expect(right).toEqual(await result('another one that is not there'))
  })

  it('lists the ids of live secrets to who rotates them, and nothing of the client', async () => {
    const query = { ...COGNITO, ...dry }
    const path = `${CLIENT}/secrets/${secretId}`
    const { status, text } = await send(['secrets:rotate'], 'DELETE', path, undefined, query)
    expect(status, text).toBe(200)
    expect(text).not.toContain(MARK)
  })
})
