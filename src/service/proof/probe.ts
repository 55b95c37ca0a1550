/**
 * Tries one rule of a provider on a client: a change like any other, with the steps of the rule and the record that it
 * leads to, so that it is in the history, and settled after a crash, like any other.
 */

import { diffClients, type FieldChange } from '../../core/diff.ts'
import { isClientError } from '../../core/errors.ts'
import { type Mapping, showField } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Probe, SecretsFate } from '../../providers/proof/proof.ts'
import type { Provider } from '../../providers/provider.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
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
  let secrets: SecretsBefore | undefined
  const judged = (seen: Native): Tried => {
    const { base, expected } = tried ?? { base: {}, expected: {} }
    return judgement(service, mapping, { base, expected, seen })
  }
  try {
    const result = await operate<void, Tried>(service, {
      ...onClient(request),
      request,
      plan: async ({ base, call }) => {
        const { steps, expected, secrets: fate } = probe.attempt(ref, base)
        tried = { base, expected }
        if (fate !== undefined)
          secrets = { fate, live: await liveSecrets(provider, ref, base, call) }
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
    if (secrets === undefined || tried === undefined || request.dryRun) return result
    const after = await liveSecrets(provider, ref, tried.expected, callAfter(service, request))
    return withSecrets(result, secrets, after)
  } catch (error) {
    // The provider has answered that it was done, and it was not.
    if (!isClientError(error, 'not_applied', 'partly_applied') || !tried) throw error
    return judged(await provider.read(ref, callAfter(service, request)))
  }
}

/** For what is looked at after the operation. */
function callAfter(service: Service, { deadline, requestId, onUpstream, actor }: ClientRequest) {
  const operationId = service.newId()
  const caller = callerOf(actor)
  return callOf(service, { operationId, deadline, requestId, caller, onUpstream })
}

interface SecretsBefore {
  readonly fate: SecretsFate
  readonly live: readonly LiveSecret[]
}

/** Those that are live, whatever the client authenticates with. */
const liveSecrets = async ({ secrets }: Provider, ref: ClientRef, native: Native, call: Call) =>
  (await secrets?.list(ref, native, call)) ?? []

/** The same with what became of the live secrets. */
function withSecrets(
  tried: Tried,
  { fate, live: before }: SecretsBefore,
  after: readonly LiveSecret[],
): Tried {
  const isSame = (one: LiveSecret) =>
    before.some(({ id, hint }) => id === one.id && hint === one.hint)
  const isKept = before.length === after.length && after.every(isSame)
  const seen: SecretsFate = after.length === 0 ? 'ended' : isKept ? 'kept' : 'replaced'
  const asChange = (after: SecretsFate) => ({ field: 'secret', before: 'live', after })
  return {
    holds: tried.holds && seen === fate,
    expected: [...tried.expected, asChange(fate)],
    seen: [...tried.seen, asChange(seen)],
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
