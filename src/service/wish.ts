/** What a request wants of a client, once its history and its present state are known. */

import { FIELD_NAMES, type FieldName } from '../core/client.ts'
import { writtenFields } from '../core/json-patch.ts'
import type { Native, Warning } from '../core/mapping.ts'
import type { Patch } from '../core/patch.ts'
import type { Action, Entry } from '../store/entry.ts'
import { type Standing, withStanding } from '../store/standing.ts'
import { endingWish, leaseWish } from './lease-wish.ts'
import type { ChangeRequest, Protection } from './request.ts'
import { prepareRollback } from './rollback.ts'
import type { Service } from './service.ts'

export interface Wish {
  /** Fields that may change, for what a provider reads for them alone. */
  readonly fields: readonly FieldName[]
  /** What is wanted of the client as it is now. */
  over(base: Native): Wanted
}

export interface Wanted {
  readonly patch: Patch
  /** What should be known about it. */
  readonly warnings: readonly Warning[]
  /** Where it is no change of settings alone: what it is, and what is to hold for the client after it. */
  readonly aim?: { readonly action: Action; readonly becomes: Standing }
}

/**
 * Prepares a wish; `head` is the newest entry of the client's log.
 * @throws ClientError as `prepareRollback` does
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
  if (patch.kind === 'protection') return protectionWish(patch, head?.standing)
  if (patch.kind === 'lease') return leaseWish(service, { ...request, patch }, head?.standing)
  if (patch.kind === 'end_lease') return endingWish(service, { ...request, patch }, head?.standing)
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

function fieldsOf(patch: Patch): readonly FieldName[] {
  return patch.kind === 'merge'
    ? (Object.keys(patch.fields) as FieldName[])
    : [...writtenFields(patch.operations)]
}
