/** What the lint rules find in a fixture with other members. */

import type { Json } from '../../src/core/json/json.ts'
import { lintClient } from '../../src/core/lint/lint.ts'
import { withMembers } from '../plan.ts'
import { PROVIDERS, type ProviderName } from './lint-samples.ts'

type Members = Readonly<Record<string, Json | undefined>>

/** The findings in a client that is kept well but for these members; `undefined` removes one. */
export function lint(provider: ProviderName, members: Members) {
  const { mapping, clean } = PROVIDERS[provider]
  return lintClient(mapping, withMembers(clean, members))
}

/** The ids of their rules. */
export const idsOf = (provider: ProviderName, members: Members) =>
  lint(provider, members).map(({ rule }) => rule)

/** The first of one rule. */
export const findingOf = (provider: ProviderName, members: Members, id: string) =>
  lint(provider, members).find(({ rule }) => rule === id)
