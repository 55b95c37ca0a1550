/** The registration endpoint of a real Keycloak, with its clients as the administration shows them. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { startFront } from '../peers/front.ts'
import type { RegistrationServer } from '../peers/oidc.ts'
import { type Keycloak, newRealm } from './keycloak.ts'
import { startSyncClient } from './synchronous.ts'

export const USER = { username: 'alice', password: 'a-password-of-the-tests' }

/** Members of registration, and where the administration has them; `@`: among the attributes. */
const NAMES: Readonly<Record<string, string>> = {
  client_id: 'clientId',
  client_name: 'name',
  client_secret: 'secret',
  redirect_uris: 'redirectUris',
  client_uri: 'baseUrl',
  post_logout_redirect_uris: '@post.logout.redirect.uris',
  backchannel_logout_uri: '@backchannel.logout.url',
  userinfo_signed_response_alg: '@user.info.response.signature.alg',
}
const LOGOUT = 'post_logout_redirect_uris'
const byAdmin = new Map(Object.entries(NAMES).map(([name, admin]) => [admin, name]))

/** A record of the administration, flat, in the words of registration where it has them. */
export function flat({ attributes = {}, access: _, ...members }: JsonObject): JsonObject {
  const all = [
    ...Object.entries(members),
    ...Object.entries(attributes as JsonObject).map(([name, value]): [string, Json] => [
      `@${name}`,
      value,
    ]),
  ]
  const named = all.map(([name, value]): [string, Json] => [byAdmin.get(name) ?? name, value])
  const { [LOGOUT]: logout, ...rest } = Object.fromEntries(named)
  return logout === undefined ? rest : { ...rest, [LOGOUT]: String(logout).split('##') }
}

/** The same as a body of the administration. */
export function unflat(record: JsonObject): JsonObject {
  const { [LOGOUT]: logout, ...rest } = record
  const joined = logout === undefined ? {} : { [LOGOUT]: (logout as string[]).join('##') }
  const all = Object.entries({ ...rest, ...joined }).map(([name, value]): [string, Json] => [
    NAMES[name] ?? name,
    value,
  ])
  const isAttribute = ([name]: [string, Json]) => name.startsWith('@')
  return {
    ...Object.fromEntries(all.filter((one) => !isAttribute(one))),
    attributes: Object.fromEntries(
      all.filter(isAttribute).map(([name, value]) => [name.slice(1), value]),
    ),
  }
}

/** A confidential client for the code flow, in the words of the administration. */
export const CODE_FLOW_OF_KEYCLOAK = {
  publicClient: false,
  standardFlowEnabled: true,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  webOrigins: ['https://app.example.com'],
}

/** Someone who can log in. */
export async function makeUser(keycloak: Keycloak, realm: string): Promise<void> {
  await keycloak.admin('POST', `/${realm}/users`, {
    username: USER.username,
    enabled: true,
    email: 'alice@example.com',
    emailVerified: true,
    firstName: 'Alice',
    lastName: 'Example',
    credentials: [{ type: 'password', value: USER.password, temporary: false }],
  })
}

export interface KeycloakRegistration extends RegistrationServer {
  /** Removes a client. */
  drop(id: string): void
  /** Calls the administration of the realm. */
  admin(method: string, path: string, body?: Json): { status: number; body: JsonObject }
}

/** A realm of its own, behind a front. */
export async function startKeycloakRegistration(
  keycloak: Keycloak,
  realm: string,
): Promise<KeycloakRegistration> {
  await newRealm(keycloak, realm)
  const { send, close } = startSyncClient()
  const at = (id: string) => `/clients/${encodeURIComponent(id)}`
  const front = await startFront({
    url: () => keycloak.url,
    change: (id, members) => put({ ...stored(id), ...(members as JsonObject) }),
    nameOf: (method, path) => {
      const [, id] = path.split('/clients-registrations/openid-connect/')
      if (id === undefined) return { operation: `${method} /register` }
      return { operation: `${method} /register/{id}`, id: decodeURIComponent(id) }
    },
  })
  // What Keycloak signs names the address that it was asked at.
  const { host } = new URL(front.url)
  let token = { value: '', until: 0 }
  const bearer = () => {
    if (token.until > Date.now()) return token.value
    const form = new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username: 'admin',
      password: 'admin',
    })
    const url = `${keycloak.url}/realms/master/protocol/openid-connect/token`
    const type = 'application/x-www-form-urlencoded'
    const { body } = send('POST', url, String(form), { host, 'content-type': type })
    token = { value: String(body.access_token), until: Date.now() + 30_000 }
    return token.value
  }
  const admin = (method: string, path: string, body?: Json) => {
    const once = () =>
      send(method, `${keycloak.url}/admin/realms/${realm}${path}`, body, {
        host,
        authorization: `Bearer ${bearer()}`,
      })
    const answer = once()
    if (answer.status !== 401) return answer
    // It is of before a restart.
    token = { value: '', until: 0 }
    return once()
  }
  const stored = (id: string) => {
    const { status, body } = admin('GET', at(id))
    return status === 200 ? flat(body) : undefined
  }
  const put = (record: JsonObject) => {
    const id = String(record.client_id)
    const body = { id, protocol: 'openid-connect', ...unflat(record) }
    const there = admin('GET', at(id)).status === 200
    const answer = there ? admin('PUT', at(id), body) : admin('POST', '/clients', body)
    if (answer.status < 400) return
    throw new Error(`Keycloak did not store ${id}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
  await makeUser(keycloak, realm)
  const endpoint = `${front.url}/realms/${realm}/clients-registrations/openid-connect`
  return {
    front,
    settings: { registrationEndpoint: endpoint, dialect: 'keycloak' },
    stored,
    put,
    admin,
    token: (id) =>
      String(admin('POST', `${at(id)}/registration-access-token`).body.registrationAccessToken),
    flow: {
      issuer: `${front.url}/realms/${realm}`,
      routes: { [front.url]: keycloak.url },
      fields: USER,
    },
    drop: (id) => {
      admin('DELETE', at(id))
    },
    close: async () => {
      await front.close()
      await close()
    },
  }
}
