/**
 * The calls that change a client. Hydra's JSON Patch decodes its result over the old client, so that what is removed or
 * `null` stays as it was, with a 200: each changed member is replaced by its whole value, a cleared one by the empty
 * value of its kind (measured on v2.3.0; ory/x, jsonx/patch.go). A lifetime is cleared by `/lifespans` alone. The
 * client is never replaced (PUT), which would end its registration access token.
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject, same } from '../../core/json/json.ts'
import { fieldOfPath, normalOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef, Step } from '../call.ts'
import type { Send } from './calls/call.ts'
import { mapping } from './mapping.ts'
import { isLifespan, SERVERS_OWN } from './members.ts'
import { clientPath } from './records.ts'

/**
 * The calls that turn `base` into `next`.
 * @throws ClientError `unsupported_field` for what no call clears
 */
export function updateSteps(send: Send, ref: ClientRef, base: Native, next: Native): Step[] {
  const changed = changedMembers(base, next)
  const clearsLifetime = changed.find((name) => isLifespan(name) && !isHeld(next[name]))
  const inPatch = changed.filter((name) => clearsLifetime === undefined || !isLifespan(name))
  const patch = inPatch.length === 0 ? [] : [patchStep(send, ref, operations(inPatch, base, next))]
  if (clearsLifetime === undefined) return patch
  // Which of two calls came through is known by what a read shows, and no read shows this.
  if (changed.includes('client_secret')) throw notTogether(clearsLifetime)
  const lifetimes = lifespansStep(send, ref, next)
  if (!isHeld(base.jwks_uri)) return [lifetimes, ...patch]
  // With both members set Hydra refuses the call, and a client that is read back always has jwks.
  if (isHeld(next.jwks_uri)) throw keepsLifetime(clearsLifetime)
  return [...patch, lifetimes]
}

const isHeld = (value: Json | undefined) => value !== undefined && value !== null && value !== ''

/** Members that mean something else afterwards. */
function changedMembers(base: Native, next: Native): readonly string[] {
  const [was, is] = [normalOf(mapping, base), normalOf(mapping, next)]
  return [...new Set([...Object.keys(base), ...Object.keys(next)])].filter(
    (name) => !SERVERS_OWN.includes(name) && !same(was[name] ?? null, is[name] ?? null),
  )
}

function operations(names: readonly string[], base: Native, next: Native): readonly JsonObject[] {
  const replaced = names.map((name) => [name, valueFor(name, base, next)] as const)
  // Any update of a client with jwks_uri is refused unless it removes the empty jwks (ory/hydra#3935).
  const keys = isHeld(next.jwks_uri) && !names.includes('jwks') ? [['jwks', null] as const] : []
  return [...replaced, ...keys].map(([name, value]) => ({
    op: 'replace',
    path: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  }))
}

function valueFor(name: string, base: Native, next: Native): Json {
  const { [name]: value = null } = next
  // The one member that `null` clears, and `{}` does not.
  if (name === 'jwks') return value
  return value ?? emptyOf(name, base[name] ?? null)
}

/** What clears a member. */
function emptyOf(name: string, before: Json): Json {
  // `false` asks the user, and none leaves that to the server.
  if (name === 'skip_logout_consent') throw notCleared(name)
  if (typeof before === 'string') return ''
  if (typeof before === 'boolean') return false
  if (Array.isArray(before)) return []
  if (isRecord(before)) return {}
  throw notCleared(name)
}

function patchStep(send: Send, { id }: ClientRef, body: readonly JsonObject[]): Step {
  const path = clientPath(id)
  return {
    request: { method: 'PATCH', target: path, body },
    send: async (call) => {
      await send({ operation: 'PATCH /admin/clients/{id}', path, body }, call)
      // The answer differs from what a read then shows.
      return undefined
    },
  }
}

/** Replaces all lifetimes, so that the others go along as they are. */
function lifespansStep(send: Send, { id }: ClientRef, next: Native): Step {
  const path = `${clientPath(id)}/lifespans`
  const lifespans = Object.entries(next).filter(
    ([name, value]) => isLifespan(name) && isHeld(value),
  )
  const body = Object.fromEntries(lifespans)
  return {
    request: { method: 'PUT', target: path, body },
    send: async (call) => {
      await send({ operation: 'PUT /admin/clients/{id}/lifespans', path, body }, call)
      return undefined
    },
  }
}

const placeOf = (name: string) =>
  `client.${fieldOfPath(mapping, name) ?? `providerSettings.${name}`}`

function notCleared(name: string): ClientError {
  const field = placeOf(name)
  return new ClientError(
    'unsupported_field',
    `${field} cannot be cleared: Hydra has no way back to its default; set a value instead.`,
    { field },
  )
}

function keepsLifetime(name: string): ClientError {
  const field = placeOf(name)
  return new ClientError(
    'unsupported_field',
    `${field} cannot be cleared while client.jwksUri is set: Hydra refuses the one call that clears a lifetime; set a value, or clear client.jwksUri in the same request.`,
    { field },
  )
}

function notTogether(name: string): ClientError {
  return new ClientError(
    'unsupported_field',
    `client.secret cannot be set in the request that clears ${placeOf(name)}: Hydra needs a call for each; send two requests.`,
    { field: 'client.secret' },
  )
}
