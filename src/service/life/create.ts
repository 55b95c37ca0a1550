/**
 * Making a client, by the same steps as a change. Until the provider answers a new client has no id, so
 * its intent is in a log of its own; the client's log then begins with what was made.
 */

import { diffClients } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { checkPatch, planChange } from '../../core/plan/plan.ts'
import { neededToMake, neededToSet } from '../../core/rights/rights.ts'
import type { Creation } from '../../providers/creation.ts'
import { creationResource, refOf } from '../../store/resource.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { inAttempts } from '../operation/attempts.ts'
import { carryOut } from '../operation/carry-out.ts'
import { LOST_RACE } from '../operation/head.ts'
import { claimKey } from '../operation/idempotency.ts'
import { intentAfter } from '../operation/intent.ts'
import type { CreationRequest, CreationResult, MakingRequest, Origin } from './creation.ts'
import { replayCreation } from './creation-replay.ts'

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
