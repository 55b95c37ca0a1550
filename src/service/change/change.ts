/**
 * The safe change: a wish, planned over the client's present state. A suspension, a protection, a
 * lease, a rollback and an undo are changes too.
 */

import type { FieldName } from '../../core/client.ts'
import { diffClients, type FieldChange } from '../../core/diff.ts'
import { type Mapping, normalOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { checkPatch } from '../../core/plan/plan.ts'
import { type Need, neededFor, neededToSet } from '../../core/rights/rights.ts'
import { replaceHidden } from '../../core/secrecy/hidden.ts'
import type { Call } from '../../providers/call.ts'
import type { Entry } from '../../store/log/entry.ts'
import { type Standing, sameStanding } from '../../store/log/standing.ts'
import { tagOf } from '../base/fresh-read.ts'
import type { ChangeRequest, ChangeResult } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { leasePatch } from '../lease/lease-patch.ts'
import { leasesAfter } from '../lease/leases.ts'
import { movePatch, movesAfter } from '../move/moves.ts'
import { danglingWarnings } from '../operation/dangling.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan } from '../operation/operation.ts'
import { withoutReaping } from '../reap/reap-wish.ts'
import { replay } from './change-replay.ts'
import type { Wish } from './change-target.ts'
import { additionsOf, managedAfter } from './managed-values.ts'
import { checkRelianceInChange } from './own-client.ts'
import { checkProtection } from './protection.ts'
import { clearedAfter } from './restorable.ts'
import { checkSuspension } from './suspended.ts'
import { planWanted, prepareWish } from './wish.ts'

/**
 * Changes one client, or plans the change in a dry run.
 * @throws ClientError as `operate` and planning do, `not_restorable`, `client_suspended`, `client_protected`,
 *   `own_client`
 */
export async function changeClient(
  service: Service,
  request: ChangeRequest,
): Promise<ChangeResult> {
  const { provider, patch } = request
  const effective = patchOf(patch)
  if (effective.kind === 'merge' || effective.kind === 'operations')
    checkPatch(provider.mapping, effective)
  return operate<Wish, ChangeResult>(service, {
    ...onClient(request),
    request,
    first: patch.kind === 'suspension' && patch.suspended,
    prepare: ({ head, operationId }) => {
      request.confirm?.(head?.standing)
      return prepareWish(service, request, head, operationId)
    },
    read: ({ call, head }, { fields }) => readBase(service, request, { call, head, fields }),
    plan: (begun) => planFor(service, request, begun),
    replay: ({ earlierUse, call }) => replay(service, request, earlierUse, call),
  })
}

interface Reading {
  readonly call: Call
  readonly head: Entry | undefined
  readonly fields: readonly FieldName[]
}

/**
 * Reads the client. What was got for many clients at once is relied on only where it shows the state that is recorded
 * already and that the request is meant for: what it would show as someone else's change can be its own age.
 */
function readBase(
  { fingerprints }: Service,
  { provider, ref, ifMatch, readOneOfMany }: ChangeRequest,
  { call, head, fields }: Reading,
): Promise<Native> {
  if (readOneOfMany === undefined) return provider.read(ref, call, fields)
  const isExpected = (native: Native) => {
    const tag = fingerprints.ofState(provider.mapping, native)
    return (head === undefined || tag === tagOf(head)) && (ifMatch?.includes(tag) ?? true)
  }
  return readOneOfMany(ref, call, { fields, isExpected })
}

/** What is known of a change before its client is read. */
function patchOf(patch: ChangeRequest['patch']): ChangeRequest['patch'] {
  if (patch.kind === 'lease') return leasePatch(patch)
  if (patch.kind === 'move') return movePatch(patch)
  return patch.kind === 'managing' ? { kind: 'merge', fields: additionsOf(patch) } : patch
}

/** @throws ClientError as planning does, and if the change is refused */
function planFor(
  service: Service,
  request: ChangeRequest,
  { call, prepared: wish, base: read, baseTag, before }: Begun<Wish>,
): Plan<ChangeResult> {
  const { provider, ref, patch } = request
  const { mapping } = provider
  const base = comparable(service, request, read, request.dryRun)
  const { standing } = before ?? {}
  const target = wish.over(base)
  const { warnings, aim } = target
  const aimed = target.becomes ?? aim?.becomes ?? standing
  const plan = planWanted(mapping, base, target, [standing, aimed])
  // What a suspension took away was granted before, so resuming needs no new permission for it.
  const api = patch.kind === 'suspension' ? undefined : provider.ownApi?.(ref)
  const needs = [...neededToSet(plan.hidden), ...neededFor(mapping, { ...plan, base, api })]
  // It takes power away and gives back what there was.
  const isPower = ({ permission }: Need) => permission === 'clients:privileged'
  request.authorize?.(patch.kind === 'suspension' ? needs.filter((one) => !isPower(one)) : needs)
  if (patch.kind !== 'suspension') checkSuspension(mapping, standing, base, plan.next)
  checkProtection(request, standing, base, plan.next)
  const moved = movesAfter(mapping, [base, plan.next], patch, aimed)
  const becomes = standingAfter(mapping, [base, plan.next], patch, moved.standing)
  const steps = plan.unchanged ? [] : provider.steps(ref, base, plan.next)
  const changes = diffClients(mapping, base, plan.next, service.fingerprints.ofSecret)
  checkRelied(service, request, base, { wish, standing, changes })
  const stays = sameStanding(becomes, standing)
  const planned = { changes, steps, warnings: [...warnings, ...moved.warnings, ...plan.warnings] }
  const preview = { ...planned, tag: baseTag }
  return {
    aim: {
      next: plan.next,
      changes,
      action: aim?.action,
      becomes: stays ? undefined : becomes,
      job: request.job,
      rollbackTo: patch.kind === 'rollback' ? patch.to : undefined,
    },
    ...(base === read ? {} : { on: base }),
    steps,
    after: 'answered',
    planned: async () => {
      const records = { base, next: plan.next }
      const dangling =
        steps.length === 0 ? [] : await danglingWarnings(provider, ref, records, call)
      const native = plan.unchanged ? base : plan.next
      const result = { ...preview, warnings: [...planned.warnings, ...dangling] }
      return { ...result, outcome: 'planned', native, standing: becomes }
    },
    unchanged:
      plan.unchanged && stays
        ? () => ({ ...preview, outcome: 'unchanged', native: base, standing })
        : undefined,
    done: ({ native, tag, warnings, operationId }) => ({
      ...planned,
      outcome: 'applied',
      native,
      tag,
      standing: becomes,
      warnings: [...planned.warnings, ...warnings],
      operationId,
    }),
  }
}

/** What else holds after the change, by what it leaves in the client's lists. */
function standingAfter(
  mapping: Mapping,
  records: readonly [Native, Native],
  patch: ChangeRequest['patch'],
  standing: Standing | undefined,
): Standing | undefined {
  const fieldsPatch = patch.kind === 'managing' ? patchOf(patch) : patch
  const leased = leasesAfter(mapping, records, fieldsPatch, standing)
  const managed = managedAfter(mapping, records[1], leased)
  return withoutReaping(clearedAfter(mapping, records, managed), { ...patch })
}

/**
 * A refusal must not confirm a guess of the secret, so the change is judged like a dry run.
 * @throws ClientError `own_client`
 */
function checkRelied(
  service: Service,
  request: ChangeRequest,
  base: Native,
  { wish, standing, changes }: Judged,
): void {
  const { provider, ref } = request
  if (provider.reliance?.(ref, base) === undefined) return
  const unseen = comparable(service, request, base, true)
  const plan = planWanted(provider.mapping, unseen, wish.over(unseen), [standing, standing])
  const needs = neededFor(provider.mapping, { ...plan, base: unseen })
  // A list in another order, or a default that is written out, changes nothing.
  const normal = (native: Native) => normalOf(provider.mapping, native)
  const bar = provider.bar?.(normal(unseen), normal(plan.next))
  checkRelianceInChange(request, base, { changes, needs, bar })
}

interface Judged {
  readonly wish: Wish
  readonly standing: Standing | undefined
  readonly changes: readonly FieldChange[]
}

/**
 * The record that a dry run is planned on. A new secret must not be compared with the current
 * one, or an empty plan would confirm a guess; so a placeholder replaces the current one.
 */
function comparable(
  { newId }: Service,
  { patch, provider, maySeeSecrets = true }: ChangeRequest,
  base: Native,
  dryRun: boolean,
): Native {
  const isAsked = ['merge', 'operations', 'cut-over', 'managing'].includes(patch.kind)
  if (!dryRun || maySeeSecrets || !isAsked) return base
  return replaceHidden(provider.mapping, base, () => newId())
}
