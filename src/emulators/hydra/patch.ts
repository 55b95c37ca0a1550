/**
 * The server's JSON Patch (ory/x, jsonx/patch.go): three operations, applied to the client as JSON, whose result is
 * decoded over the client. So what an operation removes, or sets to `null`, stays as it was.
 */

import { copyOf, isRecord } from '../copy.ts'
import { decoded, type HydraClient, MEMBERS } from './members.ts'

/**
 * The client after a patch.
 * @throws TypeError for what the server answers with an error that it cannot name
 */
export function patched(client: HydraClient, operations: unknown): HydraClient {
  if (!Array.isArray(operations)) throw new TypeError('no list of operations')
  let document: unknown = copyOf(client)
  for (const operation of operations) {
    if (!isRecord(operation) || typeof operation.path !== 'string') throw new TypeError('no path')
    if (operation.path === '/id') throw new TypeError('patch includes denied path: /id')
    document = applied(document, operation.op, operation.path, operation.value)
  }
  if (!isRecord(document)) throw new TypeError('no client')
  return over(client, document)
}

/** A client with the members of a document; `null` and what is missing leave most of them as they are. */
export function over(client: HydraClient, document: HydraClient): HydraClient {
  const members = Object.entries(document).filter(([name]) => MEMBERS[name] !== undefined)
  const values = members.map(([name, value]) => [name, decoded(name, value)] as const)
  return { ...client, ...Object.fromEntries(values.filter(([, value]) => value !== undefined)) }
}

function applied(document: unknown, op: unknown, path: string, value: unknown): unknown {
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    throw new TypeError(`unsupported operation: ${op}`)
  }
  const parts = path.split('/').slice(1)
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = names.pop()
  const holder = names.reduce<unknown>(
    (inner, name) => (isRecord(inner) || Array.isArray(inner) ? inner[name as never] : undefined),
    document,
  )
  if (last === undefined) throw new TypeError('no member')
  if (Array.isArray(holder)) changeItem(holder, op, last, value)
  else if (!isRecord(holder)) throw new TypeError(`no such path: ${path}`)
  else if (op !== 'remove') holder[last] = copyOf(value)
  else if (Object.hasOwn(holder, last)) delete holder[last]
  else throw new TypeError(`no such path: ${path}`)
  return document
}

function changeItem(items: unknown[], op: string, at: string, value: unknown): void {
  const index = at === '-' && op === 'add' ? items.length : Number(at)
  const end = op === 'add' ? items.length : items.length - 1
  if (!Number.isInteger(index) || index < 0 || index > end) throw new TypeError('no such index')
  if (op === 'remove') items.splice(index, 1)
  else items.splice(index, op === 'add' ? 0 : 1, copyOf(value))
}
