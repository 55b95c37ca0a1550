/** The links of the description lead somewhere: each is followed by the answer that declares it (OpenAPI 3.1, Link Object). */

import { describe, expect } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { describeApi } from '../../src/http/openapi/openapi.ts'
import { startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onFresh } from '../fixtures/opened.ts'
import { served } from '../fixtures/served.ts'

interface Link {
  readonly operationId: string
  readonly parameters: Readonly<Record<string, string>>
}
interface Described {
  readonly operationId: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<Record<string, { readonly links?: Readonly<Record<string, Link>> }>>
}
interface Place {
  readonly method: string
  readonly path: string
  readonly operation: Described
}
/** A request as the parameters of an operation say, and what came of it. */
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
  readonly query: URLSearchParams
  readonly path: Readonly<Record<string, string>>
}

const places = new Map<string, Place>()
const paths = describeApi().paths as unknown as Record<string, Record<string, Described>>
for (const [path, methods] of Object.entries(paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    places.set(operation.operationId, { method: method.toUpperCase(), path, operation })
  }
}
const placeOf = (id: string): Place => {
  const place = places.get(id)
  if (place === undefined) throw new TypeError(id)
  return place
}

let world: World
let url: string

const it = onFresh(
  () => served(startWorld()),
  (opened) => {
    ;({ world, url } = opened)
  },
)

/** Sends an operation with parameters wherever it has them. */
async function call(
  id: string,
  parameters: Readonly<Record<string, string>>,
  body?: JsonObject,
): Promise<Answer> {
  const { method, path, operation } = placeOf(id)
  const query = new URLSearchParams()
  const inPath: Record<string, string> = {}
  const headers = new Headers({ authorization: `Bearer ${await world.token()}` })
  if (body !== undefined) headers.set('content-type', 'application/json')
  for (const { name, in: where } of operation.parameters) {
    const value = parameters[name]
    if (value === undefined) continue
    if (where === 'path') inPath[name] = value
    else if (where === 'query') query.set(name, value)
    else headers.set(name, value)
  }
  const target = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(inPath[name] ?? ''))
  const answer = await fetch(`${url}${target}?${query}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const json: Json = text === '' ? null : JSON.parse(text)
  return { status: answer.status, headers: answer.headers, body: json, query, path: inPath }
}

/** The value of an expression (OpenAPI 3.1, Runtime Expressions); `undefined` where it leads to nothing. */
function evaluated(expression: string, { headers, body, query, path }: Answer): string | undefined {
  const [, place = '', name = ''] =
    /^\$(response\.body#|response\.header\.|request\.query\.|request\.path\.)(.+)$/.exec(
      expression,
    ) ?? []
  if (place === 'response.header.') return headers.get(name) ?? undefined
  if (place === 'request.query.') return query.get(name) ?? undefined
  if (place === 'request.path.') return path[name]
  const found = name
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, key) => (inner as JsonObject | undefined)?.[key], body)
  return found === undefined ? undefined : String(found)
}

const AUTH0 = { clientId: 'exampleClientId', provider: 'auth0' }
const COGNITO = { clientId: 'exampleClientId', provider: 'cognito-client', userPoolId: POOL_ID }
const NEW = {
  provider: 'local',
  kind: 'web',
  client: { name: 'New', callbacks: ['https://new.example.com/cb'] },
}
const JOB = { clients: [{ id: 'exampleClientId', provider: 'auth0' }], patch: { name: 'By a job' } }
const KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  kid: 'first',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}

/** The answers that have links, each by a request of its own. */
const ANSWERS: readonly (readonly [string, string, () => Promise<Answer>])[] = [
  ['getClient', 'at Auth0', () => call('getClient', AUTH0)],
  ['getClient', 'in a user pool', () => call('getClient', COGNITO)],
  ['updateClient', 'a change', () => call('updateClient', AUTH0, { client: { name: 'Linked' } })],
  ['createClient', 'a new client', () => call('createClient', {}, NEW)],
  [
    'copyClient',
    'a copy',
    () =>
      call('copyClient', AUTH0, { provider: 'auth0', client: { name: 'Copy' }, allowLoss: true }),
  ],
  ['listClients', 'a list', () => call('listClients', { fresh: 'true' })],
  ['createJob', 'a job', () => call('createJob', {}, JOB)],
  [
    'listJobs',
    'a list of jobs',
    async () => {
      await call('createJob', {}, JOB)
      return call('listJobs', {})
    },
  ],
  [
    'getClientHistory',
    'a history',
    async () => {
      await call('updateClient', AUTH0, { client: { name: 'Linked' } })
      return call('getClientHistory', AUTH0)
    },
  ],
  [
    'listSecrets',
    'two secrets',
    async () => {
      await call('rotateSecret', COGNITO, {})
      return call('listSecrets', COGNITO)
    },
  ],
  ['listProviders', 'providers', () => call('listProviders', {})],
  ['rotateSecret', 'a rotation', () => call('rotateSecret', COGNITO, {})],
]

/** What a body has to be for the link to be followed. */
const BODIES: Readonly<Record<string, JsonObject>> = {
  updateClient: { client: {} },
  copyClient: { provider: 'local', client: { name: 'Once more' }, allowLoss: true },
}

const linksOf = (id: string, status: number) =>
  Object.entries(placeOf(id).operation.responses[String(status)]?.links ?? {})

/** Refused by the state that the answer is in, and by nothing that a link says. */
const STATES = [200, 201, 202, 409]

describe('a link', () => {
  it.each(ANSWERS)('of %s leads somewhere: %s', async (id, _, ask) => {
    const answer = await ask()
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    const links = linksOf(id, answer.status)
    expect(links.length).toBeGreaterThan(0)
    for (const [name, { operationId, parameters }] of links) {
      const given = Object.fromEntries(
        Object.entries(parameters).flatMap(([parameter, expression]) => {
          const value = evaluated(expression, answer)
          return value === undefined ? [] : [[parameter, value]]
        }),
      )
      const followed = await call(operationId, given, BODIES[operationId])
      expect(STATES, `${name}: ${JSON.stringify(followed.body)}`).toContain(followed.status)
    }
  })

  it('of a dry run leads nowhere, since no client is in it', async () => {
    const plan = await call('updateClient', { ...AUTH0, dryRun: 'true' }, { client: { name: 'X' } })
    for (const [, { parameters }] of linksOf('updateClient', 200)) {
      const needed = parameters.clientId ?? parameters.operationId ?? ''
      expect(evaluated(needed, plan)).toBeUndefined()
    }
  })

  it('of keys names the key to remove', async () => {
    const made = await call('createClient', {}, NEW)
    const client = { clientId: String((made.body as JsonObject).id), provider: 'local' }
    expect(await call('addKey', client, { key: KEY })).toMatchObject({ status: 200 })
    const listed = await call('listKeys', client)
    const [[, link] = []] = linksOf('listKeys', 200)
    const kid = evaluated(link?.parameters.kid ?? '', listed)
    expect(kid).toBe('first')
    expect(await call('removeKey', { ...client, kid: kid ?? '' })).toMatchObject({ status: 200 })
  })
})
