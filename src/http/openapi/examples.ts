/** Examples of the description: requests that the development server takes as they stand. */

import type { BodyName } from '../../contract/bodies.ts'
import type { JsonObject } from '../../core/json/json.ts'

/** Of what stands in paths; what is made at run time has an example of its shape only. */
export const PATH_EXAMPLES: Readonly<Record<string, string>> = {
  clientId: 'exampleClientId',
  providerId: 'auth0',
  operationId: '3923b7a6-bf51-438c-9331-a1658f4c42cc',
  jobId: '0198c7a6-bf51-738c-9331-a1658f4c42cc',
  requestId: '0198c7a6-bf51-738c-9331-a1658f4c42dd',
  secretId: 'cred_1234567890abcdef',
  kid: 'reports-2026-11',
}

const CHANGE = { callbacks: { add: ['https://app.example.com/second'] }, description: null }

/** That of RFC 7638 section 3.1. */
const PUBLIC_KEY = {
  kty: 'RSA',
  kid: 'reports-2026-11',
  e: 'AQAB',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
}

/** The change as operations (RFC 6902). */
export const JSON_PATCH_EXAMPLE = [
  { op: 'add', path: '/callbacks/-', value: 'https://app.example.com/second' },
]

/** Of the bodies of requests. */
export const BODY_EXAMPLES: { readonly [B in BodyName]?: JsonObject } = {
  ClientPatchRequest: { client: CHANGE },
  CreationRequest: { provider: 'auth0', kind: 'web', client: { name: 'Portal' } },
  CopyRequest: { provider: 'local' },
  RollbackRequest: { to: 0 },
  NewKeyRequest: { key: PUBLIC_KEY },
  RotationRequest: { provider: 'local', retireAfterSeconds: 86_400 },
  AdoptionRequest: {},
  ProtectionRequest: { protected: true },
  TeamRequest: { team: 'payments' },
  SuspensionRequest: {},
  ResumptionRequest: { allowPartial: true },
  LeaseRequest: {
    field: 'callbacks',
    value: 'https://preview-7.example.com/callback',
    owner: 'preview-7',
    ttlSeconds: 3_600,
  },
  MoveRequest: {
    provider: 'local',
    from: 'https://app.example.com/callback',
    to: 'https://new.example.com/callback',
  },
  OpenMoveRequest: { provider: 'local', from: 'https://app.example.com/callback' },
  ValuesRequest: {
    managers: { 'team-shop': { callbacks: ['https://shop.example.com/callback'] } },
  },
  DecisionRequest: { comment: 'As agreed with the payments team.' },
  JobRequest: {
    clients: [{ id: 'exampleClientId', provider: 'auth0' }],
    patch: { description: 'Changed by a job' },
  },
  UndoRequest: { autoStart: false },
  ReapRequest: {
    select: { provider: 'auth0', filter: 'firstParty:false' },
    olderThanSeconds: 7_776_000,
    unknownUse: true,
  },
}

/** An answer that was refused. */
export const ERROR_EXAMPLE: JsonObject = {
  error: 'client.callbacks[0] must not contain user information (@ before the host).',
  code: 'invalid_field',
  field: 'client.callbacks[0]',
  requestId: '3923b7a6-bf51-438c-9331-a1658f4c42cc',
}
