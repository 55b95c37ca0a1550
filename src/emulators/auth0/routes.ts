/**
 * Which operation a request is about, named by method and path template (`PATCH /clients/{id}`), and
 * what an operation is made of.
 */

import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'

/** One call after its checks of token and body. */
export interface Call {
  /** Decoded `{id}` of the path; empty where the path has none. */
  readonly id: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  readonly scopes: ReadonlySet<string>
}

/** What an operation needs and does. */
export interface Operation {
  /** Any of them is needed. */
  readonly scopes: readonly string[]
  /** All of these are needed as well. */
  readonly and?: readonly string[]
  run(call: Call): EmulatorAnswer
}

/** Operations by name: `PATCH /clients/{id}`. */
export type Operations = Readonly<Record<string, Operation>>

const BASE = '/api/v2'

const TEMPLATES = [
  '/clients',
  '/clients/{id}',
  '/clients/{id}/rotate-secret',
  '/clients/{id}/credentials',
  '/clients/{id}/credentials/{credential_id}',
  '/clients/{id}/connections',
  '/connections',
  '/connections/{id}',
  '/connections/{id}/clients',
].map((template) => template.split('/'))

/** `PATCH /clients/{id}`; for a path that is not served, method and path as they came. */
export function operationOf({ method, path }: EmulatorRequest): string {
  return `${method} ${match(path)?.template ?? path}`
}

/** Decoded parameters of the path. */
export function paramsOf({ path }: EmulatorRequest): Readonly<Record<string, string>> {
  return match(path)?.params ?? {}
}

function match(path: string): { template: string; params: Record<string, string> } | undefined {
  if (!path.startsWith(`${BASE}/`)) return undefined
  const parts = path.slice(BASE.length).split('/')
  const template = TEMPLATES.find(
    (template) =>
      template.length === parts.length &&
      template.every((part, index) => part.startsWith('{') || part === parts[index]),
  )
  if (template === undefined) return undefined
  const params = template.flatMap((part, index) =>
    part.startsWith('{') ? [[part.slice(1, -1), decoded(parts[index] ?? '')]] : [],
  )
  return { template: template.join('/'), params: Object.fromEntries(params) }
}

/** An odd id is merely an id that does not exist. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
