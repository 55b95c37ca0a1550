/** The secrets of a client: rotated, listed and retired. Only a rotation shows a value, and once. */

import type { SECRET_OPERATIONS } from '../../contract/operations/secrets.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { secret } from '../../core/secrecy/secret.ts'
import { type RetirementResult, retireSecret as retire } from '../../service/secrets/retire.ts'
import type { Ending } from '../../service/secrets/retirements.ts'
import { rotateSecret as rotate } from '../../service/secrets/rotate.ts'
import type { RotationResult } from '../../service/secrets/rotation.ts'
import { listSecrets as listLive } from '../../service/secrets/secret-list.ts'
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
import { rotationRequest, secondsToEnd } from '../schemas/secrets.ts'
import { pathId, type Target, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'
import { checkedValue, checkMembers, memberOf } from '../wire/members.ts'

export const SECRET_HANDLERS: Handlers<keyof typeof SECRET_OPERATIONS> = {
  rotateSecret,
  listSecrets,
  retireSecret,
}

/** Gives a client a new secret, or plans that with `?dryRun=true`. */
async function rotateSecret(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const body = readJsonBody(exchange.request)
  checkMembers(rotationRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  const target = await targetOf(exchange, { provider, userPoolId, ownClient })
  const cutOver = memberOf(rotationRequest, body, 'cutOver') ?? false
  const retireAfterSeconds = memberOf(rotationRequest, body, 'retireAfterSeconds')
  const content = { cutOver, ...(retireAfterSeconds === undefined ? {} : { retireAfterSeconds }) }
  const value = memberOf(rotationRequest, body, 'secret')
  const chosen = value === undefined ? {} : { secret: value }
  const rotating = rotate(settings.service, {
    ...conditions(exchange, target, { ...content, ...chosen }),
    ...content,
    ...(value === undefined ? {} : { value: secret(value) }),
    authorize: (needs) => checkNeeds(exchange, target, needs),
  })
  const result = traced(exchange, await absent(rotating))
  const { outcome, secret: addition, previous } = result
  const secrets = { previous: previous.map(endingBody) }
  if (outcome === 'planned') return planAnswer(exchange, target, result, secrets)
  const { value: shownValue, ...facts } = addition ?? {}
  return doneAnswer(exchange, target, result, {
    secret: { ...facts, value: shownValue?.reveal() ?? null },
    ...secrets,
  })
}

/** Ends one of the live secrets, now or later, or plans that with `?dryRun=true`. */
async function retireSecret(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const target = await targetOf(exchange, query)
  const secretId = pathId(exchange, 'secretId')
  const { afterSeconds: after } = query
  const afterSeconds =
    after === undefined ? undefined : checkedValue(secondsToEnd, Number(after), 'afterSeconds')
  const content = { secretId, ...(afterSeconds === undefined ? {} : { afterSeconds }) }
  const retiring = retire(settings.service, {
    ...conditions(exchange, target, content),
    ...content,
  })
  const result = traced(exchange, await absent(retiring))
  const ending = result.live.map(endingBody)
  const retiresAt = ending.find(({ id }) => id === secretId)?.retiresAt
  const later = retiresAt === undefined ? {} : { retiresAt }
  return result.outcome === 'planned'
    ? planAnswer(exchange, target, result, { secrets: ending })
    : doneAnswer(exchange, target, result, { retired: secretId, ...later, secrets: ending })
}

/** Lists the live secrets with their ages; the end of a value for those who may read or rotate it. */
async function listSecrets(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const { live, atOnce, tag } = await absent(
    listLive(exchange.settings.service, reading(exchange, target)),
  )
  const mayHint = target.may('secrets:read') || target.may('secrets:rotate')
  const secrets = live.map(({ hint, ...one }) =>
    endingBody({ ...one, ...(mayHint && hint && { hint }) }),
  )
  const body = { secrets, atOnce }
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

const endingBody = ({ id, createdAt, expiresAt, hint, retiresAt }: Ending): JsonObject => ({
  id,
  ...(retiresAt === undefined ? {} : { retiresAt: new Date(retiresAt).toISOString() }),
  ...(createdAt === undefined ? {} : { createdAt }),
  ...(expiresAt === undefined ? {} : { expiresAt }),
  ...(hint === undefined ? {} : { hint }),
})

function conditions(exchange: Exchange, target: Target, content: Json) {
  const ifMatch = ifMatchOf(exchange)
  return {
    ...writing(exchange, target, keyOfRequest(exchange, target, content)),
    ...sight(target),
    ownClient: target.ownClient,
    ref: target.ref,
    provider: target.provider,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...noneMatchCheck(exchange, (snapshot) => readBody(exchange, target, snapshot)),
  }
}

function doneAnswer(
  exchange: Exchange,
  target: Target,
  result: RotationResult | RetirementResult,
  facts: JsonObject,
): Answer {
  const { ref, provider, may } = target
  const { native, warnings, standing } = result
  const view = { may, warnings, standing }
  const client = clientBody(ref, provider.mapping, native, view)
  const read = readBody(exchange, target, result)
  return { status: 200, headers: changeHeaders(exchange, result, read), body: { ...facts, client } }
}
