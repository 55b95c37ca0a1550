/**
 * Clients in Glewlwyd's own tables, in the spelling of registration: `redirect_uris` are properties
 * `redirect_uri`, grant and response types are properties `authorization_type` (src/plugin/protocol_oidc.c
 * of Glewlwyd 2.7.5). A test looks here, behind every API.
 */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Database } from '../../src/store/sqlite/database.ts'

export interface ClientTable {
  get(id: string): JsonObject | undefined
  put(record: JsonObject): void
  clear(): void
}

const LISTS: Readonly<Record<string, string>> = {
  redirect_uris: 'redirect_uri',
  token_endpoint_auth_method: 'token_endpoint_auth_method',
}

export function clientTable(database: Database): ClientTable {
  const rows = (sql: string, ...values: (string | number)[]) =>
    database.prepare(sql).all(...values) as Record<string, Json>[]
  const run = (sql: string, ...values: (string | number)[]) => database.prepare(sql).run(...values)

  function get(id: string): JsonObject | undefined {
    const [client] = rows(
      'select gc_id, gc_name, gc_description, gc_enabled, gc_confidential from g_client where gc_client_id = ?',
      id,
    )
    if (client === undefined || client.gc_enabled !== 1) return undefined
    const properties = rows(
      'select gcp_name as name, gcp_value as value from g_client_property where gc_id = ? order by gcp_id',
      Number(client.gc_id),
    )
    const named = (name: string) =>
      properties.flatMap((one) => (one.name === name ? [String(one.value)] : []))
    const others = properties.filter(
      ({ name }) =>
        !['redirect_uri', 'authorization_type', 'token_endpoint_auth_method'].includes(
          String(name),
        ),
    )
    const types = named('authorization_type')
    const [method] = named('token_endpoint_auth_method')
    return {
      client_id: id,
      client_name: client.gc_name ?? '',
      description: client.gc_description ?? '',
      confidential: client.gc_confidential === 1,
      redirect_uris: named('redirect_uri'),
      grant_types: types.map((type) => (type === 'code' ? 'authorization_code' : type)),
      response_types: types.filter((type) => type === 'code'),
      ...(method === undefined ? {} : { token_endpoint_auth_method: method }),
      ...Object.fromEntries(others.map(({ name, value }) => [name, readable(String(name), value)])),
    }
  }

  function put(record: JsonObject): void {
    const { client_id, client_name = '', description = '', confidential, ...members } = record
    const id = String(client_id)
    database.exec('begin immediate')
    run(
      'delete from g_client_property where gc_id in (select gc_id from g_client where gc_client_id = ?)',
      id,
    )
    run('delete from g_client where gc_client_id = ?', id)
    run(
      'insert into g_client (gc_client_id, gc_name, gc_description, gc_confidential, gc_enabled) values (?, ?, ?, ?, 1)',
      id,
      String(client_name),
      String(description),
      confidential === false ? 0 : 1,
    )
    for (const [name, value] of propertiesOf(members)) {
      run(
        'insert into g_client_property (gc_id, gcp_name, gcp_value) select gc_id, ?, ? from g_client where gc_client_id = ?',
        name,
        value,
        id,
      )
    }
    database.exec('commit')
  }

  return {
    get,
    put,
    clear: () => database.exec('delete from g_client_property; delete from g_client'),
  }
}

const readable = (name: string, value: Json | undefined): Json =>
  name === 'jwks' ? (JSON.parse(String(value)) as Json) : (value ?? '')

function propertiesOf(members: JsonObject): readonly (readonly [string, string])[] {
  const { grant_types: grants = [], response_types: _, ...others } = members
  const types = (grants as string[]).map((grant) =>
    grant === 'authorization_code' ? 'code' : grant,
  )
  return [
    ...types.map((type) => ['authorization_type', type] as const),
    ...Object.entries(others).flatMap(([name, value]) => {
      const values = Array.isArray(value) ? (value as Json[]) : [value]
      return values.map((one): readonly [string, string] => [
        LISTS[name] ?? name,
        typeof one === 'string' ? one : JSON.stringify(one),
      ])
    }),
  ]
}
