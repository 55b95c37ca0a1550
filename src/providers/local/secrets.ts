/** Rotation of a local client's secret: two are live at most, so that an application can move over. */

import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Documents } from '../../store/documents.ts'
import { SECRET_METHODS } from '../registration/registration.ts'
import { type AddStep, hintOf, type LiveSecret, type Secrets } from '../secrets.ts'
import { liveSecrets, membersOf, newHeld, type StoredSecret } from './live-secrets.ts'
import { DEFAULTS } from './members.ts'
import { changeClient, targetOf } from './records.ts'

const AT_ONCE = 2
/** oidc-provider knows one key of a client for client_secret_jwt, so that method cannot overlap. */
const OVERLAPPING: readonly string[] = ['client_secret_basic', 'client_secret_post']

/** Rotation over documents; `now` gives epoch milliseconds. */
export function createSecrets(documents: Documents, now: () => number): Secrets {
  const change = (id: string, update: (before: JsonObject) => readonly StoredSecret[]) =>
    changeClient(documents, id, (before) => ({
      ...before,
      ...membersOf(update(before)),
      updated_at: Math.floor(now() / 1_000),
    }))
  return {
    atOnce: (base) => (OVERLAPPING.includes(methodOf(base)) ? AT_ONCE : 1),
    unusable: (base) => {
      const method = methodOf(base)
      if (SECRET_METHODS.includes(method)) return undefined
      return `it authenticates without one (client.tokenEndpointAuthMethod is ${method})`
    },
    list: async (_, base) => liveSecrets(base).map(asLiveSecret),
    add: ({ id }, _, value): AddStep => {
      let added: LiveSecret | undefined
      return {
        request: {
          method: 'POST',
          target: `${targetOf(id)}/secrets`,
          body: { client_secret: value },
        },
        send: async () => {
          const addition = newHeld(value, now())
          const after = change(id, (before) => [...roomFor(before), addition])
          added = asLiveSecret(addition)
          return after
        },
        added: () => added,
      }
    },
    remove: ({ id }, _, secretId) => ({
      request: {
        method: 'DELETE',
        target: `${targetOf(id)}/secrets/${encodeURIComponent(secretId)}`,
        body: {},
      },
      send: async () => change(id, (before) => without(before, secretId)),
    }),
  }
}

const asLiveSecret = ({ id, created_at, value }: StoredSecret): LiveSecret => ({
  id,
  ...(created_at !== null && { createdAt: new Date(created_at * 1_000).toISOString() }),
  ...hintOf(value),
})

const methodOf = ({ token_endpoint_auth_method: method }: JsonObject) =>
  String(method ?? DEFAULTS.token_endpoint_auth_method)

function roomFor(record: JsonObject): readonly StoredSecret[] {
  if (!OVERLAPPING.includes(methodOf(record))) {
    throw refused(
      'A second secret works only with client.tokenEndpointAuthMethod client_secret_basic or client_secret_post.',
    )
  }
  const secrets = liveSecrets(record)
  if (secrets.length < AT_ONCE) return secrets
  throw refused(`The client already has ${AT_ONCE} secrets. End one of them first.`)
}

function without(record: JsonObject, id: string): readonly StoredSecret[] {
  const secrets = liveSecrets(record)
  const remaining = secrets.filter((one) => one.id !== id)
  if (remaining.length === secrets.length) {
    throw new ClientError('not_found', 'There is no such client, or it has no such secret.')
  }
  if (remaining.length > 0) return remaining
  throw refused('The last secret of a client cannot be ended. Add another one first.')
}

const refused = (says: string) => new ClientError('provider_refused', says)
