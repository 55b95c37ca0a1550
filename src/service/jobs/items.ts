/**
 * The clients of a job as they are stored: sealed, since a patch may contain confidential values, and
 * in parts that fit into an entry.
 */

import type { JsonObject } from '../../core/json/json.ts'
import type { Patch } from '../../core/patch/patch.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Job, JobItems } from '../../store/log/job-entry.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Suspending, Undo, Unreaping } from '../base/request.ts'
import type { Service } from '../base/service.ts'

/** Ends what a job that reaps has begun on a client. */
export type Unreap = Pick<Suspending, 'kind' | 'suspended' | 'allowPartial'> & {
  readonly unreaps: Unreaping
}

/** One client of a job. */
export interface JobItem {
  readonly ref: ClientRef
  /** The change of this client; absent: the patch of the job. */
  readonly patch?: Patch | Undo | Unreap
  /** The tag of the state that the change is meant for. */
  readonly ifMatch?: string | undefined
}

/** Clients sealed for their place in the log. */
export function sealItems(
  { seal }: Pick<Service, 'seal'>,
  place: Pick<JobItems, 'resource' | 'seq'>,
  items: readonly JobItem[],
): string {
  return seal.close({ items: items as unknown as JsonObject[] }, placeOf(place))
}

/** @throws ClientError `internal` if its key is no longer available */
export function openItems({ seal }: Pick<Service, 'seal'>, entry: JobItems): readonly JobItem[] {
  return seal.open(entry.sealed, placeOf(entry)).items as unknown as readonly JobItem[]
}

/** The patch of a job, sealed for its first entry. */
export function sealPatch({ seal }: Pick<Service, 'seal'>, resource: string, patch?: Patch) {
  const content = patch && { patch: patch as unknown as JsonObject }
  return seal.close({ ...content }, placeOf({ resource, seq: 1 }))
}

/** @throws ClientError `internal` if its key is no longer available */
export function openPatch({ seal }: Pick<Service, 'seal'>, job: Job): Patch | undefined {
  return seal.open(job.sealed, placeOf(job)).patch as unknown as Patch | undefined
}

const placeOf = ({ resource, seq }: { resource: string; seq: number }) =>
  JSON.stringify([resource, seq])

/** The string that two items share if they name the same client. */
export const nameOf = ({ ref }: JobItem) => resourceOf(ref)
