/** `GET` and `PUT /clients/{clientId}/values`: the values of a client's lists, by who manages or leases them. */

import { ClientError } from '../../../core/errors.ts'
import type { Json, JsonObject } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import { parseMergePatch } from '../../../core/patch/patch.ts'
import { checkWritable } from '../../../core/plan/plan.ts'
import { neededByName } from '../../../core/rights/rights.ts'
import type { Managing } from '../../../service/base/request.ts'
import { additionsOf } from '../../../service/change/managed-values.ts'
import { readClient } from '../../../service/reading/read.ts'
import type { Answer } from '../../answer.ts'
import { absent, answerChange, checkNeeds, reading } from '../../change.ts'
import { etagOf } from '../../etag.ts'
import type { Exchange } from '../../exchange.ts'
import { valuesRequest } from '../../schemas/clients.ts'
import { ownedValues } from '../../standing.ts'
import { checkReading, targetOf } from '../../target.ts'
import { readJsonBody } from '../../wire/body.ts'
import { checkMembers, memberOf } from '../../wire/members.ts'

/** All values of the lists of a client. */
export async function listValues(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const { native, tag, standing } = await absent(
    readClient(exchange.settings.service, reading(exchange, target)),
  )
  const values = ownedValues(target.provider.mapping, native, standing)
  const body = { ...target.ref, values: values as unknown as Json }
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

/** States which values are whose. */
export async function putValues(exchange: Exchange): Promise<Answer> {
  const { query } = exchange
  const body = readJsonBody(exchange.request, 'managers')
  checkMembers(valuesRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient, client } = body
  const target = await targetOf(exchange, { provider, userPoolId, ownClient })
  const managers = memberOf(valuesRequest, body, 'managers') as Managing['managers']
  const fields = client === undefined ? {} : fieldsOf(client)
  const managing: Managing = { kind: 'managing', managers, fields }
  const whole = { kind: 'merge', fields: additionsOf(managing) } as const
  checkReading(target, whole)
  if (!target.may('clients:read')) {
    const { mapping, ownApi } = target.provider
    checkWritable(mapping, whole)
    checkNeeds(exchange, target, neededByName(mapping, whole, ownApi !== undefined))
  }
  return answerChange(exchange, target, managing)
}

/** @throws ClientError `invalid_field` */
function fieldsOf(client: Json) {
  const patch = parseMergePatch(client)
  const fields = patch.kind === 'merge' ? patch.fields : {}
  if (isRecord(client) && Object.hasOwn(client, 'secret')) {
    throw new ClientError(
      'invalid_field',
      'client.secret is set by PATCH /clients/{clientId}, not here.',
      { field: 'client.secret' },
    )
  }
  return fields as JsonObject
}
