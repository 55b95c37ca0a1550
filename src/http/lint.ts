/** `GET /clients/{clientId}/lint`: what deserves a second look on one client, and the PATCH that mends it. */

import type { JsonObject } from '../core/json.ts'
import { lintClient } from '../core/lint/lint.ts'
import type { Finding } from '../core/lint/rule.ts'
import { readClient } from '../service/read.ts'
import { callerOf } from '../service/service.ts'
import type { Answer } from './answer.ts'
import { absent } from './change.ts'
import { actorOf } from './conditions.ts'
import type { Exchange } from './exchange.ts'
import { targetOf } from './target.ts'

/** Reads one client and tells what the rules find; the ETag is the client's, for the PATCH of a mend. */
export async function lintOneClient(exchange: Exchange): Promise<Answer> {
  const { query, requestId, request, settings, trace } = exchange
  const { ref, provider, principal } = targetOf(exchange, query, 'clients:read')
  const { native, tag } = await absent(
    readClient(settings.service, {
      ref,
      provider,
      requestId,
      caller: callerOf(actorOf(principal)),
      deadline: request.deadline,
      onUpstream: (call) => trace.upstream.push(call),
    }),
  )
  const findings = lintClient(provider.mapping, native).map(findingBody)
  return { status: 200, headers: { etag: `"${tag}"` }, body: { findings } }
}

function findingBody({ mend, ...finding }: Finding): JsonObject {
  return { ...finding, ...(mend === undefined ? {} : { mend: { client: mend as JsonObject } }) }
}
