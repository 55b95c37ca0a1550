/** What a request wants of a client, once its history and its present state are known. */

import { FIELD_NAMES, type FieldName } from '../core/client.ts'
import { writtenFields } from '../core/json-patch.ts'
import type { Native, Warning } from '../core/mapping.ts'
import type { Patch } from '../core/patch.ts'
import type { Action, Entry } from '../store/entry.ts'
import type { ChangeRequest } from './request.ts'
import { prepareRollback } from './rollback.ts'
import { checkCutOver } from './rotatable.ts'
import type { Service } from './service.ts'

export interface Wish {
  /** Fields that may change, for what a provider reads for them alone. */
  readonly fields: readonly FieldName[]
  /** The patch over the client as it is now, and what should be known about it. */
  over(base: Native): { readonly patch: Patch; readonly warnings: readonly Warning[] }
  /** What the history calls it, where it is more than a change of settings. */
  readonly action?: Action
}

/**
 * Prepares a wish; `head` is the newest entry of the client's log.
 * @throws ClientError as `prepareRollback` does; `over` also as `checkCutOver`
 */
export async function prepareWish(
  service: Service,
  request: ChangeRequest,
  head: Entry | undefined,
): Promise<Wish> {
  const { patch } = request
  if (patch.kind === 'rollback') {
    const { fields, over } = await prepareRollback(service, { ...request, patch }, head)
    return { fields: FIELD_NAMES.filter((name) => fields.has(name)), over }
  }
  if (patch.kind === 'cut-over') {
    const fields = { secret: patch.value.reveal() }
    const over = (base: Native) => {
      checkCutOver(request.provider, base)
      return { patch: { kind: 'merge' as const, fields }, warnings: [] }
    }
    return { fields: ['secret'], over, action: 'rotate' }
  }
  return { fields: fieldsOf(patch), over: () => ({ patch, warnings: [] }) }
}

function fieldsOf(patch: Patch): readonly FieldName[] {
  return patch.kind === 'merge'
    ? (Object.keys(patch.fields) as FieldName[])
    : [...writtenFields(patch.operations)]
}
