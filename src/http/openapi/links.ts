/** Where an answer leads: which operation takes what it holds (OpenAPI 3.1, Link Object). */

import type { Operation } from '../../contract/operations.ts'
import type { JsonObject } from '../../core/json/json.ts'

const CLIENT = {
  clientId: '$response.body#/id',
  provider: '$response.body#/provider',
}
const link = (operationId: string, description: string, parameters: JsonObject): JsonObject => ({
  operationId,
  description,
  parameters,
})

/** The links of a success, by name; only where every answer of the status holds what they take. */
export function linksOf(row: Operation, status: string): JsonObject {
  const isMade = status === '201' || status === '202'
  if (row.plan !== undefined && !isMade) return {}
  switch (row.answers[Number(status) as 200 | 201 | 202]) {
    case 'Client':
    case 'Copy':
      return LINKS_OF_CLIENT
    case 'Job':
      return row.path === '/jobs/{jobId}' ? {} : { job: JOB }
    default:
      return {}
  }
}

const LINKS_OF_CLIENT = {
  read: link('getClient', 'The client afterwards.', CLIENT),
  change: link('updateClient', 'Changes this client.', CLIENT),
}
const JOB = link('getJob', 'The progress of the job.', { jobId: '$response.body#/id' })
