/**
 * DynamoDB on a loopback socket: dynalite, or moto where a run of `npm run test:servers` is about it, which keeps the data
 * and knows the service's own checks, behind an emulator's front, which checks the signature that dynalite does not, loses answers on
 * demand and counts calls.
 */

import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Credentials, signRequest } from '../../src/core/sigv4.ts'
import { type Emulator, listenAs } from '../../src/emulators/server.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../../src/emulators/wire.ts'
import { exchange } from '../../src/net/exchange.ts'
import type { DynamodbSettings } from '../../src/store/dynamodb/dynamodb-call.ts'
import { tableDefinition } from '../../src/store/dynamodb/dynamodb-items.ts'
import { freePort } from '../free-port.ts'
import { emptyMoto } from '../peers/moto.ts'
import { CHOSEN } from '../servers/chosen.ts'
import { createTables } from './dynamodb-tables.ts'

export interface Dynamodb {
  readonly front: Emulator
  readonly settings: DynamodbSettings
  /** Stops listening until the given function is called; the data stay. */
  stop(): Promise<() => Promise<void>>
  close(): Promise<void>
}

export const CREDENTIALS: Credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
const REGION = 'eu-central-1'
const TABLE = 'clientry'
const TIMEOUT_MS = 5_000

/** Starts one with the table in it, which takes these credentials and no others. */
export async function startDynamodb(credentials = CREDENTIALS): Promise<Dynamodb> {
  const { url: behind, close } = CHOSEN === 'moto' ? await onMoto() : await startDynalite()
  await createTable(behind)
  const port = await freePort()
  const listen = () => listenAs(behaviourOf(behind, credentials), { port })
  let front = await listen()
  return {
    get front() {
      return front
    },
    settings: {
      table: TABLE,
      region: REGION,
      endpoint: front.url,
      credentials: async () => credentials,
      now: Date.now,
    },
    stop: async () => {
      await front.close()
      return async () => {
        front = await listen()
      }
    },
    close: async () => {
      await front.close()
      await close()
    },
  }
}

/** The service behind the front. */
interface Behind {
  readonly url: string
  close(): Promise<unknown>
}

/** One for all tests of a process. */
const onMoto = async (): Promise<Behind> => ({ url: await emptyMoto(), close: async () => {} })

async function startDynalite(): Promise<Behind> {
  const server = createDynalite({ createTableMs: 0 })
  const worked = workOf(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      // It goes on with what a caller has given up, and throws out of nowhere where its data are closed under it.
      await worked()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Waits until every request so far has been worked off, whether its caller still waits or not. */
function workOf(server: Server): () => Promise<unknown> {
  const open = new Set<Promise<void>>()
  server.on('request', (_, answer: ServerResponse) => {
    const end = answer.end.bind(answer) as (...args: unknown[]) => ServerResponse
    const work = new Promise<void>((resolve) => {
      answer.end = (...args: unknown[]) => {
        resolve()
        return end(...args)
      }
    })
    open.add(work)
    void work.then(() => open.delete(work))
  })
  return () => Promise.all(open)
}

/** dynalite has no types; this is the part that is used. */
const createDynalite = createRequire(import.meta.url)('dynalite') as (options: {
  /** How long a new table is not yet active (milliseconds). */
  readonly createTableMs: number
}) => Server

const behaviourOf = (behind: string, credentials: Credentials) => {
  // Moto knows all of tables by itself.
  const tables =
    CHOSEN === 'moto'
      ? noTables
      : createTables((operation, input) => call(behind, operation, JSON.stringify(input)))
  return {
    operation: operationOf,
    answer: async (request: EmulatorRequest): Promise<EmulatorAnswer> => {
      if (request.headers.authorization !== expectedAuthorization(request, credentials)) {
        return refusal('com.amazon.coral.service#InvalidSignatureException')
      }
      const operation = operationOf(request)
      const ofTable = await tables(operation, JSON.parse(request.body.toString()) as JsonObject)
      return ofTable ?? call(behind, operation, request.body.toString())
    },
    faultAnswer: (kind: 'throttle' | 'error' | 'expired_credentials') => {
      if (kind === 'error') return { status: 500, body: { __type: 'InternalServerError' } }
      return kind === 'throttle'
        ? refusal('com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException')
        : refusal('com.amazon.coral.service#ExpiredTokenException')
    },
    foreignWrite: () => {},
    reset: () => {},
  }
}

const noTables = async () => undefined

const refusal = (type: string) => ({ status: 400, body: { __type: type, message: '' } })

const operationOf = ({ headers }: EmulatorRequest) =>
  String(headers['x-amz-target']).replace('DynamoDB_20120810.', '')

/** What the right keys make of the request as it arrived. */
function expectedAuthorization(
  { method, path, headers, body }: EmulatorRequest,
  credentials: Credentials,
) {
  const date = String(headers['x-amz-date'])
  return signRequest({
    method,
    url: `http://${headers.host}${path}`,
    headers: {
      'content-type': String(headers['content-type']),
      'x-amz-target': String(headers['x-amz-target']),
    },
    body: body.toString(),
    region: REGION,
    service: 'dynamodb',
    credentials,
    at: new Date(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')),
  }).authorization
}

export async function call(url: string, operation: string, body: string): Promise<EmulatorAnswer> {
  const headers = signRequest({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    },
    body,
    region: REGION,
    service: 'dynamodb',
    credentials: CREDENTIALS,
    at: new Date(),
  })
  const request = { method: 'POST', url, headers, body }
  const { status, text } = await exchange(request, TIMEOUT_MS, { sent: false })
  return { status, body: JSON.parse(text) }
}

async function createTable(url: string): Promise<void> {
  const created = await call(url, 'CreateTable', JSON.stringify(tableDefinition(TABLE)))
  if (created.status !== 200) throw new Error(JSON.stringify(created.body))
  for (;;) {
    const { body } = await call(url, 'DescribeTable', JSON.stringify({ TableName: TABLE }))
    if ((body as { Table: { TableStatus: string } }).Table.TableStatus === 'ACTIVE') return
  }
}
