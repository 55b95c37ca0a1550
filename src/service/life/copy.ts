/**
 * Copies a client: a new one is made, by the steps of any creation, from what its provider can hold of the
 * other. The source is only read.
 */

import type { ClientKind } from '../../core/client-kind.ts'
import { kindOf } from '../../core/client-kind.ts'
import { copyRecord } from '../../core/copy/copy.ts'
import type { Copying } from '../../core/copy/copying.ts'
import type { CopyReport } from '../../core/copy/fate.ts'
import { withoutLacking } from '../../core/copy/lacking.ts'
import { reportCopy } from '../../core/copy/report.ts'
import { ClientError } from '../../core/errors.ts'
import { makingMapping } from '../../core/mapping/making.ts'
import { type Mapping, showClient } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { readFormerSettings } from '../../core/plan/former-settings.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import { checkPrecondition } from '../operation/head.ts'
import { readSource, type Source } from './copy-source.ts'
import { makeClient } from './create.ts'
import type { Begin, CreationRequest, CreationResult, Origin } from './creation.ts'

export interface CopyRequest extends Omit<CreationRequest, 'kind'> {
  readonly source: Source
  /** Absent: the kind of the source. */
  readonly kind?: ClientKind
  /** The tags of `If-Match`, of the source; absent: any state will do. */
  readonly ifMatch?: readonly string[] | undefined
  /** Copies what can be copied even if some settings cannot. */
  readonly allowLoss: boolean
}

/**
 * Makes a copy of a client, or plans it in a dry run.
 * @throws ClientError `lossy_copy`, `not_restorable` for a removed client whose record can no longer be
 *   opened, `invalid_field` if the kind or the name must be given, and as `createClient` does
 */
export async function copyClient(service: Service, request: CopyRequest): Promise<CreationResult> {
  const { source, kind: explicitKind, ifMatch, allowLoss } = request
  const wishes = wishesOf(request)
  const begin: Begin = async ({ blank }, call) => {
    const { mapping, native, tag, standing, elsewhere } = await readSource(service, source, call)
    checkPrecondition(ifMatch, tag)
    const kind = explicitKind ?? kindThere(mapping, native)
    const fresh = source.provider.creation?.blank(kind) ?? {}
    const passing = (standing?.leases ?? []).filter(({ kept: isPermanent }) => isPermanent !== true)
    const copying: Copying = {
      source: { mapping, native, fresh, passing, elsewhere },
      target: {
        mapping: makingMapping(request.provider.mapping),
        blank: blank(kind),
        lacksSecret: (native) => request.provider.secrets?.unusable(native) !== undefined,
      },
      alike: source.provider.type === request.provider.type,
    }
    const whole = copyRecord(copying)
    const lacking = await request.provider.creation?.lacking?.(request.place, whole.start, call)
    const copied = withoutLacking(copying, whole, lacking ?? [])
    const origin: Origin = {
      log: resourceOf(source.ref),
      tag,
      report: (next) => reportCopy(copying, copied, next, wishes),
      check: (next, report) => {
        checkName(copying, next)
        if (!request.dryRun && !allowLoss) checkLoss(report)
      },
    }
    return { blank: blank(kind), start: copied.start, origin }
  }
  return makeClient(service, request, begin)
}

/** What the request itself sets, by its fields. */
function wishesOf({ patch, provider: { mapping } }: CopyRequest): FieldPatches {
  return patch.kind === 'merge' ? readFormerSettings(mapping, {}, patch.fields).fields : {}
}

function kindThere(mapping: Mapping, native: Native): ClientKind {
  const kind = kindOf(showClient(mapping, native))
  if (kind !== undefined) return kind
  throw new ClientError(
    'invalid_field',
    'kind must be given, because it is unknown whether the source client has a secret.',
    { field: 'kind' },
  )
}

function checkName({ target }: Copying, next: Native): void {
  if (showClient(target.mapping, next).name !== null) return
  throw new ClientError(
    'invalid_field',
    "client.name must be given, because no character of the source's name is allowed at the provider of the copy.",
    { field: 'client.name' },
  )
}

function checkLoss({ lost }: CopyReport): void {
  const [first] = lost
  if (first === undefined) return
  const paths = lost.map(({ field }) => `client.${field}`)
  throw new ClientError(
    'lossy_copy',
    `The copy would lose ${paths.join(', ')}. A dry run shows what would be lost and why. Nothing was sent. To copy the rest, set "allowLoss": true.`,
    { field: `client.${first.field}` },
  )
}
