/** What a case of the HTTP contract is, and what every one of them needs. */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import type { World } from './world.ts'

export interface Sent {
  readonly method: string
  readonly path: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

export interface Case {
  readonly name: string
  run(send: (request: Sent) => Promise<Received>, world: World): Promise<void>
}

export const CLIENT = '/clients/exampleClientId'
export const COGNITO = { provider: 'cognito-client', userPoolId: POOL_ID }

/** The path and query of a `Location` without what stands before the route. */
export const routeIn = (location = '') => location.replace(/^.*?(?=\/(?:clients|jobs)\/)/, '')

/** The part of an entity tag that is of the client's state. */
export const stateOf = (etag = '') => etag.replace(/^"([^.]*).*$/, '$1')

/** A request with a token and a JSON body. */
export async function withToken(world: World, sent: Sent, body?: Json): Promise<Sent> {
  return {
    ...sent,
    headers: {
      authorization: `Bearer ${await world.token()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...sent.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
}
