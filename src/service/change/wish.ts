/** Turns a request into a planned change, once the client's history and present state are known. */

import type { FieldName } from '../../core/client.ts'
import { lazy } from '../../core/lazy.ts'
import { type Mapping, withExtraSettings } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { shownBy } from '../../core/mapping/suspension.ts'
import { writtenFields } from '../../core/patch/json-patch.ts'
import type { Patch } from '../../core/patch/patch.ts'
import { type Plan, planChange, planRecord } from '../../core/plan/plan.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { ChangeRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import type { Target, Wish } from './change-target.ts'
import { restoring } from './restorable.ts'

/** Loaded with the first change that is no patch, which is before its client is read. */
const special = lazy(() => import('./special-wishes.ts'))

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
 * @throws ClientError as `prepareSpecialWish` does
 */
export async function prepareWish(
  service: Service,
  request: ChangeRequest,
  head: Entry | undefined,
  operationId: string,
): Promise<Wish> {
  const { ref, provider, actor, dryRun, patch } = request
  if (patch.kind === 'merge' || patch.kind === 'operations') {
    return { fields: fieldsOf(patch), over: () => ({ patch, warnings: [] }) }
  }
  const { prepareSpecialWish } = await special()
  return prepareSpecialWish(service, { ref, provider, actor, dryRun, patch }, head, operationId)
}

function fieldsOf(patch: Patch): readonly FieldName[] {
  return patch.kind === 'merge'
    ? (Object.keys(patch.fields) as FieldName[])
    : [...writtenFields(patch.operations)]
}
