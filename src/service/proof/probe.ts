/**
 * Tries one rule of a provider on a client: a change like any other, with the steps of the rule and the record that it
 * leads to, so that it is in the history, and settled after a crash, like any other.
 */

import { diffClients, type FieldChange } from '../../core/diff.ts'
import { isClientError } from '../../core/errors.ts'
import { type Mapping, showField } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Probe } from '../../providers/proof/proof.ts'
import type { ClientRequest } from '../base/request.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { operate } from '../operation/operate.ts'
import { onClient } from '../operation/operation.ts'

/** What a rule says that a call changes, and what it has changed. */
export interface Tried {
  readonly holds: boolean
  readonly expected: readonly FieldChange[]
  readonly seen: readonly FieldChange[]
}

/**
 * Tries a rule.
 * @throws ClientError as `operate` does, if the calls were refused or their outcome is not known
 */
export async function tryRule(
  service: Service,
  request: ClientRequest & { readonly probe: Probe },
): Promise<Tried> {
  const { provider, ref, probe } = request
  const { mapping } = provider
  let tried: { readonly base: Native; readonly expected: Native } | undefined
  const judged = (seen: Native): Tried => {
    const { base, expected } = tried ?? { base: {}, expected: {} }
    return judgement(service, mapping, { base, expected, seen })
  }
  try {
    return await operate<void, Tried>(service, {
      ...onClient(request),
      request,
      plan: ({ base }) => {
        const { steps, expected } = probe.attempt(ref, base)
        tried = { base, expected }
        const changes = diffClients(mapping, base, expected, service.fingerprints.ofSecret)
        return {
          aim: { next: expected, changes },
          steps,
          after: 'answered',
          planned: () => judged(expected),
          unchanged: undefined,
          done: ({ native }) => judged(native),
        }
      },
      replay: async ({ call }) => judged(await provider.read(ref, call)),
    })
  } catch (error) {
    // The provider has answered that it was done, and it was not.
    if (!isClientError(error, 'not_applied', 'partly_applied') || !tried) throw error
    const { deadline, requestId, onUpstream, actor } = request
    const operationId = service.newId()
    const caller = callerOf(actor)
    const call = callOf(service, { operationId, deadline, requestId, caller, onUpstream })
    return judged(await provider.read(ref, call))
  }
}

function judgement(
  { fingerprints }: Service,
  mapping: Mapping,
  { base, expected, seen }: Records,
): Tried {
  // A secret that no read shows says nothing.
  const unshown = showField(mapping, 'secret', base) === null
  const { stamp, keys } = mapping.unseen ?? { stamp: '', keys: [] }
  const stampFields = [...keys, stamp].map((name) => `providerSettings.${name}`)
  const between = (one: Native, other: Native) =>
    diffClients(mapping, one, other, fingerprints.ofSecret).filter(
      ({ field }) => !stampFields.includes(field) && !(unshown && field === 'secret'),
    )
  const aimed = mapping.expected?.({ base, next: expected }, seen) ?? expected
  return {
    holds: between(aimed, seen).length === 0,
    expected: between(base, aimed),
    seen: between(base, seen),
  }
}

interface Records {
  readonly base: Native
  readonly expected: Native
  readonly seen: Native
}
