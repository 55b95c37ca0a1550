/** `POST /jobs/reap`: clients that no one needs any more, looked for first, suspended and removed later. */

import { isRecord } from '../../core/json/json.ts'
import type { JobReap } from '../../service/jobs/log.ts'
import { submittedBefore } from '../../service/jobs/submit.ts'
import type { Answer } from '../answer.ts'
import { actorOf, rightsOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { reapRequest } from '../schemas/jobs.ts'
import { callerOf, permissionOf, type Site, siteOf } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'
import { requireAt, rightsOver, traceProviders } from './access.ts'
import { invalid, optionsOf, within } from './body.ts'
import { found, selectionOf } from './places.ts'
import { keyOf, submit, submitted } from './submit.ts'

/** 30 days. */
const GRACE_SECONDS = 2_592_000

/** Submits a job that reaps. It never starts by itself: what it would do is looked at first. */
export async function reapClients(exchange: Exchange): Promise<Answer> {
  const { settings } = exchange
  const body = readJsonBody(exchange.request, 'select')
  checkMembers(reapRequest, body)
  const { select } = body
  if (!isRecord(select)) throw invalid('select', 'must be an object')
  const olderThan = memberOf(reapRequest, body, 'olderThanSeconds')
  const grace = memberOf(reapRequest, body, 'graceSeconds') ?? GRACE_SECONDS
  const unknownUse = memberOf(reapRequest, body, 'unknownUse') ?? false
  const options = { ...optionsOf({ ...body, autoStart: false }), autoStart: false }
  const principal = callerOf(exchange)
  const key = keyOf(exchange, body)
  const selection = within('select', () => selectionOf(exchange, select, siteAt(exchange)))
  const before = await submittedBefore(settings.service, key)
  if (before !== undefined) return submitted(before, true)
  const items = await found(exchange, selection)
  const providers = items.map(({ ref }) => ref.provider)
  traceProviders(exchange, providers)
  const reap: JobReap = {
    olderThanMs: olderThan * 1_000,
    graceMs: grace * 1_000,
    unknownUse,
    ...selection.filter,
    ...rightsOf(principal),
  }
  const rights = rightsOver(exchange, providers)
  const token = rightsOf(principal)
  const submission = { actor: actorOf(principal), token, options, rights, items, reap }
  return submit(exchange, { ...submission, ...(key && { key }) })
}

/** Where the caller may do all that a reaping takes. */
function siteAt(exchange: Exchange) {
  return (place: Parameters<typeof siteOf>[1]): Site => {
    const site = siteOf(exchange, place)
    for (const permission of [permissionOf(exchange), ...(exchange.row.also ?? [])]) {
      requireAt(exchange, site.place.provider, permission)
    }
    return site
  }
}
