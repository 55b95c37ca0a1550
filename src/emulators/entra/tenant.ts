/** The emulated tenant, and what answers of all its resources share. */

import { parseJson } from '../../core/json/json-text.ts'
import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import type { EmulatorRequest } from '../wire.ts'
import type { Access } from './access.ts'
import type { Directory } from './directory.ts'
import type { Limiter } from './limits.ts'
import type { Application } from './members.ts'
import { invalid } from './refusal.ts'

export interface State {
  readonly applications: Directory
  /** Removed ones by their ids. */
  readonly deleted: Map<string, Application>
  readonly principals: Map<string, Application>
  /** Object ids of owners by the id of the application. */
  readonly owners: Map<string, readonly string[]>
  readonly access: Access
  readonly limiter: Limiter
  /** It does otherwise than this program expects, where no source proves what it does (docs/providers/entra.md). */
  readonly otherwise: boolean
  readonly tenantId: string
  readonly publisherDomain: string
  /** Answers to reads of owners, by object id. */
  readonly people: ReadonlyMap<string, Application>
  /** Epoch milliseconds. */
  now(): number
  newId(what: 'id' | 'appId' | 'keyId' | 'principal'): string
  newSecret(): string
}

/** What `@odata.context` begins with. */
export const CONTEXT = 'https://graph.microsoft.com/v1.0/$metadata#'

/** Where a new object is, as answers name it. */
export const locationOf = ({ tenantId }: State, id: string, type: string) =>
  `https://graph.microsoft.com/v2/${tenantId}/directoryObjects/${id}/Microsoft.DirectoryServices.${type}`

/** A time as reads show it, to the second. */
export const secondsOf = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

/** A member of a body that may be anything. */
export const memberOf = (body: unknown, name: string): unknown =>
  isRecord(body) ? body[name] : undefined

/** The body of a request. */
export function bodyOf({ body }: EmulatorRequest): unknown {
  try {
    return parseJson(body.toString())
  } catch {
    return refuse(invalid('body'))
  }
}
