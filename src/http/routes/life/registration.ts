/** `PUT /clients/{clientId}/registration`: adopting a client that was made elsewhere. */

import type { JsonObject } from '../../../core/json/json.ts'
import { secret } from '../../../core/secrecy/secret.ts'
import type { ClientRegistration } from '../../../providers/adoption.ts'
import type { Provider } from '../../../providers/provider.ts'
import { adoptClient as adopt } from '../../../service/life/adopt.ts'
import { type Answer, clientBody } from '../../answer.ts'
import { insufficientScope } from '../../auth/permissions.ts'
import { absent, changeHeaders, traced, writing } from '../../change.ts'
import { keyOfRequest } from '../../conditions.ts'
import { readBody } from '../../etag.ts'
import type { Exchange } from '../../exchange.ts'
import { adoptionRequest } from '../../schemas/life.ts'
import { adoptedTargetOf, type Target } from '../../target.ts'
import { readOptionalJsonBody } from '../../wire/body.ts'
import { checkedValue, checkMembers } from '../../wire/members.ts'

/** Takes the client in, or looks at it with the token with `?dryRun=true`. */
export async function adoptClient(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const body = readOptionalJsonBody(exchange.request)
  checkMembers(adoptionRequest, body)
  const { provider = query.provider, userPoolId = query.userPoolId } = body
  const target = await adoptedTargetOf(exchange, { provider, userPoolId })
  const registration = registrationOf(target.provider, body)
  const { registrationAccessToken: token = null, registrationClientUri: uri = null } = body
  const result = await absent(
    adopt(settings.service, {
      ...writing(exchange, target, keyOfRequest(exchange, target, [token, uri])),
      ref: target.ref,
      provider: target.provider,
      ...(registration === undefined ? {} : { registration }),
      ...(target.access === undefined && target.may('secrets:rotate')
        ? {}
        : { refuseReplacing: () => refuseReplacing(exchange, target) }),
    }),
  )
  const { outcome, native, standing } = traced(exchange, result)
  const bodyOptions = { may: target.may, warnings: [], standing }
  const client = clientBody(target.ref, target.provider.mapping, native, bodyOptions)
  const plan: JsonObject = { dryRun: true, changes: [], requests: [], warnings: [], client }
  return {
    status: 200,
    headers: changeHeaders(exchange, result, readBody(exchange, target, result)),
    body: outcome === 'planned' ? plan : client,
  }
}

/** Who holds the registration has the client's secret: replacing one is a matter of secrets. */
function refuseReplacing({ settings }: Exchange, { principal, place, may }: Target): void {
  if (may('secrets:rotate')) return
  const demand = { principal, providerId: place.provider, permission: 'secrets:rotate' } as const
  const says =
    'The client already has a working registration. Replacing it needs the permission secrets:rotate.'
  throw insufficientScope(settings.permissions, demand, { says, field: 'registrationAccessToken' })
}

/** `undefined` where the provider opens all of its clients with one credential. */
function registrationOf(
  { adoption }: Provider,
  { registrationAccessToken: token, registrationClientUri: uri }: JsonObject,
): ClientRegistration | undefined {
  if (adoption === undefined && token === undefined && uri === undefined) return undefined
  const { registrationAccessToken, registrationClientUri } = adoptionRequest.shape
  const read = checkedValue(registrationAccessToken, token, 'registrationAccessToken')
  if (uri === undefined || uri === null) return { token: secret(read) }
  return {
    token: secret(read),
    uri: checkedValue(registrationClientUri, uri, 'registrationClientUri'),
  }
}
