/**
 * Settings that keep out a client that signs in as this server does: the client credentials grant with a
 * secret, for a bearer token (`token.ts`). By what the Management API v2 (OpenAPI) says of them. A quota of tokens
 * (`token_quota.client_credentials`) is among the credentials already, by its name.
 */

import { type Json, same } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Bar } from '../provider.ts'

interface Rule {
  readonly member: string
  /** As in "It cannot be …". */
  readonly says: string
  /** Whether the setting keeps such a client out. */
  bars(native: Native): boolean
}

const RULES: readonly Rule[] = [
  {
    member: 'require_proof_of_possession',
    says: 'made to prove that it has a key',
    bars: ({ require_proof_of_possession: required }) => required === true,
  },
  {
    // Each level asks for authentication by key or certificate, FAPI 2 for bound tokens too.
    member: 'compliance_level',
    says: 'held to a level of compliance that asks for keys',
    bars: ({ compliance_level: level }) => isSet(level) && level !== 'none',
  },
  {
    // Client credentials are then for an organization, to which the Management API does not belong.
    member: 'default_organization',
    says: 'given a default organization',
    bars: ({ default_organization: organization }) => isSet(organization),
  },
]

const isSet = (value: Json | undefined) => value !== undefined && value !== null

/** The first such setting that a change sets. */
export function barOf(base: Native, next: Native): Bar | undefined {
  return RULES.find(
    ({ member, bars }) => bars(next) && !same(base[member] ?? null, next[member] ?? null),
  )
}
