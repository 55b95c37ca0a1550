/** The store of the Lambda function: dynalite, in memory, with the table in it. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { signRequest } from '../../src/core/sigv4.ts'
import { tableDefinition } from '../../src/store/dynamodb/dynamodb-items.ts'
import { send } from '../native.ts'
import { AWS_CREDENTIALS, REGION, TABLE } from '../subject.ts'
import { answering } from './control.ts'

/** dynalite has no types; this is the part that is used. */
const createDynalite = createRequire(import.meta.url)('dynalite') as (options: {
  /** How long a new table is not yet active (milliseconds). */
  readonly createTableMs: number
}) => Server

const server = createDynalite({ createTableMs: 0 })
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const body = JSON.stringify(tableDefinition(TABLE))
const signed = signRequest({
  method: 'POST',
  url: `${url}/`,
  headers: {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.CreateTable',
  },
  body,
  region: REGION,
  service: 'dynamodb',
  credentials: AWS_CREDENTIALS,
  at: new Date(),
})
await send(new Pool(url), { method: 'POST', path: '/', headers: signed, body })

answering('url', () => url)
