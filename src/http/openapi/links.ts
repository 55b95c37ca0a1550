/**
 * Where an answer leads: which operation takes what it holds. An expression that leads to nothing passes no parameter
 * (OpenAPI 3.1, Link Object), so an answer without a user pool, an empty list and a dry run lead as far as they can.
 */

import type { BodyName } from '../../contract/bodies.ts'
import type { Operation, OperationName } from '../../contract/operations.ts'
import type { JsonObject } from '../../core/json/json.ts'

type Links = Readonly<Record<string, JsonObject>>

const link = (
  operationId: OperationName,
  description: string,
  parameters: Readonly<Record<string, string>>,
): JsonObject => ({ operationId, description, parameters })

/** The parameters that name a client which the answer shows there. */
const clientAt = (place: string) => ({
  clientId: `$response.body#${place}/id`,
  provider: `$response.body#${place}/provider`,
  userPoolId: `$response.body#${place}/userPoolId`,
})

/** The same for the client that the request was about. */
const SAME_CLIENT = {
  clientId: '$request.path.clientId',
  provider: '$request.query.provider',
  userPoolId: '$request.query.userPoolId',
}

const JOB = { jobId: '$response.body#/id' }

const CLIENT: Links = {
  read: link('getClient', 'The client afterwards.', clientAt('')),
  change: link('updateClient', 'Changes this client.', clientAt('')),
  copy: link('copyClient', 'Copies this client.', clientAt('')),
  history: link('getClientHistory', 'The changes of this client.', clientAt('')),
  remove: link('deleteClient', 'Removes this client in the state that the answer shows.', {
    ...clientAt(''),
    'If-Match': '$response.header.ETag',
  }),
}

const JOB_LINKS: Links = {
  job: link('getJob', 'The progress of the job.', JOB),
  results: link('getJobResults', 'The outcome of each client of the job.', JOB),
  start: link('startJob', 'Starts what the job has planned.', JOB),
  cancel: link('cancelJob', 'Cancels the job.', JOB),
}

/** By the body of the answer; of a list, what its first item leads to. */
const LINKS: { readonly [B in BodyName]?: Links } = {
  Client: CLIENT,
  Copy: CLIENT,
  ClientPage: {
    read: link('getClient', 'The first client of the page.', clientAt('/clients/0')),
    change: link('updateClient', 'Changes the first client of the page.', clientAt('/clients/0')),
  },
  Job: JOB_LINKS,
  JobPage: { job: link('getJob', 'The newest job.', { jobId: '$response.body#/items/0/id' }) },
  JobResultPage: {
    operation: link('getOperation', 'The change of the first client.', {
      operationId: '$response.body#/items/0/operationId',
    }),
  },
  HistoryPage: {
    operation: link('getOperation', 'The newest change.', {
      operationId: '$response.body#/items/0/operationId',
    }),
  },
  HistoryItem: {
    client: link('getClient', 'The client that was changed.', clientAt('/client')),
  },
  SecretList: {
    retire: link('retireSecret', 'Retires the oldest secret.', {
      ...SAME_CLIENT,
      secretId: '$response.body#/secrets/0/id',
    }),
  },
  KeyList: {
    remove: link('removeKey', 'Removes the first key.', {
      ...SAME_CLIENT,
      kid: '$response.body#/keys/0/kid',
    }),
  },
  ProviderList: {
    provider: link('getProvider', 'What the first provider can hold.', {
      providerId: '$response.body#/providers/0/id',
    }),
  },
}

const OPERATION = link('getOperation', 'The outcome of this change.', {
  operationId: '$response.header.Operation-Id',
})

/** The links of a success, by name. */
export function linksOf(row: Operation, status: string): Links {
  const body = row.answers[Number(status) as 200 | 201 | 202]
  const recorded = row.answerHeaders.includes('Operation-Id') ? { operation: OPERATION } : {}
  if (body === undefined || body === 'nothing') return recorded
  return { ...LINKS[body], ...recorded }
}
