/** `GET /clients/{clientId}/lint` and `GET /lint`: what deserves a second look, and the PATCH that fixes it. */

import type { LINT_OPERATIONS } from '../../contract/operations/lint.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { type Finding, SEVERITIES } from '../../core/lint/rule.ts'
import { lintAll } from '../../service/reading/lint-all.ts'
import { lintOne } from '../../service/reading/lint-one.ts'
import type { Answer } from '../answer.ts'
import { absent, reading } from '../change.ts'
import { etagOf } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { callFor, targetOf } from '../target.ts'
import { badCursor, pageLimit } from '../wire/cursor.ts'
import { listCursorOf, listCursorText } from '../wire/list-cursor.ts'
import { knowledgeBody, readablePlaces } from './list.ts'

export const LINT_HANDLERS: Handlers<keyof typeof LINT_OPERATIONS> = { lintClient, lintClients }

/** Reads one client and shows what the rules find; the ETag names the state of the client, for the PATCH that fixes it. */
async function lintClient(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  const { findings, tag } = await absent(
    lintOne(exchange.settings.service, reading(exchange, target)),
  )
  const body = { findings: findings.map(findingBody) }
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

/** Lints the clients of the mirror, page by page; clients without a finding are left out. */
async function lintClients(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const { service } = settings
  const places = readablePlaces(exchange)
  const from = listCursorOf(service, places, query.cursor)
  if (from?.kind === 'live') throw badCursor()
  const after = from === undefined ? {} : { after: from.after }
  const limit = pageLimit(query.limit)
  const call = callFor(exchange)
  const request = { places, limit, call, ...after }
  const { clients, shared, next, knowledge } = await lintAll(service, request)
  const worst = (SEVERITIES as readonly string[]).indexOf(query.severity ?? '')
  const severities = SEVERITIES.slice(0, worst + 1)
  const isAsked = ({ severity }: Finding) =>
    severities.length === 0 || severities.includes(severity)
  const items = clients.flatMap(({ ref, verifiedAt, findings }): readonly JsonObject[] => {
    const bodies = findings.filter(isAsked).map(findingBody)
    const lastVerifiedAt = new Date(verifiedAt).toISOString()
    return bodies.length === 0 ? [] : [{ client: { ...ref }, lastVerifiedAt, findings: bodies }]
  })
  return {
    status: 200,
    body: {
      items,
      shared: shared.filter(isAsked) as unknown as JsonObject[],
      ...(next === undefined
        ? {}
        : { next: listCursorText(service, { kind: 'mirror', after: next }) }),
      mirror: knowledge.map(knowledgeBody),
    },
  }
}

function findingBody({ mend, ...finding }: Finding): JsonObject {
  return { ...finding, ...(mend === undefined ? {} : { mend: { client: mend as JsonObject } }) }
}
