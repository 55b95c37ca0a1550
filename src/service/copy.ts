/**
 * Copying a client: a new one is made, by the steps of any creation, of what its place can hold of the
 * other. The source is read and nothing of it is changed.
 */

import { type CopyTarget, type Copying, copyRecord } from '../core/copy/copy.ts'
import { type CopyReport, reportCopy } from '../core/copy/report.ts'
import { ClientError } from '../core/errors.ts'
import { type Mapping, type Native, showClient } from '../core/mapping.ts'
import type { ClientKind, Creation } from '../providers/creation.ts'
import { kindOf } from '../providers/kind.ts'
import type { Call, ClientRef, Provider } from '../providers/provider.ts'
import { resourceOf } from '../store/resource.ts'
import { checkPrecondition } from './change.ts'
import { type SourceRequest, readSource } from './copy-source.ts'
import {
  type Beginning,
  type CreationRequest,
  type CreationResult,
  makeClient,
} from './create.ts'
import type { Service } from './service.ts'

export interface CopyRequest extends Omit<CreationRequest, 'kind'> {
  readonly source: Pick<SourceRequest, 'ref' | 'provider' | 'removedToo'>
  /** Absent: the kind that the source is of. */
  readonly kind?: ClientKind
  /** The tags of `If-Match`, of the source; absent: any state will do. */
  readonly ifMatch?: readonly string[]
  /** Copies what can be copied, where something cannot. */
  readonly allowLoss: boolean
}

/**
 * Makes a copy of a client, or plans it in a dry run.
 * @throws ClientError `lossy_copy`, `not_restorable` for a removed client whose record cannot be opened
 *   any more, `invalid_field` where the kind or the name has to be given, and as `createClient` does
 */
export async function copyClient(service: Service, request: CopyRequest): Promise<CreationResult> {
  const { source, kind: asked, ifMatch, allowLoss, ...creation } = request
  return makeClient(service, {
    ...creation,
    begin: async ({ blank }, call) => {
      const { native, tag } = await sourceState(service, request, call)
      checkPrecondition(ifMatch, tag)
      const { mapping, creation: theirs } = source.provider
      const kind = asked ?? kindThere(mapping, native)
      const fresh = theirs?.blank(kind) ?? {}
      const target = { mapping: request.provider.mapping, blank: blank(kind) }
      const alike = source.provider.type === request.provider.type
      const copying: Copying = { source: { mapping, native, fresh }, target, alike }
      const copied = copyRecord(copying)
      return {
        blank: target.blank,
        start: copied.start,
        copiedFrom: resourceOf(source.ref),
        sourceTag: tag,
        report: (next, named) => reportCopy(copying, copied, next, named),
        accept: (report) => {
          if (report !== undefined && !allowLoss) checkLoss(report)
        },
      }
    },
  })
}
