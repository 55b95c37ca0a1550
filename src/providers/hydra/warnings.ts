/** What a reader of a client should know: lifetimes that differ by grant, and metadata that is not shown. */

import type { JsonObject } from '../../core/json/json.ts'
import { inner, texts } from '../../core/mapping/lenses.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { normalLifespan } from './lifespans.ts'

/** Tokens whose lifetime a field shows, and the other grants that give them. */
const TOKENS = [
  ['access_token', ['refresh_token', 'client_credentials', 'implicit']],
  ['id_token', ['refresh_token', 'implicit']],
  ['refresh_token', ['refresh_token']],
] as const

/** `accessTokenLifetime` for `access_token`. */
const fieldOf = (token: string) => `client.${token.replace('_t', 'T')}Lifetime`

/** All warnings of a record. */
export const warnings = (native: Native): readonly Warning[] => [
  ...lifetimeWarnings(native),
  ...metadataWarnings(native),
]

/** A lifetime that other grants of the client do not go by. */
export interface LifetimeWarning extends Warning {
  readonly mend: { readonly client: { readonly providerSettings: JsonObject } }
}

/** Lifetimes that are set for the authorization code grant, and not for the other grants that the client has. */
export function lifetimeWarnings(native: Native): readonly LifetimeWarning[] {
  const grants = texts(native.grant_types)
  const lifespanOf = (name: string) => normalLifespan(native[name] ?? null)
  return TOKENS.flatMap(([token, others]) => {
    const field = fieldOf(token)
    const ofCodeGrant = lifespanOf(`authorization_code_grant_${token}_lifespan`)
    const differ = others
      .filter((grant) => grants.includes(grant))
      .map((grant) => `${grant}_grant_${token}_lifespan`)
      .filter((name) => lifespanOf(name) !== ofCodeGrant)
    if (ofCodeGrant === null || differ.length === 0) return []
    const names = differ.map((name) => `client.providerSettings.${name}`).join(', ')
    return [
      {
        code: 'lifetimes_differ',
        field,
        message: `${field} is that of the authorization code grant; other grants of this client go by ${names}. Set what is meant to be the same.`,
        mend: {
          client: {
            providerSettings: Object.fromEntries(differ.map((name) => [name, ofCodeGrant])),
          },
        },
      },
    ]
  })
}

function metadataWarnings(native: Native): readonly Warning[] {
  const others = Object.entries(inner(native, 'metadata')).filter(
    ([, value]) => typeof value !== 'string',
  )
  if (others.length === 0) return []
  const names = others.map(([name]) => JSON.stringify(name)).join(', ')
  return [
    {
      code: 'metadata_not_shown',
      field: 'client.clientMetadata',
      message: `client.clientMetadata shows texts only; Hydra holds other JSON for ${names}, which stays as it is.`,
    },
  ]
}
