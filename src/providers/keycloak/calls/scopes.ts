/** The scopes of a client, in two lists that are changed by calls of their own: an update of the client ignores them. */

import { ClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import { texts } from '../../../core/mapping/lenses.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call, Step } from '../../call.ts'
import { SCOPES } from '../members.ts'
import type { Send } from './call.ts'
import { clientPath, readScopes } from './records.ts'

export const LISTS = ['defaultClientScopes', 'optionalClientScopes'] as const

export type ScopeList = (typeof LISTS)[number]

const FIELD: Readonly<Record<ScopeList, string>> = {
  defaultClientScopes: 'client.providerSettings.defaultClientScopes',
  optionalClientScopes: 'client.scopes',
}
const NOUN: Readonly<Record<ScopeList, string>> = {
  defaultClientScopes: 'default-client-scopes',
  optionalClientScopes: 'optional-client-scopes',
}

/**
 * @param code `invalid_field` while a change is planned, `provider_refused` once its calls have begun
 * @throws ClientError for a name that the realm does not have
 */
export function checkNames(
  list: ScopeList,
  names: readonly string[],
  scopes: JsonObject,
  code: 'invalid_field' | 'provider_refused' = 'invalid_field',
): void {
  const unknown = names.find((name) => !Object.hasOwn(scopes, name))
  if (unknown === undefined) return
  throw new ClientError(
    code,
    `${FIELD[list]} must contain only client scopes of this realm for OpenID Connect, and ${JSON.stringify(unknown)} is none.`,
    { field: FIELD[list] },
  )
}

/**
 * The calls that change both lists. A scope that is in the other list is taken from there first: Keycloak would answer
 * 204 and leave it where it is.
 * @throws ClientError `invalid_field`
 */
export function scopeSteps(
  send: Send,
  adminPath: string,
  base: Native,
  next: Native,
): readonly Step[] {
  const scopes = isRecord(base[SCOPES] ?? null) ? (base[SCOPES] as JsonObject) : undefined
  const changes = LISTS.flatMap((list) => {
    const [was, is] = [texts(base[list]), texts(next[list])]
    const added = is.filter((name) => !was.includes(name))
    if (scopes !== undefined) checkNames(list, added, scopes)
    return [
      ...was.filter((name) => !is.includes(name)).map((name) => ['DELETE', list, name] as const),
      ...added.map((name) => ['PUT', list, name] as const),
    ]
  })
  const removals = changes.filter(([method]) => method === 'DELETE')
  const additions = changes.filter(([method]) => method === 'PUT')
  return [...removals, ...additions].map(([method, list, name]) => {
    const path = `${clientPath(base)}/${NOUN[list]}`
    return {
      request: { method, target: `${adminPath}${path}/${idIn(scopes, name) ?? name}`, body: {} },
      send: async (call) => {
        const id = idIn(scopes, name) ?? (await lookUp(send, list, name, call))
        const operation = `${method} /clients/{id}/${NOUN[list]}/{scope}`
        await send({ operation, path: `${path}/${encodeURIComponent(id)}` }, call)
        return undefined
      },
    }
  })
}

const idIn = (scopes: JsonObject | undefined, name: string): string | undefined =>
  scopes !== undefined && Object.hasOwn(scopes, name) ? textOf(scopes[name]) : undefined

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined)

async function lookUp(send: Send, list: ScopeList, name: string, call: Call): Promise<string> {
  const scopes = await readScopes(send, call)
  checkNames(list, [name], scopes, 'provider_refused')
  return idIn(scopes, name) ?? ''
}
