/** Reads one client, with the fingerprint of its state. */

import { type Mapping, unreadable } from '../../core/mapping/mapping.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { shownBy } from '../../core/mapping/suspension.ts'
import { checkUriState } from '../../core/plan/plan-uris.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import { subjectOf } from '../access/fresh-look.ts'
import { readFresh } from '../base/fresh-read.ts'
import { withRetries } from '../base/retry.ts'
import { callOf, type Service } from '../base/service.ts'
import { overLeases } from '../lease/leases.ts'
import { moveWarnings } from '../move/moves.ts'

export interface ReadRequest {
  readonly ref: ClientRef
  readonly provider: Provider
  readonly requestId: string
  /** The caller, as `callerOf` names it. */
  readonly caller?: string | undefined
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
}

export interface ReadResult {
  readonly native: Native
  readonly tag: string
  readonly warnings: readonly Warning[]
  /** The client's standing. */
  readonly standing: Standing | undefined
}

/**
 * Reads a client as the provider holds it now.
 * @throws ClientError `not_found`, or as the provider does
 */
export async function readClient(service: Service, request: ReadRequest): Promise<ReadResult> {
  const { provider, ref, requestId, deadline } = request
  const { mapping } = provider
  const call = callOf(service, { ...request, operationId: requestId })
  const read = () => withRetries(service, deadline, () => provider.read(ref, call))
  const [native, history] = await Promise.all([
    provider.readLagMs ? readAgain(service, request, read) : read(),
    readStanding(service, ref),
  ])
  service.access?.(ref)?.look(subjectOf(provider, ref, native, history.standing))
  const isSuspended = history.standing?.suspended !== undefined
  return {
    native,
    tag: service.fingerprints.ofState(mapping, native),
    warnings: [
      ...warningsOf(mapping, native, isSuspended),
      ...history.warnings,
      ...moveWarnings(mapping, native, history.standing, service.now()),
    ],
    standing: history.standing,
  }
}

/** A read that is not older than what is recorded; without the history it is what the provider shows. */
async function readAgain(
  service: Service,
  { provider, ref, deadline }: ReadRequest,
  read: () => Promise<Native>,
): Promise<Native> {
  const head = await service.store.last(resourceOf(ref)).catch(() => undefined)
  return readFresh(service, { provider, ref, deadline, head, read })
}

/**
 * The standing of a client. A client can be read without the history; then a warning
 * says that something may be missing.
 */
export async function readStanding(
  { store, now }: Service,
  ref: ClientRef,
): Promise<Pick<ReadResult, 'standing' | 'warnings'>> {
  try {
    const standing = (await store.last(resourceOf(ref)))?.standing
    return { standing, warnings: overLeases(standing, now()) }
  } catch {
    return { standing: undefined, warnings: [UNKNOWN] }
  }
}

const UNKNOWN: Warning = {
  code: 'standing_unknown',
  message:
    'The history cannot be read at the moment, so it is unknown whether the client is protected or suspended, and which of its values are leased.',
}

/** The warnings for a client that was read, if its standing is known. */
export function readWarnings(
  { now }: Pick<Service, 'now'>,
  mapping: Mapping,
  native: Native,
  standing: Standing | undefined,
): readonly Warning[] {
  const isSuspended = standing?.suspended !== undefined
  return [
    ...warningsOf(mapping, native, isSuspended),
    ...overLeases(standing, now()),
    ...moveWarnings(mapping, native, standing, now()),
  ]
}

/** The warnings for a reader of a record. */
export function warningsOf(
  mapping: Mapping,
  native: Native,
  isSuspended: boolean,
): readonly Warning[] {
  return [
    ...unreadable(mapping, native),
    ...checkUriState(mapping, native, native, {}, []),
    ...(shownBy(mapping, native, isSuspended).warnings?.(native) ?? []),
  ]
}
