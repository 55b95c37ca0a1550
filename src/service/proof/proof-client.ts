/** The client on which rules are tried, and what of it can be tried at every provider. */

import { isFieldName } from '../../core/client.ts'
import type { Json } from '../../core/json/json.ts'
import { makingMapping } from '../../core/mapping/making.ts'
import { isMapped, type Mapping } from '../../core/mapping/mapping.ts'
import { isLens } from '../../core/mapping/row.ts'
import type { FieldPatches, Patch } from '../../core/patch/patch.ts'
import { planChange } from '../../core/plan/plan.ts'
import type { Probe } from '../../providers/proof/proof.ts'
import type { Provider } from '../../providers/provider.ts'
import { newSecretValue } from '../../providers/secrets.ts'

const SITE = 'https://clientry.example'

/** The names of such clients begin so. */
const PROOF_NAME = 'clientry-check'

/** What such a client has everywhere, and what it has where there is a place for it. */
const NEEDED = { callbacks: [`${SITE}/callback`] } as const
const OPTIONAL = {
  allowedLogoutUrls: [`${SITE}/`],
  clientUri: `${SITE}/`,
  initiateLoginUri: `${SITE}/login`,
  description: 'Made by clientry check --prove, and removed by it.',
  clientMetadata: { first: '1' },
} as const

/** What a new one is to have, as far as the provider has it. */
export function proofPatch(mapping: Mapping, suffix: string): Patch {
  const fields: FieldPatches = { name: `${PROOF_NAME}-${suffix}`, ...NEEDED, ...OPTIONAL }
  const making = makingMapping(mapping)
  const members = Object.entries(fields).filter(
    ([name]) => isFieldName(name) && isMapped(name) && 'put' in making.fields[name],
  )
  return { kind: 'merge', fields: Object.fromEntries(members) }
}

/** What every provider is to do with a change that is made here. */
export function commonProbes(provider: Provider): readonly Probe[] {
  const { mapping } = provider
  const probe = (kind: Probe['kind'], rule: string, fields: FieldPatches): Probe => ({
    kind,
    rule,
    attempt: (ref, base) => {
      const { next } = planChange(mapping, base, { kind: 'merge', fields })
      return { steps: provider.steps(ref, base, next), expected: next }
    },
  })
  // What clears is said once.
  const isSaid = provider.proof?.probes.some(({ kind }) => kind === 'clear') === true
  const optional = Object.entries(OPTIONAL) as readonly [keyof typeof OPTIONAL, Json][]
  const [cleared, value] = optional.find(([name]) => 'put' in mapping.fields[name]) ?? []
  const { secret } = mapping.fields
  return [
    probe('frame', 'A change of the callbacks leaves every other setting as it was.', {
      callbacks: [`${SITE}/second`, `${SITE}/first`],
    }),
    ...(cleared === undefined || isSaid
      ? []
      : [
          probe('clear', `client.${cleared} can be cleared.`, {
            [cleared]: Array.isArray(value) ? [] : null,
          }),
        ]),
    ...(isLens(secret)
      ? [
          probe('secret', 'client.secret can be set, and moves no other setting.', {
            secret: newSecretValue(),
          }),
        ]
      : []),
  ]
}
