/**
 * What the first list of a cold function costs on DynamoDB, in calls and bytes, and the next one: with 100,000 clients in
 * `npm run test:long`, with 10,000 in `npm test`. The figures are printed.
 */

import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Native } from '../../src/core/mapping/row.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { mapping } from '../../src/providers/auth0/index.ts'
import type { Service } from '../../src/service/base/service.ts'
import { sightOf } from '../../src/service/mirror/mirror.ts'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { createQueries } from '../../src/store/dynamodb/dynamodb-query.ts'
import { createBlobs } from '../../src/store/dynamodb/mirror/mirror-blobs.ts'
import { createMirrorLog } from '../../src/store/dynamodb/mirror/mirror-log.ts'
import type { Mirror } from '../../src/store/mirror.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Dynamodb, startDynamodb } from '../contract/dynamodb.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { patience } from '../property.ts'

const CLIENTS = patience(1) > 1 ? 100_000 : 10_000
const PLACE = { provider: 'auth0' }
const PAGE = 100

let dynamodb: Dynamodb
let counted: Awaited<ReturnType<typeof startCounter>>
beforeAll(async () => {
  dynamodb = await startDynamodb()
  counted = await startCounter(Number(new URL(dynamodb.settings.endpoint).port))
})
afterAll(async () => {
  counted.close()
  await dynamodb.close()
})

/** A socket before the table that counts what comes back. */
async function startCounter(behind: number) {
  const counts = { bytes: 0 }
  const server = createServer((client) => {
    const upstream = connect(behind, '127.0.0.1')
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    upstream.on('data', (chunk: Buffer) => {
      counts.bytes += chunk.length
    })
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { counts, endpoint: `http://127.0.0.1:${port}`, close: () => server.close() }
}

/** What distinguishes one client from another. */
const namesOf = (index: number) => {
  const digest = createHash('sha256').update(`client ${index}`).digest('base64url')
  return {
    id: digest.slice(0, 32),
    host: `${digest.slice(0, 6).toLowerCase()}-${index}`,
    name: `${digest.slice(32, 38)} Portal ${index}`,
  }
}

/** As those of a tenant are: ids that nothing repeats in, a name, hosts of their own. */
function clientOf(names: ReturnType<typeof namesOf>): Native {
  const host = `https://${names.host}.example.com`
  return {
    ...fullAuth0Client,
    client_id: names.id,
    name: names.name,
    callbacks: [`${host}/callback`, `${host}/silent`, 'http://localhost:3000/callback'],
    allowed_logout_urls: [`${host}/logout`],
    web_origins: [host],
    allowed_origins: [host],
    logo_uri: `${host}/logo.png`,
    initiate_login_uri: `${host}/login`,
  } as Native
}

const key = randomBytes(32)
const service = {
  seal: createSeal(key),
  fingerprints: createFingerprints(key),
} as unknown as Service

/** What is searched of each, without working it out a hundred thousand times. */
const MODEL = { id: 'modelid', host: 'modelhost', name: 'modelname' }
const model = () =>
  sightOf(service, mapping, { client: { ...PLACE, id: 'a' }, native: clientOf(MODEL), at: 1 })

function stepOf({ text, terms }: ReturnType<typeof model>, index: number) {
  const { id, host, name } = namesOf(index)
  const own = (one: string) =>
    one
      .replaceAll(MODEL.id, id.toLowerCase())
      .replaceAll(MODEL.host, host)
      .replaceAll(MODEL.name, name.toLowerCase())
  const client = { ...PLACE, id }
  return {
    do: 'put',
    client,
    at: timeOf(index),
    own: false,
    text: own(text),
    terms: terms.map(own),
  } as const
}

const timeOf = (index: number) => 1_764_547_200_000 + index * 7

function sightOfClient(index: number) {
  const native = clientOf(namesOf(index))
  const client = { ...PLACE, id: String(native.client_id) }
  return sightOf(service, mapping, { client, native, at: timeOf(index) })
}

/** The steps that a round of reading leaves; the records only of those who are listed, as no list reads others. */
async function fill(): Promise<void> {
  const queries = createQueries(dynamodb.settings)
  const remove = async () => {}
  const blobs = createBlobs({ ...queries, remove })
  const log = createMirrorLog({ ...queries, remove, blobs, now: Date.now })
  await log.now()
  const like = model()
  for (let from = 0; from < CLIENTS; from += 2_000) {
    const indexes = Array.from({ length: 2_000 }, (_, index) => from + index)
    await Promise.all(indexes.map((index) => log.append(stepOf(like, index))))
  }
  const { mirror } = createDynamodbStore(dynamodb.settings)
  const claim = { place: PLACE, owner: 'one' }
  await log.append({ do: 'claim', ...claim, now: 1, until: 2 })
  await log.append({ do: 'round', ...claim, now: 1, due: 0 })
  await log.append({ do: 'listed', ...claim, seen: [], unread: [] })
  await log.append({ do: 'removeUnseen', ...claim })
  for (let index = 0; index < 2 * PAGE; index += 1) {
    const sight = sightOfClient(index)
    await mirror?.put({ ...sight, at: sight.at + 1 }, false)
  }
  // A process that reads places has made a snapshot by now.
  while ((await mirror?.claim({ place: PLACE, owner: 'two' }, 3, 4)) !== true);
}

/** What a list without a filter asks of the mirror. */
async function list(mirror: Mirror, after?: number) {
  await mirror.behind(200)
  await mirror.knowledge([PLACE])
  const page = await mirror.search({
    places: [PLACE],
    terms: [],
    limit: PAGE,
    ...(after === undefined ? {} : { after }),
  })
  return { page, knowledge: await mirror.knowledge([PLACE]) }
}

async function costOf<T>(work: () => Promise<T>) {
  dynamodb.front.clearCalls()
  counted.counts.bytes = 0
  const begin = performance.now()
  const result = await work()
  const milliseconds = Math.round(performance.now() - begin)
  const calls = dynamodb.front.calls.length
  return { result, calls, megabytes: counted.counts.bytes / 1e6, milliseconds }
}

it(
  `lists ${CLIENTS} clients from cold in 25 calls and 20 MB, then in one call`,
  async () => {
    await fill()
    const { mirror } = createDynamodbStore({ ...dynamodb.settings, endpoint: counted.endpoint })
    if (mirror === undefined) throw new TypeError('no mirror')
    const cold = await costOf(() => list(mirror))
    const warm = await costOf(() => list(mirror))
    const next = await costOf(() => list(mirror, cold.result.page.next))
    const found = await costOf(async () => {
      await mirror.behind(200)
      const terms = sightOfClient(77).terms.filter((term) => term.startsWith('host:'))
      return mirror.search({ places: [PLACE], terms: terms.slice(-1), limit: PAGE })
    })
    for (const [name, { calls, megabytes, milliseconds }] of Object.entries({
      cold,
      warm,
      next,
      found,
    }))
      process.stdout.write(
        `list of ${CLIENTS} clients on DynamoDB, ${name}: ${calls} calls, ${megabytes.toFixed(2)} MB, ${milliseconds} ms\n`,
      )
    expect(cold.result.page.matches).toHaveLength(PAGE)
    expect(cold.result.knowledge).toMatchObject([{ complete: true }])
    expect(cold.calls).toBeLessThanOrEqual(25)
    expect(cold.megabytes).toBeLessThanOrEqual((20 * CLIENTS) / 100_000 + 1)
    expect(warm.result.page).toEqual(cold.result.page)
    expect(warm.calls).toBe(1)
    expect(next.result.page.matches).toHaveLength(PAGE)
    expect(found.result.matches.map(({ client: { id } }) => id)).toContain(
      sightOfClient(77).client.id,
    )
  },
  patience(600_000),
)
