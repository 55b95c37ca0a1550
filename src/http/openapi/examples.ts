/** Examples of the description: requests that the development server takes as they stand. */

import type { BodyName } from '../../contract/bodies.ts'
import type { JsonObject } from '../../core/json/json.ts'

/** Of what stands in paths; what is made at run time has an example of its shape only. */
export const PATH_EXAMPLES: Readonly<Record<string, string>> = {
  clientId: 'exampleClientId',
  providerId: 'auth0',
  operationId: '3923b7a6-bf51-438c-9331-a1658f4c42cc',
  jobId: '0198c7a6-bf51-738c-9331-a1658f4c42cc',
  secretId: 'cred_1234567890abcdef',
}

const CHANGE = { callbacks: { add: ['https://app.example.com/second'] }, description: null }

/** Of the bodies of requests. */
export const BODY_EXAMPLES: { readonly [B in BodyName]?: JsonObject } = {
  ClientPatchRequest: { client: CHANGE },
  CreationRequest: { provider: 'auth0', kind: 'web', client: { name: 'Portal' } },
  CopyRequest: { provider: 'local' },
  RollbackRequest: { to: 0 },
  RotationRequest: { provider: 'local', retireAfterSeconds: 86_400 },
  AdoptionRequest: {},
  ProtectionRequest: { protected: true },
  SuspensionRequest: {},
  ResumptionRequest: { allowPartial: true },
  LeaseRequest: {
    field: 'callbacks',
    value: 'https://preview-7.example.com/callback',
    owner: 'preview-7',
    ttlSeconds: 3_600,
  },
  JobRequest: {
    clients: [{ id: 'exampleClientId', provider: 'auth0' }],
    patch: { description: 'Changed by a job' },
  },
  UndoRequest: { autoStart: false },
}

/** An answer that was refused. */
export const ERROR_EXAMPLE: JsonObject = {
  error: 'client.callbacks[0] must not contain user information (@ before the host).',
  code: 'invalid_field',
  field: 'client.callbacks[0]',
  requestId: '3923b7a6-bf51-438c-9331-a1658f4c42cc',
}
