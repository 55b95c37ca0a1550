/**
 * Dynamic registration at the embedded OpenID Provider (RFC 7591, RFC 7592), off unless the configuration
 * has an initial access token for it. A client that registers itself sets what registration knows, and
 * nothing that is ours: it is never a first party, its lifetimes are the defaults, and it has no scope of
 * our API.
 */

import {
  type Adapter,
  type AdapterPayload,
  errors,
  type Provider as OpenidProvider,
} from 'oidc-provider'
import type { JsonObject } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Documents } from '../../../store/documents.ts'
import { CLIENTS, putClient, removeClient } from '../clients.ts'
import { API_SCOPES, OWN_MEMBERS } from '../members.ts'

export interface RegistrationOptions {
  /** What a caller has to show to register a client. */
  readonly initialAccessToken: string
  /** Whether an update renews the client's registration access token. */
  readonly renewsTokens: boolean
}

/** The features of oidc-provider that this takes (its docs/README.md). */
export function registrationFeatures(options: RegistrationOptions | undefined) {
  if (options === undefined) return {}
  const { initialAccessToken, renewsTokens } = options
  return {
    registration: { enabled: true, initialAccessToken },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: renewsTokens },
  }
}

/** Writes of clients by the OpenID Provider itself; `now` gives epoch milliseconds. */
export function registeredClients(
  documents: Documents,
  now: () => number,
): Pick<Adapter, 'upsert' | 'destroy'> {
  return {
    upsert: async (id, payload) => {
      const before = await documents.get(CLIENTS, id)
      checkScopes(payload.scope, before?.scope)
      const ours = before === undefined ? { first_party: false } : ownOf(before)
      const record = { ...withoutOwn(plain(payload)), ...ours }
      await putClient(documents, id, { ...record, updated_at: Math.floor(now() / 1_000) })
    },
    destroy: async (id) => {
      await removeClient(documents, id)
    },
  }
}

/**
 * A scope of our API would make anyone who registers a client a user of it, so a registration can keep such
 * scopes and not add them.
 * @throws InvalidClientMetadata
 */
function checkScopes(scope: unknown, before: unknown): void {
  const present = scopesIn(before)
  if (scopesIn(scope).every((one) => !API_SCOPES.includes(one) || present.includes(one))) return
  throw new errors.InvalidClientMetadata('scope must not contain scopes of the API of this server')
}

const scopesIn = (scope: unknown) => (typeof scope === 'string' ? scope.split(' ') : [])

type Middleware = Parameters<OpenidProvider['use']>[0]

/** Keeps members of ours, secrets that are live among them, out of the answers about registrations. */
export const hideOwnMembers: Middleware = async (ctx, next) => {
  await next()
  const body: unknown = ctx.body
  if (/^\/reg(\/|$)/.test(ctx.path) && isRecord(body)) ctx.body = withoutOwn(body)
}

const OWN: readonly string[] = OWN_MEMBERS

const ownOf = (record: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([name]) => OWN.includes(name)))

const withoutOwn = (record: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !OWN.includes(name)))

/** Payloads are plain JSON, save for members that are `undefined`. */
const plain = (payload: AdapterPayload) => JSON.parse(JSON.stringify(payload)) as JsonObject
