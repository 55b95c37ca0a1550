/**
 * What the admin API of Keycloak does, asked of any server that speaks it: the rows of docs/providers/keycloak.md. The
 * emulator is compared with them by `test/emulators/keycloak.test.ts`, the server itself by `keycloak-admin.test.ts`.
 */

import { randomUUID } from 'node:crypto'
import { isRecord, type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import { inOneOrder } from './one-order.ts'

/** Roles of realm-management that a service account may have. */
export type CallerRole = 'none' | 'query-clients' | 'view-clients' | 'manage-clients'

/** A realm in which one may call as a service account of each role. */
export interface RealmCallers {
  readonly url: string
  readonly realm: string
  /** A token of a service account that has this role alone. */
  token(role: CallerRole): Promise<string>
}

interface Answer {
  readonly status: number
  readonly body: Json
}

/** Calls of the admin API in a realm. */
export function keycloakAt({ url, realm, token }: RealmCallers) {
  const sendAs = async (
    role: CallerRole,
    method: string,
    path: string,
    body?: Json,
  ): Promise<Answer> => {
    const answer = await fetch(`${url}/admin/realms/${realm}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await token(role)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }
  const send = (method: string, path: string, body?: Json) =>
    sendAs('manage-clients', method, path, body)
  const read = async (clientId: string): Promise<JsonObject> => {
    const { body } = await send('GET', `/clients?clientId=${encodeURIComponent(clientId)}`)
    const [client] = body as readonly JsonObject[]
    if (client === undefined) throw new Error(`no client ${clientId}`)
    return inOneOrder(client)
  }
  return {
    sendAs,
    send,
    read,
    /** Makes a client with a client id of its own, and gives it as it is read. */
    make: async (members: JsonObject = {}): Promise<JsonObject> => {
      const clientId = `case-${randomUUID()}`
      const answer = await send('POST', '/clients', { ...PLAIN, ...members, clientId })
      if (answer.status !== 201) throw new Error(`no client: ${JSON.stringify(answer.body)}`)
      return read(clientId)
    },
    put: (client: JsonObject, body: Json) => send('PUT', `/clients/${client.id}`, body),
    scopes: async (): Promise<ReadonlyMap<string, string>> => {
      const { body } = await send('GET', '/client-scopes')
      const all = body as unknown as readonly { name: string; id: string }[]
      return new Map(all.map(({ name, id }) => [name, id]))
    },
  }
}

export type KeycloakAdmin = ReturnType<typeof keycloakAt>

export interface KeycloakCase {
  /** What is asked, as a cell of the table. */
  readonly asks: string
  /** What came of it. */
  run(admin: KeycloakAdmin): Promise<string>
}

const URI = 'https://app.example.com/cb'
const PLAIN = {
  protocol: 'openid-connect',
  publicClient: false,
  standardFlowEnabled: true,
  directAccessGrantsEnabled: false,
  redirectUris: [URI],
}
/** What an omission changes, as it is. */
const ALWAYS = { webOrigins: ['https://app.example.com'], authorizationServicesEnabled: false }

const shown = (value: Json | undefined) =>
  value === undefined ? 'not shown' : `\`${JSON.stringify(value)}\``

/** Status and, of a refusal, its words. */
function outcome({ status, body }: Answer): string {
  const { error, error_description: text, errorMessage } = isRecord(body) ? body : {}
  const words = text ?? errorMessage ?? error
  if (status < 400 || words === undefined) return String(status)
  return `${status}: ${String(words)
    .replace(/ at line.*/, '')
    .replace(/case-[\w-]{36}/, '…')}`
}

/** One PUT on a client with members, and what a read then shows of one of them. */
const onePut = (
  asks: string,
  members: JsonObject,
  body: JsonObject,
  looks: string,
): KeycloakCase => ({
  asks,
  run: async (admin) => {
    const client = await admin.make(members)
    const before = at(client, looks)
    const answer = await admin.put(client, { ...ALWAYS, ...body })
    const after = at(await admin.read(String(client.clientId)), looks)
    const unchanged = same(before ?? null, after ?? null)
    if (answer.status >= 400) return `${outcome(answer)}${unchanged ? '' : ', and changed'}`
    return `${answer.status}, ${unchanged ? 'unchanged' : shown(after)}`
  },
})

/** A member, or one of `attributes` with `@` before it. */
function at(client: JsonObject, name: string): Json | undefined {
  if (!name.startsWith('@')) return client[name]
  const { attributes } = client
  return isRecord(attributes) ? attributes[name.slice(1)] : undefined
}

const attributes = (values: JsonObject) => ({ attributes: values })
const LOGO = attributes({ logoUri: 'https://app.example.com/logo.png' })

const CLEARING: readonly KeycloakCase[] = [
  onePut('`name: null`', { name: 'A' }, { name: null }, 'name'),
  onePut('`name: ""`', { name: 'A' }, { name: '' }, 'name'),
  onePut('`redirectUris: []`', {}, { redirectUris: [] }, 'redirectUris'),
  onePut('`redirectUris: [""]`', {}, { redirectUris: [''] }, 'redirectUris'),
  onePut('an attribute: `null`', LOGO, attributes({ logoUri: null }), '@logoUri'),
  onePut('an attribute: `""`', LOGO, attributes({ logoUri: '' }), '@logoUri'),
  onePut('an attribute that is left out', LOGO, attributes({ other: 'x' }), '@logoUri'),
  onePut('`attributes: {}`', LOGO, attributes({}), '@logoUri'),
  onePut('`clientId: ""`', {}, { clientId: '' }, 'clientId'),
]

const AUTHORIZED = { serviceAccountsEnabled: true, authorizationServicesEnabled: true }

/** A PUT of one member, without what is always sent. */
const omitted = (
  asks: string,
  members: JsonObject,
  body: JsonObject,
  looks: string,
): KeycloakCase => ({
  asks,
  run: async (admin) => {
    const client = await admin.make(members)
    const { status } = await admin.put(client, body)
    const after = at(await admin.read(String(client.clientId)), looks)
    return `${status}, ${same(at(client, looks) ?? null, after ?? null) ? 'unchanged' : shown(after)}`
  },
})

const OMITTED: readonly KeycloakCase[] = [
  omitted(
    '`webOrigins`, where the list is empty',
    { webOrigins: [] },
    { description: 'x', authorizationServicesEnabled: false },
    'webOrigins',
  ),
  omitted(
    '`webOrigins`, where it is not',
    { webOrigins: ['https://b.example.com'] },
    { description: 'x', authorizationServicesEnabled: false },
    'webOrigins',
  ),
  omitted(
    '`authorizationServicesEnabled`, where it is true',
    AUTHORIZED,
    { description: 'x', webOrigins: [] },
    'authorizationServicesEnabled',
  ),
  omitted(
    'the same, sent as `true`',
    AUTHORIZED,
    { description: 'x', webOrigins: [], authorizationServicesEnabled: true },
    'authorizationServicesEnabled',
  ),
  omitted('`secret`', {}, { description: 'x', ...ALWAYS }, 'secret'),
  omitted('`redirectUris`', {}, { description: 'x', ...ALWAYS }, 'redirectUris'),
]

const LONG = 'x'.repeat(256)

const VALUES: readonly KeycloakCase[] = [
  onePut('`name` of 256 characters', {}, { name: LONG }, 'name'),
  onePut('a redirect URI of 266', {}, { redirectUris: [`https://a/${LONG}`] }, 'redirectUris'),
  onePut('`enabled: "false"`', {}, { enabled: 'false' }, 'enabled'),
  onePut('`enabled: "x"`', {}, { enabled: 'x' }, 'enabled'),
  onePut('an unknown member', {}, { tomorrow: 1 }, 'tomorrow'),
  onePut('an attribute: `5`', {}, attributes({ team: 5 }), '@team'),
  onePut('an attribute: an object', {}, attributes({ team: {} }), '@team'),
  onePut(
    'a redirect URI `javascript:alert(1)`',
    {},
    { redirectUris: ['javascript:alert(1)'] },
    'redirectUris',
  ),
  onePut('a redirect URI with a fragment', {}, { redirectUris: [`${URI}#x`] }, 'redirectUris'),
  onePut(
    'the same redirect URI twice',
    { redirectUris: [] },
    { redirectUris: [URI, URI] },
    'redirectUris',
  ),
  onePut(
    '`clientAuthenticatorType: "bogus"`',
    {},
    { clientAuthenticatorType: 'bogus' },
    'clientAuthenticatorType',
  ),
  onePut(
    '`client.session.max.lifespan` above that of the realm',
    {},
    attributes({ 'client.session.max.lifespan': '9999999' }),
    '@client.session.max.lifespan',
  ),
  onePut(
    '`client.session.idle.timeout` above that of the realm',
    {},
    attributes({ 'client.session.idle.timeout': '9999999' }),
    '@client.session.idle.timeout',
  ),
  onePut(
    '`id.token.signed.response.alg: "bogus"`',
    {},
    attributes({ 'id.token.signed.response.alg': 'bogus' }),
    '@id.token.signed.response.alg',
  ),
  onePut('`defaultClientScopes: []`', {}, { defaultClientScopes: [] }, 'defaultClientScopes'),
  onePut(
    'a mapper without `protocolMapper`',
    {},
    { protocolMappers: [{ name: 'm', protocol: 'openid-connect' }] },
    'protocolMappers',
  ),
  onePut(
    '`authorizationServicesEnabled: true` of a public client',
    { publicClient: true },
    { authorizationServicesEnabled: true },
    'authorizationServicesEnabled',
  ),
  onePut(
    '`publicClient: true`',
    { secret: 'a-secret-of-the-case-0123456789' },
    { publicClient: true },
    'secret',
  ),
  onePut(
    '`publicClient: false` of a public client, with a secret',
    { publicClient: true },
    { publicClient: false, secret: 'a-secret-of-the-case-0123456789' },
    'secret',
  ),
  onePut('`secret: "abc"`', {}, { secret: 'abc' }, 'secret'),
]

/** Whether a scope is in a list of a client, after calls. */
const scopeCalls = (
  asks: string,
  calls: readonly (readonly ['PUT' | 'DELETE', 'default' | 'optional', string])[],
): KeycloakCase => ({
  asks,
  run: async (admin) => {
    const client = await admin.make()
    const ids = await admin.scopes()
    const statuses: string[] = []
    for (const [method, list, scope] of calls) {
      const path = `/clients/${client.id}/${list}-client-scopes/${ids.get(scope) ?? scope}`
      statuses.push(outcome(await admin.send(method, path)))
    }
    const { defaultClientScopes, optionalClientScopes } = await admin.read(String(client.clientId))
    const [, , scope = ''] = calls.at(-1) ?? []
    const lists = [
      ...((defaultClientScopes as string[]).includes(scope) ? ['default'] : []),
      ...((optionalClientScopes as string[]).includes(scope) ? ['optional'] : []),
    ]
    return `${statuses.join(', ')}; ${lists.join(', ') || 'in neither'}`
  },
})

const SCOPES: readonly KeycloakCase[] = [
  scopeCalls('`PUT optional`, of a default one', [['PUT', 'optional', 'email']]),
  scopeCalls('`DELETE default`, then `PUT optional`', [
    ['DELETE', 'default', 'email'],
    ['PUT', 'optional', 'email'],
  ]),
  scopeCalls('`DELETE optional`, of a default one', [['DELETE', 'optional', 'email']]),
  scopeCalls('`PUT default`, of a scope for SAML', [['PUT', 'default', 'role_list']]),
  scopeCalls('`PUT default`, of no scope', [['PUT', 'default', 'nowhere']]),
  {
    asks: '`serviceAccountsEnabled: true`: the scope `service_account`',
    run: async (admin) => {
      const client = await admin.make()
      const { status } = await admin.put(client, { ...ALWAYS, serviceAccountsEnabled: true })
      const { defaultClientScopes } = await admin.read(String(client.clientId))
      const added = (defaultClientScopes as string[]).includes('service_account')
      return `${status}, ${added ? 'default' : 'not there'}`
    },
  },
  {
    asks: '`POST` with `optionalClientScopes: ["email", "nowhere"]`: default, optional ones',
    run: async (admin) => {
      const client = await admin.make({ optionalClientScopes: ['email', 'nowhere'] })
      return `${shown(client.defaultClientScopes)}, ${shown(client.optionalClientScopes)}`
    },
  },
]

const OTHERS: readonly KeycloakCase[] = [
  {
    asks: '`POST` with `protocol` and nothing else: `publicClient`, `directAccessGrantsEnabled`',
    run: async (admin) => {
      const clientId = `case-${randomUUID()}`
      await admin.send('POST', '/clients', { clientId, protocol: 'openid-connect' })
      const { publicClient, directAccessGrantsEnabled } = await admin.read(clientId)
      return `${shown(publicClient)}, ${shown(directAccessGrantsEnabled)}`
    },
  },
  {
    asks: 'the same without `protocol`',
    run: async (admin) => {
      const clientId = `case-${randomUUID()}`
      await admin.send('POST', '/clients', { clientId })
      const { publicClient, directAccessGrantsEnabled } = await admin.read(clientId)
      return `${shown(publicClient)}, ${shown(directAccessGrantsEnabled)}`
    },
  },
  {
    asks: '`POST` of a client id that is taken',
    run: async (admin) => {
      const { clientId = null } = await admin.make()
      return outcome(await admin.send('POST', '/clients', { clientId }))
    },
  },
  {
    asks: '`PUT` of a client id that is taken',
    run: async (admin) => {
      const { clientId = null } = await admin.make()
      return outcome(await admin.put(await admin.make(), { clientId, ...ALWAYS }))
    },
  },
  {
    asks: '`GET /clients?clientId=` of none, and a blank one: clients',
    run: async (admin) => {
      const none = await admin.send('GET', '/clients?clientId=nobody')
      const blank = await admin.send('GET', '/clients?clientId=%20')
      const count = (blank.body as readonly Json[]).length
      return `${none.status}, ${shown(none.body)}; ${blank.status}, ${count > 5 ? 'all' : 'some'}`
    },
  },
  {
    asks: '`PUT` and `DELETE` of a client that is not there',
    run: async (admin) => {
      const put = await admin.send('PUT', '/clients/nobody', { name: 'x' })
      return `${outcome(put)}; ${outcome(await admin.send('DELETE', '/clients/nobody'))}`
    },
  },
  {
    asks: '`DELETE` of `broker`, and of `realm-management`',
    run: async (admin) => {
      const remove = async (clientId: string) => {
        const { id } = await admin.read(clientId)
        return outcome(await admin.send('DELETE', `/clients/${id}`))
      }
      return `${await remove('broker')}; ${await remove('realm-management')}`
    },
  },
  {
    asks: '`POST` of what a `GET` showed, after a `DELETE`: id, secret',
    run: async (admin) => {
      const client = await admin.make()
      const { access: _, ...record } = client
      await admin.send('DELETE', `/clients/${client.id}`)
      const { status } = await admin.send('POST', '/clients', record)
      const again = await admin.read(String(client.clientId))
      return `${status}, ${again.id === client.id ? 'the same' : 'another'}, ${again.secret === client.secret ? 'the same' : 'another'}`
    },
  },
  {
    asks: '`POST .../client-secret`, without a policy: the former secret in a read',
    run: async (admin) => {
      const client = await admin.make()
      const { status } = await admin.send('POST', `/clients/${client.id}/client-secret`)
      const after = await admin.read(String(client.clientId))
      const held = at(after, '@client.secret.rotated')
      return `${status}, ${after.secret === client.secret ? 'the same' : 'another'}; ${held === undefined ? 'gone' : 'kept'}`
    },
  },
]

const asRole = (role: CallerRole): KeycloakCase => ({
  asks: `\`${role}\`: a list; one client by its id; a change of it`,
  run: async (admin) => {
    const { id } = await admin.make()
    const path = `/clients/${id}`
    const { status, body } = await admin.sendAs(role, 'GET', '/clients')
    const count = Array.isArray(body) ? `${body.length === 0 ? 'empty' : 'clients'}` : ''
    const list = Array.isArray(body) ? `${status}, ${count}` : outcome({ status, body })
    const one = await admin.sendAs(role, 'GET', path)
    const change = await admin.sendAs(role, 'PUT', path, { description: 'x', ...ALWAYS })
    return `${list}; ${outcome(one)}; ${outcome(change)}`
  },
})

const RIGHTS: readonly KeycloakCase[] = [
  asRole('none'),
  asRole('query-clients'),
  asRole('view-clients'),
  asRole('manage-clients'),
  {
    asks: '`query-clients`: `GET /clients?clientId=` of a client that is there',
    run: async (admin) => {
      const { clientId } = await admin.make()
      const { status, body } = await admin.sendAs(
        'query-clients',
        'GET',
        `/clients?clientId=${clientId}`,
      )
      return `${status}, ${shown(body)}`
    },
  },
]

/** The tables of the page, by the sentence before each. */
export const KEYCLOAK_TABLES: readonly (readonly [string, readonly KeycloakCase[]])[] = [
  ['Clearing, by `PUT`', CLEARING],
  ['Left out of a `PUT` of something else', OMITTED],
  ['Values, by `PUT`', VALUES],
  ['Scopes', SCOPES],
  ['Other calls', OTHERS],
  ['Roles of a service account', RIGHTS],
]

/** Every table as it stands in the page. */
export async function keycloakTables(callers: RealmCallers): Promise<string> {
  const admin = keycloakAt(callers)
  const tables: string[] = []
  for (const [name, cases] of KEYCLOAK_TABLES) {
    const rows: string[] = []
    for (const { asks, run } of cases) rows.push(`| ${asks} | ${await run(admin)} |`)
    tables.push([`| ${name} | |`, '|---|---|', ...rows].join('\n'))
  }
  return tables.join('\n\n')
}
