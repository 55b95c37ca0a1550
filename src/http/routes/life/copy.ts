/** `POST /clients/{clientId}/copy`: the query says which client, the body says where to. */

import { LIFE_OPERATIONS } from '../../../contract/operations/life.ts'
import { ClientError } from '../../../core/errors.ts'
import type { Json, JsonObject } from '../../../core/json/json.ts'
import { parseMergePatch } from '../../../core/patch/patch.ts'
import { copyClient as copy } from '../../../service/life/copy.ts'
import type { CreationResult } from '../../../service/life/creation.ts'
import type { Answer } from '../../answer.ts'
import { absent, checkNeeds, traced, writing } from '../../change.ts'
import { ifMatchOf, keyOfRequest } from '../../conditions.ts'
import { creationAnswer, creationPlan, lookAgain } from '../../creation-answer.ts'
import { etagOf } from '../../etag.ts'
import type { Exchange } from '../../exchange.ts'
import { copyRequest } from '../../schemas/life.ts'
import { otherSiteOf, type Site, targetOf } from '../../target.ts'
import { readJsonBody } from '../../wire/body.ts'
import { checkMembers, memberOf } from '../../wire/members.ts'

/** Makes a copy of a client, or shows with `?dryRun=true` what it would keep and lose. */
export async function copyClient(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const body = readJsonBody(exchange.request, 'provider')
  checkMembers(copyRequest, body)
  const source = await targetOf(exchange, query, LIFE_OPERATIONS.copyClient.atSource)
  const site = placeOfCopy(exchange, body)
  const { client = {} } = body
  const allowLoss = memberOf(copyRequest, body, 'allowLoss') ?? false
  const patch = parseMergePatch(client)
  const kind = memberOf(copyRequest, body, 'kind')
  const ifMatch = ifMatchOf(exchange)
  const team = memberOf(copyRequest, body, 'team') ?? site.access?.team()
  const whose = team === undefined ? [] : [team]
  const bound = [{ ...site.place }, kind ?? null, patch as unknown as Json, allowLoss, ...whose]
  const result = await absent(
    copy(settings.service, {
      ...writing(exchange, site, keyOfRequest(exchange, source, bound)),
      source: { ...source, removedToo: source.may('history:read') },
      provider: site.provider,
      place: site.place,
      patch,
      team,
      allowLoss,
      ...(kind === undefined ? {} : { kind }),
      ...(ifMatch === undefined ? {} : { ifMatch }),
      authorize: (needs) => checkNeeds(exchange, site, needs),
    }),
  )
  await lookAgain(exchange, site, result)
  return answerOf(exchange, site, traced(exchange, result))
}

/** The default provider is no place to copy to by accident. */
function placeOfCopy(exchange: Exchange, { provider, userPoolId }: JsonObject): Site {
  if (provider === undefined) throw invalid('provider', 'must name the provider of the copy')
  return otherSiteOf(exchange, { provider, userPoolId })
}

function answerOf(exchange: Exchange, site: Site, result: CreationResult): Answer {
  const { copy, outcome } = result
  const planned = outcome === 'planned'
  const answer = (planned ? creationPlan : creationAnswer)(exchange, site, result)
  if (copy === undefined || typeof answer.body === 'string') return answer
  const etag = planned ? { etag: etagOf(exchange, copy.sourceTag, answer.body) } : {}
  return {
    ...answer,
    headers: { ...answer.headers, ...etag },
    body: { ...answer.body, report: copy.report as unknown as Json },
  }
}

const invalid = (field: string, says: string) =>
  new ClientError('invalid_field', `${field} ${says}.`, { field })
