/**
 * Tries the rules of a provider on a client made for that, which is removed again: by this run, or where it dies by
 * the sweep of any server on the same store, or by the next run.
 */

import { diffClients, type FieldChange } from '../../core/diff.ts'
import { isClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { asPlanned } from '../../core/mapping/making.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { ClientRef, Place } from '../../providers/call.ts'
import type { Probe, RuleKind } from '../../providers/proof/proof.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Actor } from '../../store/log/actor.ts'
import { overAt } from '../../store/log/over.ts'
import { refOf } from '../../store/resource.ts'
import type { WriteRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { createClient } from '../life/create.ts'
import type { CreationResult } from '../life/creation.ts'
import { removeWhenDue } from '../life/removal-end.ts'
import { removeClient } from '../life/remove.ts'
import { settle } from '../operation/settle.ts'
import { tryRule } from './probe.ts'
import { commonProbes, proofPatch } from './proof-client.ts'

/** One rule, and what came of it. */
export interface RuleResult {
  readonly kind: RuleKind | 'removal'
  readonly rule: string
  /** `untried`: it was refused, or there was no room for it in the calls. */
  readonly outcome: 'holds' | 'differs' | 'untried'
  /** What the calls change by the rule, and what they have changed. */
  readonly expected: readonly FieldChange[]
  readonly seen: readonly FieldChange[]
  /** Why it was not tried. */
  readonly why?: string
}

export interface ProofRequest {
  readonly provider: Provider
  readonly place: Place
  readonly actor: Actor
  /** How many calls have been sent. */
  sent(): number
  /** A rule was tried. */
  onResult?(result: RuleResult): void
}

/** The most calls that one proof sends. */
export const MOST_CALLS = 60
/** A rule reads, writes up to two times, reads again (two calls each at most) and lists secrets before and after; a removal takes four calls. */
const CALLS_OF_RULE = 8
const CALLS_OF_REMOVAL = 4

/** One operation ends within this (milliseconds). */
const OPERATION_MS = 25_000
/** What is left after this is removed by a sweep (milliseconds); the whole proof takes seconds. */
const LEFT_AFTER_MS = 600_000

/**
 * Tries all rules, and removes the client whatever came of them.
 * @throws ClientError as creations do, if there is no client to try anything on
 */
export async function prove(
  service: Service,
  request: ProofRequest,
): Promise<readonly RuleResult[]> {
  const { provider, place, actor } = request
  const results: RuleResult[] = []
  const add = (result: RuleResult) => {
    results.push(result)
    request.onResult?.(result)
  }
  const creation = {
    ...writeOf(service, request),
    place,
    kind: 'web',
    patch: proofPatch(provider.mapping, service.newId().slice(0, 8)),
    removeAt: service.now() + LEFT_AFTER_MS,
  } as const
  const planned = await createClient(service, { ...creation, dryRun: true })
  const created = await createClient(service, creation)
  const { ref } = created
  if (ref === undefined) return results
  add(defaultRule(service, provider.mapping, planned, created))
  try {
    for (const probe of [...commonProbes(provider), ...(provider.proof?.probes ?? [])]) {
      const room = request.sent() + CALLS_OF_RULE + CALLS_OF_REMOVAL <= MOST_CALLS
      add(room ? await resultOf(service, request, ref, probe) : untried(probe, NO_ROOM))
    }
  } finally {
    const removal = { ...writeOf(service, request), ref, actor }
    await removeClient(service, removal).then(
      () => undefined,
      (error: unknown) => add(untried({ kind: 'removal', rule: REMOVED }, messageOf(error))),
    )
  }
  return results
}

const NO_ROOM = `A proof sends at most ${MOST_CALLS} calls.`
const REMOVED =
  'The client is removed; a sweep of a server on this store, or the next proof, tries it again.'

const writeOf = (service: Service, { provider, actor }: ProofRequest): WriteRequest => ({
  provider,
  actor,
  dryRun: false,
  requestId: service.newId(),
  deadline: service.now() + OPERATION_MS,
})

/** What a new client has beside what was asked for. */
function defaultRule(
  { fingerprints }: Service,
  mapping: Mapping,
  planned: CreationResult,
  { native, changes }: CreationResult,
): RuleResult {
  const result = asPlanned(mapping, planned.native, native)
  const differing = diffClients(mapping, planned.native, result, fingerprints.ofSecret)
  const asChange = (field: string, after: Json): FieldChange => ({ field, before: null, after })
  return {
    kind: 'default',
    rule: 'A new client has what was asked for, and the defaults that are known.',
    outcome: differing.length === 0 ? 'holds' : 'differs',
    expected: [...changes, ...differing.map(({ field, before }) => asChange(field, before))],
    seen: [...changes, ...differing.map(({ field, after }) => asChange(field, after))],
  }
}

async function resultOf(
  service: Service,
  request: ProofRequest,
  ref: ClientRef,
  probe: Probe,
): Promise<RuleResult> {
  const { kind, rule } = probe
  try {
    const { holds, ...changes } = await tryRule(service, {
      ...writeOf(service, request),
      ref,
      probe,
    })
    return { kind, rule, outcome: holds ? 'holds' : 'differs', ...changes }
  } catch (error) {
    return untried(probe, messageOf(error))
  }
}

const untried = ({ kind, rule }: Pick<RuleResult, 'kind' | 'rule'>, why: string): RuleResult => ({
  kind,
  rule,
  outcome: 'untried',
  expected: [],
  seen: [],
  why,
})

/** @throws what is no refusal, but a fault of this program */
function messageOf(error: unknown): string {
  if (!isClientError(error)) throw error
  const { providerMessage } = error.details
  return providerMessage === undefined ? error.message : `${error.message} ${providerMessage}`
}

/** Removes what earlier proofs at the place have left, and nothing else. */
export async function removeLeftovers(service: Service, { provider: id, userPoolId }: Place) {
  const deadline = service.now() + OPERATION_MS
  const isHere = (resource: string) => {
    const ref = refOf(resource)
    return ref.provider === id && ref.userPoolId === userPoolId
  }
  const provider = service.providers.get(id)
  if (provider === undefined) return
  for (const intent of await service.store.openIntents()) {
    if (intent.removeAt === undefined || !isHere(intent.resource)) continue
    if (overAt(intent, service.store) <= service.now())
      await settle(service, intent, deadline, 'sweeping')
  }
  for (const resource of (await service.store.due(service.now())).filter(isHere)) {
    const standing = (await service.store.last(resource))?.standing
    if (standing?.removal === undefined) continue
    await removeWhenDue(service, { ref: refOf(resource), provider, standing, deadline })
  }
}
