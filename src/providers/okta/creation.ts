/**
 * Making an application. Okta makes its ids; one whose creation was not answered is looked for among those that are young
 * enough, which the list shows whole.
 */

import { isRecord, type JsonObject, same } from '../../core/json/json.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import { closed, opened } from '../../core/mapping/opened.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { findCandidates } from '../candidates.ts'
import type { Creation } from '../creation.ts'
import type { SecretStep } from '../secrets.ts'
import type { Send } from './calls/call.ts'
import { type AppIds, createdBy, listApps, readApp, writtenRecord } from './calls/records.ts'
import { blank } from './kinds.ts'
import { CLIENT_ID, DEFAULTS, OPENED, SECRET } from './members.ts'
import { sentMembers } from './update.ts'

/** Users report lists that are behind (okta/terraform-provider-okta#1890); this is ours. */
const LIST_LAG_SECONDS = 5

/** What every application that is made here is. */
const FIXED = { name: 'oidc_client', signOnMode: 'OPENID_CONNECT' }

/** Creation in one org. */
export function createCreation(
  send: Send,
  ids: AppIds,
  listLagSeconds = LIST_LAG_SECONDS,
): Creation {
  return {
    blank,
    sent,
    step: (_, next) => creationStep(send, ids, next),
    listLagMs: listLagSeconds * 1_000,
    find: (_, search, call) =>
      findCandidates(
        {
          page: (cursor) => listApps(send, ids, call, cursor),
          read: (id) => readApp(send, ids, id, call),
          nameOf: ({ label }) => label,
          createdAt: ({ created }) => createdBy(created),
          ageInRecord: false,
        },
        search.next.label,
        search,
      ),
    idOf: ({ [CLIENT_ID]: clientId }) => String(clientId),
  }
}

/** What Okta would not set by itself. */
const sent = (next: Native): Native => {
  const defaults: Native = DEFAULTS
  return Object.fromEntries(
    Object.entries(sentMembers(next)).filter(
      ([name, value]) => !(name in defaults && same(value, defaults[name] ?? null)),
    ),
  )
}

function creationStep(send: Send, ids: AppIds, next: Native): SecretStep {
  const body: JsonObject = { ...FIXED, ...closed(sent(next), OPENED) }
  const path = `/apps?activate=${next.status !== 'INACTIVE'}`
  let value: Secret | undefined
  return {
    request: { method: 'POST', target: `/api/v1${path}`, body },
    send: async (call) => {
      const answer = await send({ operation: 'POST /apps', path, body }, call)
      const native = writtenRecord(answer.body)
      value = isRecord(answer.body) ? secretOf(opened(answer.body, OPENED)[SECRET]) : undefined
      const { id, [CLIENT_ID]: clientId } = native
      if (clientId !== id) ids.set(String(clientId), String(id))
      return native
    },
    reveal: () => value,
  }
}
