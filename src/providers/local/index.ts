/**
 * The local provider: clients of the OpenID Provider that is embedded in the server, kept as documents
 * in the server's own database. A change is in force with the next request that the OpenID Provider
 * answers. For development and tests: its login page takes any user.
 */

import type { Json, JsonObject } from '../../core/json/json.ts'
import { updateBody } from '../../core/plan/update-body.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Documents } from '../../store/documents.ts'
import type { ProviderSurroundings } from '../definition.ts'
import type { Provider } from '../provider.ts'
import { registrationKeys } from '../registration/registration-keys.ts'
import { isOwn, putClient, removeClient } from './clients.ts'
import { createCreation } from './creation.ts'
import { listClients } from './list.ts'
import { mapping } from './mapping.ts'
import { authorizationAt } from './openid/authorization.ts'
import { changeClient, notFound, providing, readClient, targetOf } from './records.ts'
import { createSecrets } from './secrets.ts'
import type { Validate } from './validate.ts'

export interface LocalOptions {
  readonly documents: Documents
  /** How long a new client may be missing from the list, for what all providers have in common. */
  readonly listLagSeconds?: number | undefined
  /** Epoch milliseconds. */
  now(): number
  /** Of the OpenID Provider, as this server reaches it; absent: it cannot be asked. */
  readonly address?: string | undefined
  /** Absent: that of an OpenID Provider made for this alone, at the first change. */
  readonly validate?: Validate
}

export { mapping }

/** What the settings of the embedded OpenID Provider mean. */
export interface LocalSettings {
  readonly listLagSeconds?: number | undefined
  /** Lets clients register themselves at the embedded OpenID Provider; absent: they cannot. */
  readonly registration?: { readonly initialAccessToken: Secret; readonly renewsTokens: boolean }
}

/** The provider of a configuration. */
export function create(
  { listLagSeconds }: LocalSettings,
  { now, documents, openidAddress: address }: ProviderSurroundings,
): Provider {
  if (documents === undefined) throw new TypeError('The local provider needs a document store.')
  return createLocalProvider({ documents, now, listLagSeconds, address })
}

/** The provider over documents. */
export function createLocalProvider(options: LocalOptions): Provider {
  const { documents, now, validate, listLagSeconds } = options
  const validator = once(validate)
  return {
    type: 'local',
    mapping,
    read: async ({ id }) => readClient(documents, id),
    steps: ({ id }, base, next) => {
      const body = updateBody(mapping, base, next)
      if (Object.keys(body).length === 0) return []
      return [
        {
          request: { method: 'PATCH', target: targetOf(id), body },
          check: async () => (await validator())(patched(base, body)),
          send: async () => {
            const validateRecord = await validator()
            return changeClient(documents, id, (before) => {
              const after = { ...patched(before, body), updated_at: Math.floor(now() / 1_000) }
              validateRecord(after)
              return after
            })
          },
        },
      ]
    },
    list: async (_, __, cursor) => listClients(documents, cursor),
    creation: createCreation({ documents, now, validator, listLagSeconds }),
    lostWithRemoval: [
      'the client id: a new client gets another one',
      'sessions and tokens that were issued to it',
    ],
    removal: ({ id }) => ({
      request: { method: 'DELETE', target: targetOf(id), body: {} },
      send: async () => {
        if (isOwn(id) || !(await providing(() => removeClient(documents, id)))) throw notFound()
        return undefined
      },
    }),
    secrets: createSecrets(documents, now),
    keys: registrationKeys,
    authorization: authorizationAt(options.address),
  }
}

/** Stores a client as it is, whatever was there; for seeds and tests. */
export function putLocalClient(documents: Documents, record: JsonObject): Promise<void> {
  return putClient(documents, String(record.client_id), record)
}

/** A record with members replaced; `null` removes one. */
function patched(record: JsonObject, body: JsonObject): JsonObject {
  const members = new Map<string, Json>(Object.entries(record))
  for (const [name, value] of Object.entries(body)) {
    if (value === null) members.delete(name)
    else members.set(name, value)
  }
  return Object.fromEntries(members)
}

/** oidc-provider is loaded when the first change needs it, and then once. */
function once(validate: Validate | undefined): () => Promise<Validate> {
  let built = validate === undefined ? undefined : Promise.resolve(validate)
  return () => {
    built ??= import('./openid/openid.ts').then(({ createValidator }) => createValidator())
    return built
  }
}
