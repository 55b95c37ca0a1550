/** Keycloak itself in the contract suites, behind a front that counts calls and spoils them. */

import { randomUUID } from 'node:crypto'
import { isRecord, type JsonObject, withoutMembers } from '../../src/core/json/json.ts'
import { startFront } from '../peers/front.ts'
import { KEYCLOAK_KIND, POOL, realmAt } from '../providers/keycloak/subject.ts'
import { only, type Subject, type SubjectKind } from '../providers/subject.ts'
import { CHOSEN } from './chosen.ts'
import {
  type Keycloak,
  makeRealm,
  newServiceAccount,
  realmName,
  type ServiceAccount,
  startKeycloak,
} from './keycloak.ts'
import { once } from './once.ts'
import { inOneOrder } from './one-order.ts'
import { startSyncClient } from './synchronous.ts'

const ID = 'exampleClientId'
const REALM = realmName('contract')

interface Place {
  readonly keycloak: Keycloak
  readonly account: ServiceAccount
}

/** The server as a subject, in a run about it. */
export async function keycloakKinds(): Promise<readonly SubjectKind[]> {
  if (CHOSEN !== 'keycloak') return []
  const place = once(started, ({ keycloak }) => keycloak.stop())
  return [
    {
      ...KEYCLOAK_KIND,
      name: 'keycloak itself',
      server: 'keycloak',
      start: async () => subjectAt(await place()),
    },
  ]
}

async function started(): Promise<Place> {
  const keycloak = await startKeycloak()
  await makeRealm(keycloak, REALM)
  const account = await newServiceAccount(keycloak, REALM, {
    clientId: 'clientry',
    role: 'manage-clients',
  })
  return { keycloak, account }
}

/** Ids of records and of mappers are those of the whole server, on which other files may store the same client. */
const ownIds = new Map<string, string>()

function withOwnId(record: JsonObject): JsonObject {
  if (typeof record.id !== 'string') return record
  const id = ownIds.get(record.id) ?? randomUUID()
  ownIds.set(record.id, id)
  // What is stored comes back here.
  ownIds.set(id, id)
  return { ...record, id }
}

function withOwnIds({ access: _, ...record }: JsonObject): JsonObject {
  const { protocolMappers } = record
  if (!Array.isArray(protocolMappers)) return withOwnId(record)
  return { ...withOwnId(record), protocolMappers: protocolMappers.filter(isRecord).map(withOwnId) }
}

/** A token of the administrator holds for a minute. */
const TOKEN_MS = 45_000

async function subjectAt({ keycloak, account }: Place): Promise<Subject> {
  const { send, close } = startSyncClient()
  const clients = `${keycloak.url}/admin/realms/${REALM}/clients`
  let held = { token: '', until: 0 }
  const bearer = () => {
    if (held.until < Date.now()) {
      const form = 'grant_type=password&client_id=admin-cli&username=admin&password=admin'
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      const url = `${keycloak.url}/realms/master/protocol/openid-connect/token`
      const { body } = send('POST', url, form, type)
      held = { token: String(body.access_token), until: Date.now() + TOKEN_MS }
    }
    return { authorization: `Bearer ${held.token}` }
  }
  const find = (clientId: string) => {
    const { body } = send('GET', `${clients}?clientId=${clientId}`, undefined, bearer())
    return (body as unknown as readonly JsonObject[])[0]
  }
  const stored = (): JsonObject => inOneOrder(withoutMembers(find(ID) ?? {}, ['access']))

  /** Made anew with the same id: a PUT would keep what a record leaves out. */
  const put = (record: JsonObject) => {
    const present = find(String(record.clientId))
    if (present !== undefined) send('DELETE', `${clients}/${present.id}`, undefined, bearer())
    const { status, body } = send('POST', clients, withOwnIds(record), bearer())
    if (status !== 201) throw new Error(`not stored: ${status} ${JSON.stringify(body)}`)
  }

  put(KEYCLOAK_KIND.full)
  const front = await startFront({
    url: () => keycloak.url,
    change: (id, members) => {
      const { body } = send('GET', `${clients}/${id}`, undefined, bearer())
      put({ ...body, ...(members as JsonObject) })
    },
    nameOf: (method, path) => {
      const [noun = '', id, ...rest] = path.split('/').slice(4)
      if (!path.startsWith('/admin/')) return { operation: `${method} /token` }
      if (id === undefined) {
        return { operation: `${method} /${noun}${noun === 'clients' ? '?clientId' : ''}` }
      }
      return { operation: [`${method} /clients/{id}`, ...rest.slice(0, 1)].join('/'), id }
    },
  })
  return {
    provider: await only({ type: 'keycloak', ...realmAt(front.url, REALM, account) }),
    ref: { provider: 'it', userPoolId: POOL, id: ID },
    stored,
    put,
    emulator: front,
    operations: { read: 'GET /clients?clientId', write: 'PUT /clients/{id}' },
    close: async () => {
      await front.close()
      await close()
    },
  }
}
