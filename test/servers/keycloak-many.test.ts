/** A realm of 10,000 clients of Keycloak itself: each is listed once, and a search finds those that there are. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Issuer, type ServerProcess, startIssuer, startServer } from '../faults/servers.ts'
import { unlessChosen } from './chosen.ts'
import {
  type Keycloak,
  makeRealm,
  newServiceAccount,
  realmName,
  startKeycloak,
} from './keycloak.ts'

const reason = unlessChosen('keycloak')

const CLIENTS = 10_000
/** Every hundredth has another callback. */
const RARE = CLIENTS / 100
const REALM = realmName('many')

describe.skipIf(reason !== undefined)('a Keycloak with many clients', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-many-'))
  let keycloak: Keycloak
  let issuer: Issuer
  let server: ServerProcess

  beforeAll(async () => {
    keycloak = await startKeycloak()
    await makeRealm(keycloak, REALM)
    const account = await newServiceAccount(keycloak, REALM, {
      clientId: 'clientry',
      role: 'manage-clients',
    })
    const { status } = await keycloak.admin('POST', `/${REALM}/clients`, FIRST)
    if (status !== 201) throw new Error(`not made: ${status}`)
    await keycloak.sql(...copiesOf(FIRST))
    issuer = await startIssuer()
    server = await startServer({
      database: join(folder, 'clientry.db'),
      issuer,
      providers: {
        it: {
          type: 'keycloak',
          baseUrl: keycloak.url,
          clientId: account.clientId,
          pools: { customers: { realm: REALM, clientSecret: { env: 'KEYCLOAK_SECRET' } } },
          pace: { perSecond: 10_000 },
        },
      },
      secrets: { KEYCLOAK_SECRET: account.clientSecret },
    })
  })
  afterAll(async () => {
    await server?.kill()
    await issuer?.close()
    await keycloak?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  interface Page {
    readonly clients: readonly JsonObject[]
    readonly next?: string
    /** How complete the mirror is, where that was searched. */
    readonly mirror: readonly { readonly complete: boolean }[]
  }

  async function page(query: string): Promise<Page> {
    const place = 'provider=it&userPoolId=customers&limit=100'
    const answer = await fetch(`${server.url}/clients?${place}${query}`, {
      headers: { authorization: `Bearer ${await issuer.token()}` },
    })
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Page
  }

  /** Ids of all pages of a list. */
  async function listed(query: string): Promise<readonly string[]> {
    const ids: string[] = []
    for (let cursor: string | undefined; ; ) {
      const next = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const body = await page(`${query}${next}`)
      ids.push(...body.clients.map(({ id }) => String(id)))
      cursor = body.next
      if (cursor === undefined) return ids
    }
  }

  it('has each in its list once, and in a search those that fit', async () => {
    // Page by page from Keycloak itself.
    const ids = (await listed('&fresh=true')).filter((id) => id.startsWith('many-'))
    expect(new Set(ids).size).toBe(CLIENTS)
    expect(ids).toHaveLength(CLIENTS)
    const isWhole = async () => (await page('&q=rare')).mirror[0]?.complete
    await expect.poll(isWhole, { timeout: 300_000, interval: 500 }).toBe(true)
    const rare = await listed('&q=rare.example.com')
    expect(rare).toHaveLength(RARE)
    expect(new Set(rare).size).toBe(RARE)
    const filtered = await listed('&filter=tokenEndpointAuthMethod:none')
    expect(filtered.filter((id) => id.startsWith('many-'))).toHaveLength(CLIENTS)
  })
})

const FIRST = {
  id: `${REALM}-00000`,
  clientId: 'many-00000',
  publicClient: true,
  redirectUris: ['https://rare.example.com/00000'],
  webOrigins: [],
  defaultClientScopes: [],
  optionalClientScopes: [],
}

/** Copies of a record, by the database: Keycloak takes a minute and a half to make them. */
function copiesOf({ id }: { readonly id: string }): readonly string[] {
  const number = "LPAD(X, 5, '0')"
  const own = `'${REALM}-' || ${number}`
  const host = `CASEWHEN(MOD(X, ${CLIENTS / RARE}) = 0, 'rare', 'many')`
  const more = `SYSTEM_RANGE(1, ${CLIENTS - 1})`
  return [
    `CREATE TABLE COPIES AS SELECT CLIENT.*, X FROM CLIENT, ${more} WHERE ID = '${id}'`,
    `UPDATE COPIES SET ID = ${own}, CLIENT_ID = 'many-' || ${number}`,
    'ALTER TABLE COPIES DROP COLUMN X',
    'INSERT INTO CLIENT SELECT * FROM COPIES',
    'DROP TABLE COPIES',
    `INSERT INTO REDIRECT_URIS (CLIENT_ID, VALUE) SELECT ${own}, 'https://' || ${host} || '.example.com/' || ${number} FROM ${more}`,
    `INSERT INTO CLIENT_ATTRIBUTES (CLIENT_ID, NAME, VALUE) SELECT ${own}, NAME, VALUE FROM CLIENT_ATTRIBUTES, ${more} WHERE CLIENT_ID = '${id}'`,
  ]
}
