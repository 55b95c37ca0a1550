/** The public keys of a client: listed, added and removed. */

import type { KEY_OPERATIONS } from '../../contract/operations/keys.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { publicKeyOf } from '../../core/keys/public-key.ts'
import type { ClientKey } from '../../providers/provider.ts'
import { changeKeys, type KeyRequest } from '../../service/keys/key-change.ts'
import { listKeys as listHeld } from '../../service/keys/keys.ts'
import { type Answer, clientBody } from '../answer.ts'
import {
  absent,
  changeHeaders,
  checkNeeds,
  planAnswer,
  reading,
  sight,
  traced,
  writing,
} from '../change.ts'
import { ifMatchOf, keyOfRequest } from '../conditions.ts'
import { etagOf, noneMatchCheck, readBody } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { newKeyRequest } from '../schemas/secrets.ts'
import { pathId, type Target, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'

export const KEY_HANDLERS: Handlers<keyof typeof KEY_OPERATIONS> = { listKeys, addKey, removeKey }

async function listKeys(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const { keys, atMost, tag } = await absent(
    listHeld(exchange.settings.service, reading(exchange, target)),
  )
  const body = { keys: keys.map(keyBody), ...(atMost === undefined ? {} : { atMost }) }
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

/** Adds a key, or plans that with `?dryRun=true`. */
async function addKey(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const body = readJsonBody(exchange.request)
  checkMembers(newKeyRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  const target = await targetOf(exchange, { provider, userPoolId, ownClient })
  const added = publicKeyOf(memberOf(newKeyRequest, body, 'key'))
  return change(exchange, target, { added }, { added: added.kid })
}

/** Removes a key, or plans that with `?dryRun=true`. */
async function removeKey(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const removed = pathId(exchange, 'kid')
  return change(exchange, target, { removed }, { removed })
}

async function change(
  exchange: Exchange,
  target: Target,
  wanted: KeyRequest['wanted'],
  about: JsonObject,
): Promise<Answer> {
  const { ref, provider, may } = target
  const ifMatch = ifMatchOf(exchange)
  const request = { ...wanted } as Json
  const changing = changeKeys(exchange.settings.service, {
    ...writing(exchange, target, keyOfRequest(exchange, target, request)),
    ownClient: target.ownClient,
    ref,
    provider,
    wanted,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...sight(target),
    ...noneMatchCheck(exchange, (snapshot) => readBody(exchange, target, snapshot)),
    authorize: (needs) => checkNeeds(exchange, target, needs),
  })
  const result = traced(exchange, await absent(changing))
  const { outcome, native, warnings, standing } = result
  const keys = result.keys.map(keyBody)
  if (outcome === 'planned') return planAnswer(exchange, target, result, { keys })
  const client = clientBody(ref, provider.mapping, native, { may, warnings, standing })
  const headers = changeHeaders(exchange, result, readBody(exchange, target, result))
  return { status: 200, headers, body: { ...about, keys, client } }
}

const keyBody = (key: ClientKey): JsonObject => ({ ...key })
