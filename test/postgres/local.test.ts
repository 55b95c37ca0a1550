/** The provider `local` on PostgreSQL: two servers with one issuer, each with connections of its own. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { createKeys } from '../../src/providers/local/openid/keys.ts'
import { createOpenidProvider } from '../../src/providers/local/openid/openid.ts'
import {
  fetchDevelopmentToken,
  putDevelopmentClient,
} from '../../src/providers/local/openid/token.ts'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { createPostgresDocuments } from '../../src/store/postgres/documents.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const ISSUER = 'http://localhost:8787/oidc'

describePostgres('two servers with one issuer', () => {
  let place: PostgresPlace
  const servers: Server[] = []
  let documents: readonly Documents[]
  let urls: readonly string[]

  beforeEach(async () => {
    place = await openPlace()
    const keys = await createKeys()
    documents = [0, 1].map(() =>
      createPostgresDocuments(place.connect(), { keys: keysOf(Buffer.alloc(32, 5)) }),
    )
    urls = await Promise.all(
      documents.map(async (one) => {
        const api = { audience: 'urn:test' }
        const openid = createOpenidProvider({
          issuer: ISSUER,
          documents: one,
          keys,
          api,
          now: Date.now,
        })
        const server = createServer(openid.callback)
        servers.push(server)
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}/oidc`
      }),
    )
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close()
    await place.close()
  })

  it('know a client that one of them made, and its secret as it is now', async () => {
    const [first, second] = documents as readonly [Documents, Documents]
    const [, url = ''] = urls
    const client = await putDevelopmentClient(first, Date.now())
    const asked = { ...client, tokenEndpoint: `${url}/token` }
    const token = await fetchDevelopmentToken(asked)
    expect(
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
    ).toMatchObject({ iss: ISSUER })
    const renewed = await putDevelopmentClient(second, Date.now())
    await expect(
      fetchDevelopmentToken({ ...asked, tokenEndpoint: `${urls[0]}/token` }),
    ).rejects.toBeDefined()
    await fetchDevelopmentToken({ ...renewed, tokenEndpoint: `${urls[0]}/token` })
  })

  it('have one set of keys, and keep all of twenty clients that both add at once', async () => {
    const keys = await Promise.all(urls.map(async (url) => (await fetch(`${url}/jwks`)).text()))
    expect(keys[0]).toBe(keys[1])
    const ids = Array.from({ length: 20 }, (_, index) => `client-${index}`)
    await Promise.all(
      ids.map((id, index) =>
        putLocalClient(documents[index % 2] as Documents, { client_id: id, client_name: id }),
      ),
    )
    const listed = await documents[0]?.get('client-ids', 'all')
    expect(listed?.ids).toEqual([...ids].sort())
  })
})
