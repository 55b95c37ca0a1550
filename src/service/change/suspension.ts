/**
 * Suspends and resumes a client. If the provider has a setting for that, it is set; otherwise
 * settings that the client needs to work are removed, and the client's standing names the operations whose
 * sealed records show what they removed, so that exactly that is restored.
 */

import { ClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Emulation, Warning } from '../../core/mapping/row.ts'
import { isOff, pathOf } from '../../core/mapping/suspension.ts'
import { type GivenBack, giveBack, type Removal } from '../../core/plan/give-back.ts'
import type { Entry } from '../../store/log/entry.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'
import type { Suspending } from '../base/request.ts'
import { openSealed } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'
import { withoutEnded } from '../lease/leases.ts'
import { calledOff, reaping, unreaping } from '../reap/reap-wish.ts'
import type { RequestFor, Wish } from './change-target.ts'
import { checkUnprotected } from './protection.ts'
import { notRestorable } from './rollback.ts'

/**
 * Prepares a suspension or its end.
 * @throws ClientError `unsupported_operation`, `client_protected`; `over` throws `not_restorable`
 */
export async function suspensionWish(
  service: Service,
  request: RequestFor<Suspending>,
  head: Entry | undefined,
  operationId: string,
): Promise<Wish> {
  const { provider, patch, actor } = request
  const { mapping } = provider
  const { suspension } = mapping
  const standing = head?.standing
  if (suspension === undefined) throw cannotSuspend()
  if (patch.unreaps !== undefined) {
    const ended = await unreaping(service, request.ref, patch.unreaps, standing)
    if (ended !== undefined) return ended
  }
  const { emulation } = suspension
  if (patch.suspended) checkUnprotected(standing, 'suspended')
  else if (emulation !== undefined) return resumption(service, request, standing)
  const wish =
    emulation === undefined
      ? nativeWish(patch, standing)
      : emulatedWish(service, { mapping, ...emulation }, standing, operationId)
  if (patch.reap === undefined) return wish
  return reaping(wish, patch.reap, { provider, actor, operationId, now: service.now() })
}

interface Emulated extends Emulation {
  readonly mapping: Mapping
}

/** Settings that stand for it are taken away. */
function emulatedWish(
  service: Service,
  { mapping, suspended }: Emulated,
  standing: Standing | undefined,
  operationId: string,
): Wish {
  return {
    fields: [],
    over: (base) => {
      const off = isOff(mapping, base)
      const mark = standing?.suspended
      const operations = [...(mark?.operations ?? []), operationId]
      const next = { since: mark?.since ?? service.now(), operations }
      const becomes =
        off && mark !== undefined ? standing : withStanding(standing, { suspended: next })
      return {
        next: off ? base : suspended(base),
        warnings: [],
        aim: { action: 'suspend', becomes: becomes ?? {} },
      }
    },
  }
}

/** The provider has a setting for it, which shows whether the client is suspended. */
function nativeWish({ suspended }: Suspending, before: Standing = {}): Wish {
  const standing = suspended ? before : (calledOff(before) ?? {})
  const patch = { kind: 'merge' as const, fields: { disabled: suspended } }
  return {
    fields: ['disabled'],
    over: () => ({
      patch,
      warnings: [],
      aim: { action: suspended ? 'suspend' : 'resume', becomes: standing },
    }),
  }
}

async function resumption(
  service: Service,
  { provider: { mapping }, patch: { allowPartial }, dryRun }: RequestFor<Suspending>,
  standing: Standing | undefined,
): Promise<Wish> {
  const { removals, keyIsLost } = await removalsBy(service, mapping, standing)
  const lists = allowPartial ? 'theirs' : 'value by value'
  return {
    fields: [],
    over: (base) => {
      const restored = giveBack(mapping, base, removals, lists)
      const missing = missingOf(mapping, restored, keyIsLost)
      if (missing.length > 0 && !dryRun && !allowPartial) throw notRestorable(missing)
      return {
        next: restored.next,
        before: removals.map((one) => one.base),
        warnings: [...missing, ...theirsOf(mapping, restored)],
        aim: {
          action: 'resume',
          becomes: withStanding(calledOff(standing), { suspended: undefined }),
        },
      }
    },
  }
}

/** What a suspension has removed, newest first, as far as its records can be opened. */
export async function removalsBy(
  service: Service,
  mapping: Mapping,
  standing: Standing | undefined,
): Promise<{ readonly removals: readonly Removal[]; readonly keyIsLost: boolean }> {
  const operations = standing?.suspended?.operations ?? []
  const records = await Promise.all(operations.map((id) => heldBy(service, mapping, id, standing)))
  const removals = records.filter((one) => one !== undefined)
  return { removals: removals.toReversed(), keyIsLost: removals.length < operations.length }
}

/** The records of an operation, as far as they can be opened with the present keys. */
async function heldBy(
  service: Service,
  mapping: Mapping,
  operationId: string,
  standing: Standing | undefined,
): Promise<Removal | undefined> {
  const intent = await service.store.operation(operationId)
  if (intent === undefined) return undefined
  const sealed = await openSealed(service, intent)
  if (!sealed?.next) return undefined
  const { base, next } = sealed
  return withoutEnded(mapping, { base, next }, intent.standing, standing)
}

function missingOf(mapping: Mapping, { lost }: GivenBack, keyIsLost: boolean): readonly Warning[] {
  const obstacles = lost.map((key) => ({
    code: 'not_restored',
    field: `client.${pathOf(mapping, key)}`,
    message: `client.${pathOf(mapping, key)} cannot be restored: the provider has no way back to its former value.`,
  }))
  return keyIsLost ? [...obstacles, LOST_KEY] : obstacles
}

const LOST_KEY: Warning = {
  code: 'not_restored',
  message:
    'What the suspension removed cannot be restored: its record was sealed with a key that is no longer in use.',
}

const theirsOf = (mapping: Mapping, { theirs }: GivenBack): readonly Warning[] =>
  theirs.map((key) => ({
    code: 'changed_while_suspended',
    field: `client.${pathOf(mapping, key)}`,
    message: `client.${pathOf(mapping, key)} was changed by someone else while the client was suspended. The new value stays.`,
  }))

const cannotSuspend = () =>
  new ClientError('unsupported_operation', 'This provider has no way to suspend a client.')
