/**
 * Services that lose the answer to a creation: an Auth0 tenant and a Cognito pool with defaults, shapes and
 * a list of their own, made here from the vendors' API references and from nothing else of this project.
 * What a new client looks like is twisted member by member.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
export type Members = { [name: string]: Json }

/** What is done to one member: `other` is another value, `turned` the same in another order or spacing. */
export const TWISTS = ['kept', 'dropped', 'other', 'turned'] as const
export type Twist = (typeof TWISTS)[number]

/** What becomes of the request that makes a client. */
export const LOSSES = ['reset before', 'reset after', 'cut', 'bad gateway', 'garbage'] as const
export type Loss = (typeof LOSSES)[number]

export interface Losing {
  readonly service: 'auth0' | 'cognito'
  /** Of the first creation; the others are answered. */
  readonly loss: Loss
  /** Whether clients show when they were made. */
  readonly ages: boolean
  /** How long a new client is missing from the list (milliseconds of `now`). */
  readonly lagMs: number
  /** One for each member of a new client, in their order, from the beginning again. */
  readonly twists: readonly Twist[]
  readonly name: Twist
  /** What was sent is shown, in another order or with white space around it at most. */
  readonly gentle: boolean
  now(): number
}

export interface LosingUpstream {
  readonly url: string
  readonly clients: Map<string, { readonly record: Members; readonly listedFrom: number }>
  /** Creations that reached it, whatever became of them. */
  creations(): number
  close(): Promise<void>
}

/** What a tenant shows where a creation names nothing; not what ours writes down for it. */
const AUTH0_OWN: Members = {
  tenant: 'losing',
  global: false,
  is_first_party: true,
  sso_disabled: true,
  cross_origin_auth: false,
  custom_login_page_on: false,
  oidc_conformant: false,
  grant_types: ['implicit'],
  jwt_configuration: { lifetime_in_seconds: 1_200 },
  refresh_token: { rotation_type: 'non-rotating', leeway: 7 },
  member_of_tomorrow: { on: true },
}
const COGNITO_OWN: Members = {
  RefreshTokenValidity: 7,
  EnableTokenRevocation: false,
  ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
  AuthSessionValidity: 15,
  MemberOfTomorrow: ['on'],
}

/** Starts one; close it. */
export async function startLosing(losing: Losing): Promise<LosingUpstream> {
  const clients: LosingUpstream['clients'] = new Map()
  let creations = 0
  let made = 0
  const add = (sent: Members) => {
    made += 1
    const id = `made${made}`
    const record = twisted(losing, { ...base(losing, id), ...sent }, Object.keys(sent))
    const now = losing.now()
    clients.set(id, { record, listedFrom: now + losing.lagMs })
    return record
  }
  const create = (sent: Members, response: ServerResponse, wrap: (record: Members) => Json) => {
    creations += 1
    if (creations > 1) return send(response, 201, wrap(add(sent)))
    if (losing.loss !== 'reset before') add(sent)
    lose(losing.loss, response)
  }
  const listed = () =>
    [...clients].filter(([, { listedFrom }]) => losing.now() >= listedFrom).map(([id]) => id)
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const known = (id: string) => clients.get(id)?.record
    const world = { body, known, listed, create, response }
    if (losing.service === 'auth0') auth0(request, world)
    else cognito(String(request.headers['x-amz-target']).split('.')[1] ?? '', world)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clients,
    creations: () => creations,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

interface World {
  readonly body: Members
  readonly response: ServerResponse
  known(id: string): Members | undefined
  listed(): readonly string[]
  create(sent: Members, response: ServerResponse, wrap: (record: Members) => Json): void
}

function auth0(request: IncomingMessage, { body, response, known, listed, create }: World): void {
  const url = new URL(request.url ?? '', 'http://tenant')
  const path = url.pathname.replace('/api/v2', '')
  if (path === '/oauth/token') return send(response, 200, { access_token: 't', expires_in: 86_400 })
  if (path === '/clients' && request.method === 'POST') {
    return create(body, response, (record) => record)
  }
  if (path === '/clients') {
    const fields = (url.searchParams.get('fields') ?? '').split(',')
    const items = listed().map((id) => only(known(id) ?? {}, fields))
    return send(response, 200, { clients: items })
  }
  if (path.endsWith('/connections')) return send(response, 200, { connections: [] })
  const found = known(decodeURIComponent(path.replace('/clients/', '')))
  send(response, found === undefined ? 404 : 200, found ?? { errorCode: 'inexistent_client' })
}

function cognito(operation: string, { body, response, known, listed, create }: World): void {
  const found = known(String(body.ClientId))
  switch (operation) {
    case 'CreateUserPoolClient': {
      const { GenerateSecret: _, ...sent } = body
      return create(sent, response, (record) => ({ UserPoolClient: record }))
    }
    case 'ListUserPoolClients':
      return send(response, 200, {
        UserPoolClients: listed().map((id) => only(known(id) ?? {}, ['ClientId', 'ClientName'])),
      })
    case 'ListUserPoolClientSecrets':
      return send(response, 200, { ClientSecrets: [] })
    default:
      if (found !== undefined) return send(response, 200, { UserPoolClient: found })
      send(response, 400, { __type: 'ResourceNotFoundException' })
  }
}

/** What the service adds to a client of that id. */
function base({ service, ages, now }: Losing, id: string): Members {
  if (service === 'auth0') {
    const age = ages ? { created_at: new Date(now()).toISOString() } : {}
    return { ...AUTH0_OWN, client_id: id, client_secret: `secret-of-${id}`, ...age }
  }
  return { ...COGNITO_OWN, ClientId: id, ...(ages ? { CreationDate: now() / 1_000 } : {}) }
}

const KEPT = ['client_id', 'ClientId', 'created_at', 'CreationDate']
const NAMES = ['name', 'ClientName']

function twisted(
  { twists, name, ages, gentle }: Losing,
  record: Members,
  sent: readonly string[],
): Members {
  const twistOf = (member: string, index: number): Twist => {
    if (KEPT.includes(member)) return 'kept'
    if (gentle && sent.includes(member)) return 'turned'
    // Without an age the name is all there is: it may be trimmed, in other letters, or not shown.
    if (NAMES.includes(member)) return name === 'other' && !ages ? 'turned' : name
    return twists[index % twists.length] ?? 'kept'
  }
  const members = Object.entries(record).flatMap(([member, value], index): [string, Json][] => {
    const twist = twistOf(member, index)
    if (twist === 'dropped') return []
    return [
      [member, twist === 'kept' ? value : twist === 'other' ? other(value) : turned(value, gentle)],
    ]
  })
  return Object.fromEntries(members)
}

function other(value: Json): Json {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  if (typeof value === 'string') return `${value}-other`
  return Array.isArray(value) ? [...value, 'other'] : { other: 1 }
}

function turned(value: Json, gentle: boolean): Json {
  if (typeof value === 'string') return ` ${gentle ? value : value.toUpperCase()} `
  if (Array.isArray(value)) return [...value].reverse()
  return typeof value === 'object' && value !== null ? { added: true, ...value } : value
}

const only = (record: Members, names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)))

function lose(loss: Loss, response: ServerResponse): void {
  if (loss === 'bad gateway') return send(response, 502, { message: 'Bad gateway' })
  if (loss === 'garbage') {
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end('<html>')
    return
  }
  if (loss === 'cut') {
    response.writeHead(201, { 'content-length': '1000' })
    response.write('{"client_id":')
  }
  response.socket?.resetAndDestroy()
}

function send(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  // Cognito may write 1.548802761334E9.
  const text = JSON.stringify(body).replace(/("CreationDate":\d)(\d{9})\.?(\d*)/g, '$1.$2$3E9')
  response.end(text)
}

async function bodyOf(request: IncomingMessage): Promise<Members> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : (JSON.parse(text) as Members)
}
