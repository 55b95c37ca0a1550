/** `GET /jobs`, `GET /jobs/{jobId}` and its results. */

import { listJobs as listPage, readResults } from '../../service/jobs/read.ts'
import type { Answer } from '../answer.ts'
import { jobToRead } from '../approval/job-decider.ts'
import type { Exchange } from '../exchange.ts'
import { actorIn, permissionOf } from '../target.ts'
import { pageLimit, placeOf, placeText, resultPlaceOf, resultPlaceText } from '../wire/cursor.ts'
import { mayAtAll, providersWith } from './access.ts'
import { jobBody, resultBody } from './view.ts'

/** Jobs that the caller may read, newest first. */
export async function listJobs(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  providersWith(exchange)
  const { actor, actorIssuer } = actorIn(exchange)
  const { cursor } = query
  const after = placeOf(cursor)
  const { jobs, next } = await listPage(settings.service, {
    limit: pageLimit(query.limit),
    deadline: exchange.request.deadline,
    ...(actor === undefined ? {} : { actor }),
    ...(after === undefined ? {} : { after }),
    mayKnow: (view) =>
      mayAtAll(exchange, view, permissionOf(exchange)) &&
      (actorIssuer === undefined || view.job.actor.issuer === actorIssuer),
  })
  return {
    status: 200,
    body: { items: jobs.map(jobBody), ...(next === undefined ? {} : { next: placeText(next) }) },
  }
}

/** One job and how far it has come. */
export async function getJob(exchange: Exchange): Promise<Answer> {
  return { status: 200, body: jobBody((await jobToRead(exchange)).view) }
}

/** What became of its clients, in the order in which that became known. */
export async function getJobResults(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const { view, isLimited } = await jobToRead(exchange)
  const from = resultPlaceOf(query.cursor)
  const limit = pageLimit(query.limit)
  const { results, next } = await readResults(settings.service, view.job.resource, from, limit)
  return {
    status: 200,
    body: {
      items: results.map(({ phase, at, ...result }) => resultBody(result, phase, at, isLimited)),
      ...(next === undefined ? {} : { next: resultPlaceText(next) }),
    },
  }
}
