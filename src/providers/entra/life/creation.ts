/** Making an application, and finding one whose creation was not answered; what completes either is in `completion.ts`. */

import { ClientError, isClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import { isFor } from '../../../core/mapping/uses.ts'
import type { Secret } from '../../../core/secrecy/secret.ts'
import type { Call } from '../../call.ts'
import type { Candidate, Creation, CreationSearch } from '../../creation.ts'
import type { SecretStep } from '../../secrets.ts'
import type { Request } from '../calls/call.ts'
import { applicationOfKey, applicationsNamed, createdAtOf, recordOf } from '../calls/records.ts'
import { mapping } from '../mapping.ts'
import { COMPLEX } from '../members.ts'
import { isPersonal } from '../rules.ts'
import { sentMembers } from '../update.ts'
import { type Completing, completeFound, completeNew } from './completion.ts'
import { blank } from './kinds.ts'

interface Making extends Completing {
  /** The path of the version, as dry runs show it. */
  readonly version: string
  /** New applications are made under the id of the operation (uniqueName). */
  readonly creationKeys: boolean
}

/** Creation in one tenant. */
export function createCreation(settings: Omit<Making, 'kept'>): Creation {
  const making = { ...settings, kept: new Set<Json>() }
  return {
    blank,
    sent: requestBody,
    step: (_, next) => creationStep(making, next),
    listLagMs: making.lagMs,
    find: (_, search, call) => find(making, search, call),
    complete: (native, call) => completeFound(making, native, call),
    idOf: ({ appId }) => String(appId),
  }
}

/** Reads show whole seconds. */
const WITHIN_MS = 999

/** By its key; else by its name and its age. */
async function find(
  { send, creationKeys }: Making,
  { next, since, isKnown }: CreationSearch,
  call: Call,
): Promise<readonly Candidate[]> {
  if (creationKeys) {
    const native = await applicationOfKey(send, call.operationId, call)
    return native === undefined ? [] : [{ native, proven: true }]
  }
  const namesakes = await applicationsNamed(send, String(next.displayName), call)
  const young = namesakes.filter((native) => (createdAtOf(native) ?? since) + WITHIN_MS >= since)
  const ours = await Promise.all(young.map(({ appId }) => isKnown(String(appId))))
  return young.filter((_, index) => ours[index] !== true).map((native) => ({ native }))
}

/** What is not empty of what a creation takes. */
function requestBody(next: Native): JsonObject {
  const members = Object.entries(next).flatMap(([name, value]): [string, Json][] => {
    if (!isFor(mapping, name, 'created') || value === null) return []
    const sent = COMPLEX.some((one) => one === name) ? chosenIn(value) : value
    return sent === undefined ? [] : [[name, sent]]
  })
  return sentMembers(Object.fromEntries(members))
}

/** A complex member without what Entra ID sets by itself; `undefined`: nothing is left. */
function chosenIn(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value
  if (!isRecord(value)) return value === null || value === false ? undefined : value
  const members = Object.entries(value).flatMap(([name, one]): [string, Json][] => {
    const inner = chosenIn(one)
    return inner === undefined ? [] : [[name, inner]]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

function creationStep(making: Making, next: Native): SecretStep {
  const body = requestBody(next)
  let value: Secret | undefined
  return {
    request: { method: 'POST', target: `${making.version}/applications`, body },
    send: async (call) => {
      const { body: answer } = await making.send(firstRequest(making, next, body, call), call)
      const created = isRecord(answer ?? null) ? recordOf(answer as JsonObject) : {}
      if (typeof created.id !== 'string' || typeof created.appId !== 'string') {
        const says = 'Microsoft Graph answered with something else than the new application.'
        throw new ClientError('outcome_unknown', says)
      }
      const keep = (secret: Secret | undefined) => {
        value = secret
      }
      return completeNew(making, { created, next, keep }, call).catch(half)
    },
    reveal: () => value,
  }
}

function firstRequest(
  { creationKeys }: Making,
  next: Native,
  body: JsonObject,
  { operationId }: Call,
): Request {
  const personal = { isPersonal: isPersonal(next) }
  if (!creationKeys) {
    return { operation: 'POST /applications', path: '/applications', body, ...personal }
  }
  // Microsoft Graph, "Upsert application": 201 with the object; 204 where there is one of that key.
  return {
    operation: 'PATCH /applications(uniqueName)',
    path: `/applications(uniqueName='${encodeURIComponent(operationId)}')`,
    body,
    headers: { prefer: 'create-if-missing' },
    ...personal,
  }
}

/** The application is there; whether it has its service principal and its secret is to be seen. */
function half(cause: unknown): never {
  if (isClientError(cause, 'outcome_unknown')) throw cause
  const says = 'Entra ID made the application, and not all that belongs to it.'
  throw new ClientError('outcome_unknown', says, { cause })
}
