/**
 * The call that changes an application: a PATCH of the members that differ, each whole. Lists are replaced whole
 * (recorded); of complex members no source says whether what is left out of them stays, so they are sent whole as well.
 */

import { isRecord, type Json, type JsonObject, same } from '../../core/json/json.ts'
import { stateOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { updateBody } from '../../core/plan/update-body.ts'
import type { ClientRef, Step } from '../call.ts'
import { applicationPath } from './calls/records.ts'
import { afterWrite, type Seeing } from './calls/seen.ts'
import { mapping } from './mapping.ts'
import { isPersonal } from './rules.ts'

/** The call that turns `base` into `next`; none when they are equal. */
export function updateSteps(
  seeing: Seeing,
  version: string,
  ref: ClientRef,
  { base, next }: { readonly base: Native; readonly next: Native },
): readonly Step[] {
  const changes = Object.keys(updateBody(mapping, base, next))
  const body = sentMembers(Object.fromEntries(changes.map((name) => [name, next[name] ?? null])))
  const names = Object.keys(body)
  if (names.length === 0) return []
  const path = applicationPath(String(base.id))
  const aim = stateOf(mapping, next)
  const isSeen = (native: Native) => {
    const state = stateOf(mapping, native)
    return names.every((name) => same(state[name] ?? null, aim[name] ?? null))
  }
  return [
    {
      request: { method: 'PATCH', target: `${version}${path}`, body },
      send: async (call) => {
        const operation = 'PATCH /applications/{id}'
        await seeing.send({ operation, path, body, isPersonal: isPersonal(base) }, call)
        // The answer is empty.
        return afterWrite(seeing, ref.id, call, isSeen)
      },
    },
  ]
}

/** Members as an update takes them: without what only reads show in them. */
export function sentMembers(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, SENT[name]?.(value) ?? value]),
  )
}

const without =
  (...names: readonly string[]) =>
  (value: Json): Json =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
      : value

/**
 * What is shown in a member and not sent: the picture has a call of its own; the indexes follow the URIs; a thumbprint is
 * shown in another encoding than it is sent in, and made of the certificate.
 */
const SENT: Readonly<Record<string, (value: Json) => Json>> = {
  info: without('logoUrl'),
  web: without('redirectUriSettings'),
  keyCredentials: (value) =>
    Array.isArray(value) ? value.map(without('customKeyIdentifier')) : value,
}
