/** Which fields a job may change, as far as its patches name them. */

import type { FieldName } from '../../core/client.ts'
import { writtenFields } from '../../core/json-patch.ts'
import type { Patch } from '../../core/patch.ts'
import type { Undo } from '../request.ts'
import type { Service } from '../service.ts'
import { openItems, openPatch } from './items.ts'
import { type JobView, jobEntries } from './log.ts'

/**
 * The first of some fields that a job may change; what is undone can be any field.
 * @throws ClientError `internal` when the job was sealed with a key that is gone
 */
export async function namedByJob(
  service: Service,
  { job }: JobView,
  fields: readonly FieldName[],
): Promise<FieldName | undefined> {
  const namedBy = (patch: Patch | Undo | undefined) =>
    fields.find((field) => patch !== undefined && names(patch, field))
  const common = namedBy(openPatch(service, job))
  if (common !== undefined || fields.length === 0) return common
  for await (const entry of jobEntries(service, job.resource)) {
    if (entry.kind !== 'job_items') continue
    const named = openItems(service, entry).map(({ patch }) => namedBy(patch))
    const first = named.find((field) => field !== undefined)
    if (first !== undefined) return first
  }
  return undefined
}

function names(patch: Patch | Undo, field: FieldName): boolean {
  if (patch.kind === 'undo') return true
  if (patch.kind === 'merge') return Object.hasOwn(patch.fields, field)
  return writtenFields(patch.operations).has(field)
}
