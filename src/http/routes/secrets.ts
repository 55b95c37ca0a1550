/** The secrets of a client: rotated, listed and retired. Only a rotation shows a value, and once. */

import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { callerOf } from '../../service/base/service.ts'
import { type RetirementResult, retireSecret } from '../../service/secrets/retire.ts'
import { type Ending, MAX_RETIRE_SECONDS } from '../../service/secrets/retirements.ts'
import { rotateSecret } from '../../service/secrets/rotate.ts'
import type { RotationResult } from '../../service/secrets/rotation.ts'
import { listSecrets } from '../../service/secrets/secrets.ts'
import { type Answer, clientBody } from '../answer.ts'
import { actorOf } from '../auth/principal.ts'
import { absent, changeHeaders, checkNeeds, planAnswer, traced, writing } from '../change.ts'
import { ifMatchOf, keyOfRequest } from '../conditions.ts'
import { etagOf, noneMatchCheck, readBody } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import { checkBodyMembers, pathId, type Target, targetOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'

/** Gives a client a new secret, or plans that with `?dryRun=true`. */
export async function postRotation(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const body = readJsonBody(exchange.request)
  checkBodyMembers(body, ['provider', 'userPoolId', 'ownClient', 'cutOver', 'retireAfterSeconds'])
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient } = body
  const target = targetOf(exchange, { provider, userPoolId, ownClient }, 'secrets:rotate')
  const cutOver = flagOf(body.cutOver)
  const retireAfterSeconds = secondsOf('retireAfterSeconds', body.retireAfterSeconds)
  const asked = { cutOver, ...(retireAfterSeconds === undefined ? {} : { retireAfterSeconds }) }
  const rotating = rotateSecret(settings.service, {
    ...conditions(exchange, target, asked),
    ...asked,
    authorize: (needs) => checkNeeds(exchange, target, needs),
  })
  const result = traced(exchange, await absent(rotating))
  const { outcome, secret, previous } = result
  const secrets = { previous: previous.map(shown) }
  if (outcome === 'planned') return planAnswer(exchange, target, result, secrets)
  const { value, ...told } = secret ?? {}
  return doneAnswer(exchange, target, result, {
    secret: { ...told, value: value?.reveal() ?? null },
    ...secrets,
  })
}

function flagOf(value: Json = false): boolean {
  if (typeof value === 'boolean') return value
  throw new ClientError('invalid_field', 'cutOver must be true or false.', { field: 'cutOver' })
}

/** Seconds from now, or none. */
function secondsOf(field: string, seconds: Json | undefined): number | undefined {
  if (seconds === undefined) return undefined
  const isWhole = typeof seconds === 'number' && Number.isSafeInteger(seconds)
  if (isWhole && seconds >= 1 && seconds <= MAX_RETIRE_SECONDS) return seconds
  const says = `${field} must be a whole number from 1 to ${MAX_RETIRE_SECONDS}.`
  throw new ClientError('invalid_field', says, { field })
}

/** Ends one of the live secrets, now or later, or plans that with `?dryRun=true`. */
export async function deleteSecret(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const target = targetOf(exchange, query, 'secrets:rotate')
  const secretId = pathId(exchange, 'secretId')
  const { afterSeconds: after } = query
  const afterSeconds = secondsOf('afterSeconds', after === undefined ? undefined : Number(after))
  const asked = { secretId, ...(afterSeconds === undefined ? {} : { afterSeconds }) }
  const retiring = retireSecret(settings.service, {
    ...conditions(exchange, target, asked),
    ...asked,
  })
  const result = traced(exchange, await absent(retiring))
  const ending = result.live.map(shown)
  const retiresAt = ending.find(({ id }) => id === secretId)?.retiresAt
  const later = retiresAt === undefined ? {} : { retiresAt }
  return result.outcome === 'planned'
    ? planAnswer(exchange, target, result, { secrets: ending })
    : doneAnswer(exchange, target, result, { retired: secretId, ...later, secrets: ending })
}

/** Lists the live secrets with their ages; the end of a value for those who may read or rotate it. */
export async function getSecrets(exchange: Exchange): Promise<Answer> {
  const target = targetOf(exchange, exchange.query, 'clients:read')
  const { live, atOnce, tag } = await absent(
    listSecrets(exchange.settings.service, {
      ref: target.ref,
      provider: target.provider,
      requestId: exchange.requestId,
      caller: callerOf(actorOf(target.principal)),
      deadline: exchange.request.deadline,
      onUpstream: (call) => exchange.trace.upstream.push(call),
    }),
  )
  const mayHint = target.may('secrets:read') || target.may('secrets:rotate')
  const secrets = live.map(({ hint, ...one }) =>
    shown({ ...one, ...(mayHint && hint && { hint }) }),
  )
  const body = { secrets, atOnce }
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

const shown = ({ id, createdAt, hint, retiresAt }: Ending): JsonObject => ({
  id,
  ...(retiresAt === undefined ? {} : { retiresAt: new Date(retiresAt).toISOString() }),
  ...(createdAt === undefined ? {} : { createdAt }),
  ...(hint === undefined ? {} : { hint }),
})

function conditions(exchange: Exchange, target: Target, asked: Json) {
  const ifMatch = ifMatchOf(exchange)
  return {
    ...writing(exchange, target, keyOfRequest(exchange, target, asked)),
    ownClient: target.ownClient,
    ref: target.ref,
    provider: target.provider,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...noneMatchCheck(exchange, (found) => readBody(exchange, target, found)),
  }
}

function doneAnswer(
  exchange: Exchange,
  target: Target,
  result: RotationResult | RetirementResult,
  told: JsonObject,
): Answer {
  const { ref, provider, may } = target
  const { native, warnings, standing } = result
  const shown = { may, warnings, standing }
  const client = clientBody(ref, provider.mapping, native, shown)
  const read = readBody(exchange, target, result)
  return { status: 200, headers: changeHeaders(exchange, result, read), body: { ...told, client } }
}
