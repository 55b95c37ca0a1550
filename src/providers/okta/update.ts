/**
 * The calls that change an application. The Apps API has no PATCH: a PUT replaces it, so that the whole record goes back,
 * members that this program has never heard of too. An empty secret keeps the one that is there (recorded); whether
 * one that is left out does is not known. Whether the application is active is no part of the PUT, but calls of their own.
 */

import { isRecord, type Json, type JsonObject, same, withoutMembers } from '../../core/json/json.ts'
import { normalOf } from '../../core/mapping/mapping.ts'
import { closed } from '../../core/mapping/opened.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Step } from '../call.ts'
import type { Send } from './calls/call.ts'
import { appPath, writtenRecord } from './calls/records.ts'
import { usesSecret } from './grants.ts'
import { mapping, OF_KEY } from './mapping.ts'
import { NEVER_SENT, OPENED, oauth, SECRET } from './members.ts'

/** The calls that turn `base` into `next`: it is switched off before all else, and on after all else. */
export function updateSteps(send: Send, base: Native, next: Native): readonly Step[] {
  const turns = (base.status === 'INACTIVE') !== (next.status === 'INACTIVE')
  const isOff = next.status === 'INACTIVE'
  const changes = !same(settingsOf(base), settingsOf(next))
  return [
    ...(turns && isOff ? [lifecycleStep(send, appPath(base), 'deactivate')] : []),
    ...(changes ? [putStep(send, base, next)] : []),
    ...(turns && !isOff ? [lifecycleStep(send, appPath(base), 'activate')] : []),
  ]
}

const settingsOf = (native: Native) => withoutMembers(normalOf(mapping, native), NEVER_SENT)

/** The body of an update. */
export function updateBody(base: Native, next: Native): JsonObject {
  const keeps = usesSecret(base) && usesSecret(next) ? { [SECRET]: '' } : {}
  return closed({ ...sentMembers(next), ...keeps }, OPENED)
}

/** What of a record is sent, in an update as in a creation. */
export function sentMembers(next: Native): Native {
  const { [oauth('jwks')]: jwks, ...members } = withoutMembers(next, NEVER_SENT)
  return jwks === undefined ? members : { ...members, [oauth('jwks')]: sentKeys(jwks) }
}

function sentKeys(jwks: Json): Json {
  if (!isRecord(jwks) || !Array.isArray(jwks.keys)) return jwks
  const keys = (jwks.keys as readonly Json[]).map((one) =>
    isRecord(one) ? withoutMembers(one, OF_KEY) : one,
  )
  return { ...jwks, keys }
}

function putStep(send: Send, base: Native, next: Native): Step {
  const path = appPath(base)
  const body = updateBody(base, next)
  return {
    request: { method: 'PUT', target: `/api/v1${path}`, body },
    send: async (call) => {
      const answer = await send({ operation: 'PUT /apps/{id}', path, body }, call)
      // A read shows the same (200 recorded pairs).
      return writtenRecord(answer.body)
    },
  }
}

/** Switches an application on or off. */
export function lifecycleStep(send: Send, app: string, verb: 'activate' | 'deactivate'): Step {
  const path = `${app}/lifecycle/${verb}`
  return {
    request: { method: 'POST', target: `/api/v1${path}`, body: {} },
    send: async (call) => {
      await send({ operation: `POST /apps/{id}/lifecycle/${verb}`, path }, call)
      return undefined
    },
  }
}
