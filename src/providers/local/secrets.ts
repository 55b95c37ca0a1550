/** Rotation of a local client's secret: two are live at most, so that an application can move over. */

import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { secretOf } from '../../core/mapping.ts'
import type { Secret } from '../../core/secret.ts'
import type { Documents } from '../../store/documents.ts'
import type { Step } from '../provider.ts'
import { hintOf, type SecretStep, type Secrets } from '../secrets.ts'
import { createSecret, type Held, liveSecrets, membersOf, newHeld } from './live-secrets.ts'
import { changeClient, readClient } from './records.ts'
import { DEFAULTS } from './settings.ts'

const AT_ONCE = 2
/** oidc-provider knows one key of a client for client_secret_jwt, so that method cannot overlap. */
const OVERLAPPING: readonly string[] = ['client_secret_basic', 'client_secret_post']

/** Rotation over documents; `now` gives epoch milliseconds. */
export function createSecrets(documents: Documents, now: () => number): Secrets {
  const change = (id: string, held: (before: JsonObject) => readonly Held[]) =>
    changeClient(documents, id, (before) => ({
      ...before,
      ...membersOf(held(before)),
      updated_at: Math.floor(now() / 1_000),
    }))
  return {
    atOnce: AT_ONCE,
    list: async ({ id }) =>
      liveSecrets(readClient(documents, id)).map((held) => ({
        id: held.id,
        ...(held.created_at !== null && {
          createdAt: new Date(held.created_at * 1_000).toISOString(),
        }),
        hint: hintOf(held.value),
      })),
    add: ({ id }) => {
      let made: Secret | undefined
      const step: SecretStep = {
        request: { method: 'POST', target: '/clients/{id}/secrets', body: {} },
        send: async () => {
          const value = createSecret()
          const after = change(id, (before) => [...roomFor(before), newHeld(value, now())])
          made = secretOf(value)
          return after
        },
        reveal: () => made,
      }
      return step
    },
    remove: ({ id }, _, secretId): Step => ({
      request: { method: 'DELETE', target: '/clients/{id}/secrets/{secretId}', body: {} },
      send: async () => change(id, (before) => without(before, secretId)),
    }),
  }
}

function roomFor(record: JsonObject): readonly Held[] {
  const { token_endpoint_auth_method: method = DEFAULTS.token_endpoint_auth_method } = record
  if (!OVERLAPPING.includes(String(method))) {
    throw refused(
      'A second secret works with client.tokenEndpointAuthMethod client_secret_basic or client_secret_post only.',
    )
  }
  const held = liveSecrets(record)
  if (held.length < AT_ONCE) return held
  throw refused(`The client has ${AT_ONCE} secrets already; end one of them first.`)
}

function without(record: JsonObject, id: string): readonly Held[] {
  const held = liveSecrets(record)
  const left = held.filter((one) => one.id !== id)
  if (left.length === held.length) {
    throw new ClientError('not_found', 'There is no such client, or it has no such secret.')
  }
  if (left.length > 0) return left
  throw refused('The last secret of a client cannot be ended; add another one first.')
}

const refused = (says: string) => new ClientError('provider_refused', says)
