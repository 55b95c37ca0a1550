/** Undoes one change, whatever came after it: what later changes have set stays. */

import { diffClients } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import { undoPatch } from '../../core/plan/undo.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Undo } from '../base/request.ts'
import { openSealed } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'
import { withoutLeased } from '../lease/leases.ts'
import { settlementOf } from '../operation/actions.ts'
import type { RequestFor } from './change-target.ts'
import { restoring } from './restorable.ts'
import { type Prepared, warningsOf } from './rollback.ts'

/**
 * Prepares the change that undoes an operation.
 * @throws ClientError `not_restorable`, at once or from `over`: an operation that cannot be undone
 * completely is left alone, unless a partial undo was requested
 */
export async function prepareUndo(
  service: Service,
  { ref, provider, patch: undo }: RequestFor<Undo>,
): Promise<Prepared> {
  const { mapping } = provider
  const intent = await service.store.operation(undo.operationId)
  const isOwn = intent?.resource === resourceOf(ref) && settlementOf(intent).undoable
  const own = isOwn ? intent : undefined
  const sealed = own && (await openSealed(service, own))
  if (!own || !sealed?.next) {
    const isOld = own !== undefined && service.seal.isDropped?.(own.sealed) === true
    throw new ClientError(
      'not_restorable',
      `The operation ${undo.operationId} cannot be undone: its record ${isOld ? 'is older than sealed records are kept' : 'no longer exists, or was sealed with a key that is no longer in use'}.`,
    )
  }
  const { base, next } = sealed
  const changed = diffClients(mapping, base, next, service.fingerprints.ofSecret)
  return {
    fields: new Set(changed.map(({ field }) => field.split('.')[0] ?? field)),
    over: (current) => {
      const undone = withoutLeased(mapping, base, next, own.standing)
      const restores = [undone.base]
      const { fields, blocked } = undoPatch(restoring(mapping, restores), current, [undone])
      const warnings = warningsOf(blocked, undo.allowPartial)
      return { patch: { kind: 'merge', fields }, warnings, restores }
    },
  }
}
