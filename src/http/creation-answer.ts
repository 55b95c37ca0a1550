/** What creations and copies answer: the client that was made, or as it would be. */

import { clientPath } from '../core/client-path.ts'
import { lookFor, subjectFor } from '../service/access/fresh-look.ts'
import type { CreationResult } from '../service/life/creation.ts'
import { type Answer, clientBody, planBody } from './answer.ts'
import { changeHeaders, requestsOf } from './change.ts'
import { readBody } from './etag.ts'
import type { Exchange } from './exchange.ts'
import { lookingFor, type Site } from './target.ts'

/**
 * A request that had been carried out before shows a client that may be someone else's since. It is looked at as any
 * client is.
 * @throws ClientError `not_found`
 */
export async function lookAgain(
  exchange: Exchange,
  { access, provider }: Site,
  { ref, replayed }: CreationResult,
): Promise<void> {
  if (access === undefined || replayed !== true || ref === undefined) return
  const { service } = exchange.settings
  const own = service.access?.(ref)
  if (own === undefined) return
  const looking = lookingFor(exchange, provider, ref)
  await lookFor(service, own, looking)
  access.look(await subjectFor(service, looking))
}

/** A client that was made. */
export function creationAnswer(exchange: Exchange, site: Site, result: CreationResult): Answer {
  const { ref, native, warnings, secret } = result
  if (ref === undefined) throw new TypeError('a client that was made has an id')
  exchange.trace.ref = ref
  const { provider, userPoolId, id } = ref
  const bodyOptions = { may: site.may, warnings, secret }
  return {
    status: 201,
    headers: {
      ...changeHeaders(
        exchange,
        result,
        readBody(exchange, { ...site, ref }, { native, standing: undefined }),
      ),
      location: clientPath(id, { provider, userPoolId }),
    },
    body: clientBody(ref, site.provider.mapping, native, bodyOptions),
  }
}

/** A client as it would be made. */
export function creationPlan(exchange: Exchange, site: Site, result: CreationResult): Answer {
  const { native, warnings, steps, changes } = result
  const bodyOptions = { may: site.may, warnings: [] }
  const client = clientBody({ ...site.place, id: '' }, site.provider.mapping, native, bodyOptions)
  const requests = requestsOf(exchange, site.provider, steps)
  const plan = planBody(site.may, { changes, requests, warnings })
  return { status: 200, body: { ...plan, client } }
}
