/**
 * Making a client, by the same steps as a change. Until the provider answers a new client has no id, so
 * its intent is in a log of its own; the client's log then begins with what was made.
 */

import type { CopyReport } from '../../core/copy/fate.ts'
import { diffClients, type FieldChange } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import { checkPatch, planChange } from '../../core/plan/plan.ts'
import { neededToMake, neededToSet } from '../../core/rights/rights.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, ClientRef, Place, Step } from '../../providers/call.ts'
import type { ClientKind, Creation } from '../../providers/creation.ts'
import { creationResource, refOf } from '../../store/resource.ts'
import type { ChangeRequest } from '../base/request.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { inAttempts } from '../operation/attempts.ts'
import { carryOut } from '../operation/carry-out.ts'
import { LOST_RACE } from '../operation/head.ts'
import { claimKey } from '../operation/idempotency.ts'
import { intentAfter } from '../operation/intent.ts'
import { replayCreation } from './creation-replay.ts'

export interface CreationRequest
  extends Pick<
    ChangeRequest,
    'provider' | 'key' | 'dryRun' | 'authorize' | 'actor' | 'requestId' | 'deadline' | 'onUpstream'
  > {
  readonly place: Place
  readonly kind: ClientKind
  readonly patch: Patch
}

/** What a new client is made of, before the caller's own patch. */
export interface Beginning {
  /** What a new client of its kind starts from; changes are told as differences to it. */
  readonly blank: Native
  readonly start: Native
  readonly origin?: Origin
}

/** The client that a new one is a copy of. */
export interface Origin {
  /** The log of that client. */
  readonly log: string
  /** Fingerprint of its state. */
  readonly tag: string
  /** What a record has of it. */
  report(next: Native): CopyReport
  /** Refuses a plan that the caller has not agreed to. */
  check(next: Native, report: CopyReport): void
}

/** A creation whose beginning is found out once it is known that it has not been made before. */
export interface MakingRequest extends Omit<CreationRequest, 'kind'> {
  begin(creation: Creation, call: Call): Promise<Beginning>
}

export interface CreationResult {
  readonly outcome: 'applied' | 'planned'
  /** Where it is; absent in a dry run. */
  readonly ref?: ClientRef
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  readonly tag: string
  /** The secret that was made along with it, also where the provider shows it only once. */
  readonly secret?: Secret
  /** What the caller's own patch changes in what a client of that kind starts from. */
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
  /** Of a copy that was made or planned now: what it has of its source, and the source's fingerprint. */
  readonly copy?: { readonly report: CopyReport; readonly sourceTag: string }
}

/**
 * Makes a client, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, and as `changeClient` does
 */
export async function createClient(
  service: Service,
  { kind, ...request }: CreationRequest,
): Promise<CreationResult> {
  const begin = async ({ blank }: Creation) => ({ blank: blank(kind), start: blank(kind) })
  return makeClient(service, { ...request, begin })
}

/**
 * Makes a client of whatever it begins with, or plans it in a dry run.
 * @throws ClientError as `createClient` does, and as `begin` does
 */
export async function makeClient(
  service: Service,
  request: MakingRequest,
): Promise<CreationResult> {
  const { creation, mapping } = request.provider
  if (creation === undefined) throw cannotCreate()
  checkPatch(mapping, request.patch)
  const operationId = service.newId()
  const resource = creationResource(request.place, operationId)
  return inAttempts(service, resource, request, () => attempt(service, request, creation))
}

async function attempt(
  service: Service,
  request: MakingRequest,
  creation: Creation,
): Promise<CreationResult | typeof LOST_RACE> {
  const { provider, place, dryRun, patch, actor } = request
  const { mapping } = provider
  const operationId = service.newId()
  const call = callOf(service, { ...request, operationId, caller: callerOf(actor) })
  const use = await claimKey(service, request, operationId)
  if (use === LOST_RACE) return LOST_RACE
  if (use?.kind === 'used') return replayCreation(service, provider, use, call)

  const { blank, start, origin } = await request.begin(creation, call)
  const plan = planChange(mapping, start, patch)
  const api = provider.ownApi?.(place)
  request.authorize?.([
    ...neededToSet(plan.hidden),
    ...neededToMake(mapping, { ...plan, base: blank, api }),
  ])
  const copy = copyOf(origin, plan.next)
  if (copy !== undefined) origin?.check(plan.next, copy.report)
  checkWhole(mapping, plan.next)
  const step = creation.step(place, plan.next)
  const changes = diffClients(mapping, blank, plan.next, service.fingerprints.ofSecret)
  const planned = { changes, steps: [step], warnings: plan.warnings }
  const baseTag = service.fingerprints.ofState(mapping, plan.next)
  if (dryRun) {
    const native = plan.next
    return { ...planned, outcome: 'planned', native, tag: baseTag, ...(copy && { copy }) }
  }
  await service.reached?.('change planned')
  const ref = refOf(creationResource(place, operationId))
  const aim = { operationId, base: blank, baseTag, next: plan.next, changes }
  const made = { action: 'create' as const, copiedFrom: origin?.log }
  const intent = await intentAfter(service, { ...request, ref }, undefined, { ...aim, ...made })
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  const running = { intent, provider, ref, base: blank, next: plan.next }
  const done = await carryOut(service, running, [step], { ...call, urgent: true })
  const secret = step.reveal()
  const held = copyOf(origin, done.native)
  return {
    ...planned,
    outcome: 'applied',
    ref: { ...place, id: creation.idOf(done.native) },
    native: done.native,
    tag: service.fingerprints.ofState(mapping, done.native),
    ...(secret === undefined ? {} : { secret }),
    ...(held && { copy: held }),
    warnings: [...planned.warnings, ...done.warnings],
    operationId,
  }
}

function copyOf(origin: Origin | undefined, next: Native) {
  if (origin === undefined) return undefined
  return { report: origin.report(next), sourceTag: origin.tag }
}

/**
 * A blank client has no name and may break rules, such as that of a missing callback; a new client has
 * one and breaks none.
 */
function checkWhole(mapping: Mapping, next: Native): void {
  const { name } = mapping.fields
  if ('needed' in name && (name.get(next) ?? null) === null) {
    throw new ClientError('invalid_field', 'client.name must be given: a client needs a name.', {
      field: 'client.name',
    })
  }
  const broken = mapping.rules.find((rule) => !rule.holds(next))
  if (broken === undefined) return
  throw new ClientError('rule_violated', broken.says, { field: broken.field })
}

const cannotCreate = () =>
  new ClientError('unsupported_operation', 'This provider has no way to make a client.')
