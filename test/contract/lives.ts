/** What the suite of a client's whole life must know of each provider, by the name of its kind. */

import type { ClientKind } from '../../src/core/client-kind.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Life } from '../providers/subject.ts'
import { PROVIDER_SUBJECTS } from './subjects.ts'

export type { Life } from '../providers/subject.ts'

export const LIVES: Readonly<Record<string, Life>> = Object.fromEntries(
  PROVIDER_SUBJECTS.flatMap(({ kinds, life }) =>
    life === undefined ? [] : kinds.map(({ name }) => [name, life]),
  ),
)

/** What a caller asks of a new client of each kind, and the members that hold it. */
export function asked(provider: string, kind: ClientKind): JsonObject {
  const own = LIVES[provider]?.asks?.[kind]
  if (own !== undefined) return own
  if (kind === 'machine') return { name: 'New client', idTokenLifetime: 1_200 }
  const scheme = kind === 'native' ? 'com.example.app:' : 'https://new.example.com'
  return { name: 'New client', callbacks: [`${scheme}/callback`], idTokenLifetime: 1_200 }
}
