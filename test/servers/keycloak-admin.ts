/** The admin API of a real Keycloak as the suite of the servers sees it, in a realm of its own. */

import type { JsonObject } from '../../src/core/json/json.ts'
import { startFront } from '../peers/front.ts'
import { type Keycloak, makeRealm, newServiceAccount, realmName } from './keycloak.ts'
import { CODE_FLOW_OF_KEYCLOAK, makeUser, USER } from './keycloak-registration.ts'
import { SECRET, type World } from './world.ts'

const POOL = 'customers'

export async function openKeycloakAdmin(keycloak: Keycloak): Promise<World> {
  const realm = realmName('world')
  const { admin } = keycloak
  await makeRealm(keycloak, realm)
  const account = { clientId: 'clientry', role: 'manage-clients', beside: ['view-realm'] }
  const { clientId, clientSecret } = await newServiceAccount(keycloak, realm, account)
  await makeUser(keycloak, realm)
  const front = await startFront({ url: () => keycloak.url, change: () => {}, nameOf: operationOf })
  const clients = `/${realm}/clients`
  const stored = async (id: string): Promise<JsonObject> => {
    const { body } = await admin('GET', `${clients}?clientId=${encodeURIComponent(id)}`)
    return (body as JsonObject[])[0] ?? {}
  }
  /** As scripts do it: the whole record, with what is to change. */
  const write = async (record: JsonObject, changed: JsonObject) =>
    (await admin('PUT', `${clients}/${record.id}`, { ...record, ...changed })).status
  const redirectsOf = (record: JsonObject) => (record.redirectUris ?? []) as string[]
  return {
    place: { provider: 'it', userPoolId: POOL },
    settings: {
      type: 'keycloak',
      pools: {
        [POOL]: { baseUrl: front.url, realm, clientId, clientSecret: { env: 'KEYCLOAK_SECRET' } },
      },
      pace: { perSecond: 10_000 },
      listLagSeconds: 0,
    },
    secrets: { KEYCLOAK_SECRET: clientSecret },
    front,
    flow: {
      issuer: `${front.url}/realms/${realm}`,
      routes: { [front.url]: keycloak.url },
      fields: USER,
    },
    make: async (id, callbacks) => {
      const record = { clientId: id, name: 'Example', secret: SECRET, redirectUris: callbacks }
      await admin('POST', clients, { ...record, ...CODE_FLOW_OF_KEYCLOAK })
      return { id, party: { id, secret: SECRET } }
    },
    callbacks: async (id) => redirectsOf(await stored(id)),
    name: async (id) => (await stored(id)).name,
    addNatively: async ({ id }, url) => {
      const record = await stored(id)
      return write(record, { redirectUris: [...redirectsOf(record), url] })
    },
    setNatively: async (id, { name, callbacks }) => {
      await write(await stored(id), {
        ...(name === undefined ? {} : { name }),
        ...(callbacks === undefined ? {} : { redirectUris: callbacks }),
      })
    },
    setCodeSeconds: async (accessCodeLifespan) => {
      await admin('PUT', `/${realm}`, { accessCodeLifespan })
    },
    close: front.close,
  }
}

/** A client is found by a list of one, and written by the id that is in it. */
function operationOf(method: string, path: string) {
  const [, admin, , , noun, id, ...rest] = path.split('/')
  if (admin !== 'admin') return { operation: `${method} /token` }
  if (noun !== 'clients') return { operation: `${method} /${noun}` }
  return { operation: [`${method} /clients/{id}`, ...rest].join('/'), ...(id && { id }) }
}
