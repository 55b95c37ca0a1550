/** Turns a request into a planned change, once the client's history and present state are known. */

import { FIELD_NAMES, type FieldName } from '../../core/client.ts'
import { type Mapping, withExtraSettings } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { shownBy } from '../../core/mapping/suspension.ts'
import { writtenFields } from '../../core/patch/json-patch.ts'
import type { Patch } from '../../core/patch/patch.ts'
import { type Plan, planChange, planRecord } from '../../core/plan/plan.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Entry } from '../../store/log/entry.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'
import type { ChangeRequest, CutOver, Protection } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { endingWish, leaseWish } from '../lease/lease-wish.ts'
import { confirmationWish, moveEndWish, moveWish, narrowingWish } from '../move/move-wish.ts'
import { calledOff } from '../reap/reap-wish.ts'
import { checkCutOver } from '../secrets/rotatable.ts'
import type { Target, Wish } from './change-target.ts'
import { managingWish } from './managed-values.ts'
import { restoring } from './restorable.ts'
import { prepareRollback } from './rollback.ts'
import { suspensionWish } from './suspension.ts'
import { prepareUndo } from './undo.ts'

/** Plans the change, with the client's standing before and after. */
export function planWanted(
  mapping: Mapping,
  base: Native,
  target: Target,
  [before, after]: readonly [Standing | undefined, Standing | undefined],
): Plan {
  const mappingOf = (native: Native, standing: Standing | undefined) =>
    shownBy(mapping, native, standing?.suspended !== undefined)
  if ('patch' in target) {
    const extra = withExtraSettings(mappingOf(base, before), before?.cleared ?? [])
    return planChange(restoring(extra, target.restores ?? []), base, target.patch)
  }
  return planRecord(mappingOf(target.next, after), base, target.next, target.before)
}

/**
 * Prepares a wish; `head` is the newest entry of the client's log.
 * @throws ClientError as `prepareRollback`, `prepareUndo` and `suspensionWish` do; `over` also as
 *   `checkCutOver`
 */
export async function prepareWish(
  service: Service,
  request: ChangeRequest,
  head: Entry | undefined,
  operationId: string,
): Promise<Wish> {
  const { ref, provider, actor, dryRun, patch } = request
  const who = { ref, provider, actor, dryRun }
  if (patch.kind === 'rollback') {
    const { fields, over } = await prepareRollback(service, { ...who, patch }, head)
    return { fields: FIELD_NAMES.filter((name) => fields.has(name)), over }
  }
  if (patch.kind === 'undo') {
    const { fields, over } = await prepareUndo(service, { ...who, patch })
    return { fields: FIELD_NAMES.filter((name) => fields.has(name)), over }
  }
  if (patch.kind === 'protection') return protectionWish(patch, head?.standing)
  if (patch.kind === 'retention') return retentionWish(head?.standing)
  if (patch.kind === 'suspension') {
    return suspensionWish(service, { ...who, patch }, head, operationId)
  }
  if (patch.kind === 'lease') return leaseWish(service, { ...who, patch }, head?.standing)
  if (patch.kind === 'end_lease') return endingWish(service, { ...who, patch }, head?.standing)
  if (patch.kind === 'move') {
    return moveWish(service, { ...who, patch }, head?.standing, operationId)
  }
  if (patch.kind === 'confirm_move') {
    return confirmationWish(service, { provider, patch }, head?.standing)
  }
  if (patch.kind === 'narrow_move')
    return narrowingWish(service, { provider, patch }, head?.standing)
  if (patch.kind === 'end_move') return moveEndWish({ provider, patch }, head?.standing)
  if (patch.kind === 'cut-over') return cutOverWish(patch, provider, head?.standing)
  if (patch.kind === 'managing') return managingWish(patch, provider.mapping, head?.standing)
  if (patch.kind === 'key') {
    const { over } = patch
    return { fields: ['providerSettings'], over: (base) => ({ patch: over(base), warnings: [] }) }
  }
  return { fields: fieldsOf(patch), over: () => ({ patch, warnings: [] }) }
}

function protectionWish({ protected: on }: Protection, standing: Standing | undefined): Wish {
  return {
    fields: [],
    over: () => ({
      patch: { kind: 'merge', fields: {} },
      warnings: [],
      aim: {
        action: on ? 'protect' : 'unprotect',
        becomes: withStanding(standing, { protected: on ? true : undefined }),
      },
    }),
  }
}

function retentionWish(standing: Standing | undefined): Wish {
  const aim = { action: 'retain', becomes: calledOff(standing) ?? {} } as const
  return { fields: [], over: () => ({ patch: { kind: 'merge', fields: {} }, warnings: [], aim }) }
}

function cutOverWish({ value }: CutOver, provider: Provider, standing: Standing | undefined): Wish {
  return {
    fields: ['secret'],
    over: (base) => {
      checkCutOver(provider, base, value)
      return {
        patch: { kind: 'merge', fields: { secret: value.reveal() } },
        warnings: [],
        aim: { action: 'rotate', becomes: withStanding(standing, { retirements: undefined }) },
      }
    },
  }
}

function fieldsOf(patch: Patch): readonly FieldName[] {
  return patch.kind === 'merge'
    ? (Object.keys(patch.fields) as FieldName[])
    : [...writtenFields(patch.operations)]
}
