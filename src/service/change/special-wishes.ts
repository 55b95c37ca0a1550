/** The wishes of changes that are no patch: what they change follows from the history, the standing, leases, moves or keys. */

import { FIELD_NAMES } from '../../core/client.ts'
import type { Patch } from '../../core/patch/patch.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Entry } from '../../store/log/entry.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'
import type { Assignment, ChangeRequest, CutOver, Protection } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { endingWish, leaseWish } from '../lease/lease-wish.ts'
import { confirmationWish, moveEndWish, moveWish, narrowingWish } from '../move/move-wish.ts'
import { calledOff } from '../reap/reap-wish.ts'
import { checkCutOver } from '../secrets/rotatable.ts'
import type { RequestFor, Wish } from './change-target.ts'
import { managingWish } from './managed-values.ts'
import { prepareRollback } from './rollback.ts'
import { suspensionWish } from './suspension.ts'
import { prepareUndo } from './undo.ts'

/** A request of such a change. */
type SpecialRequest = RequestFor<Exclude<ChangeRequest['patch'], Patch>>

/**
 * Prepares such a wish; `head` is the newest entry of the client's log.
 * @throws ClientError as `prepareRollback`, `prepareUndo` and `suspensionWish` do; `over` also as
 *   `checkCutOver`
 */
export async function prepareSpecialWish(
  service: Service,
  request: SpecialRequest,
  head: Entry | undefined,
  operationId: string,
): Promise<Wish> {
  const { ref, provider, actor, dryRun, patch } = request
  const who = { ref, provider, actor, dryRun }
  const standing = head?.standing
  if (patch.kind === 'rollback') {
    const { fields, over } = await prepareRollback(service, { ...who, patch }, head)
    return { fields: FIELD_NAMES.filter((name) => fields.has(name)), over }
  }
  if (patch.kind === 'undo') {
    const { fields, over } = await prepareUndo(service, { ...who, patch })
    return { fields: FIELD_NAMES.filter((name) => fields.has(name)), over }
  }
  if (patch.kind === 'protection') return protectionWish(patch, standing)
  if (patch.kind === 'assignment') return assignmentWish(patch, standing)
  if (patch.kind === 'retention') return retentionWish(standing)
  if (patch.kind === 'suspension') {
    return suspensionWish(service, { ...who, patch }, head, operationId)
  }
  if (patch.kind === 'lease') return leaseWish(service, { ...who, patch }, standing)
  if (patch.kind === 'end_lease') return endingWish(service, { ...who, patch }, standing)
  if (patch.kind === 'move') {
    return moveWish(service, { ...who, patch }, standing, operationId)
  }
  if (patch.kind === 'confirm_move') {
    return confirmationWish(service, { provider, patch }, standing)
  }
  if (patch.kind === 'narrow_move') return narrowingWish(service, { provider, patch }, standing)
  if (patch.kind === 'end_move') return moveEndWish({ provider, patch }, standing)
  if (patch.kind === 'cut-over') return cutOverWish(patch, provider, standing)
  if (patch.kind === 'managing') return managingWish(patch, provider.mapping, standing)
  const { over } = patch
  return { fields: ['providerSettings'], over: (base) => ({ patch: over(base), warnings: [] }) }
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

function assignmentWish({ team }: Assignment, standing: Standing | undefined): Wish {
  const becomes = withStanding(standing, { team: team ?? undefined })
  const aim = { action: 'assign', becomes } as const
  return { fields: [], over: () => ({ patch: { kind: 'merge', fields: {} }, warnings: [], aim }) }
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
