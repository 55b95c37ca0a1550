/**
 * Lint over all clients of the mirror, page by page. A callback that many clients share is reported on the
 * page of the first client that has it, so that each is reported once and no page needs all clients.
 */

import { ClientError } from '../../core/errors.ts'
import { lintClient } from '../../core/lint/lint.ts'
import type { Finding } from '../../core/lint/rule.ts'
import { MANY, type SharedFinding, sharedCallback } from '../../core/lint/shared-callbacks.ts'
import { showField } from '../../core/mapping/mapping.ts'
import { termOf } from '../../core/search.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Knowledge, Mirror, MirrorEntry, Place } from '../../store/mirror.ts'
import type { Service } from '../base/service.ts'
import { catchUp } from '../mirror/catch-up.ts'
import { mirroredOf } from '../mirror/mirror.ts'

export interface LintRequest {
  readonly places: readonly Place[]
  readonly limit: number
  /** Only clients after this position in the mirror. */
  readonly after?: number
}

/** One client and its findings. */
export interface LintedClient {
  readonly ref: ClientRef
  /** Epoch milliseconds. */
  readonly verifiedAt: number
  readonly findings: readonly Finding[]
}

export interface LintPage {
  /** All clients that were checked, with findings or without. */
  readonly clients: readonly LintedClient[]
  readonly shared: readonly SharedFinding<ClientRef>[]
  readonly next?: number
  readonly knowledge: readonly Knowledge[]
}

/** The most clients that a finding about several of them names; all are counted. */
const NAMED = 50

/**
 * Lints one page of clients, as they were last seen.
 * @throws ClientError `unsupported_operation` where the store has no mirror
 */
export async function lintAll(service: Service, request: LintRequest): Promise<LintPage> {
  const { mirror } = service.store
  if (mirror === undefined) throw noMirror()
  await catchUp(service, mirror)
  const { matches, next } = await mirror.search({ ...request, terms: [] })
  const clients: LintedClient[] = []
  const shared: SharedFinding<ClientRef>[] = []
  for (const one of matches) {
    const mirrored = mirroredOf(service, one)
    const provider = service.providers.get(one.client.provider)
    if (mirrored === undefined) await mirror.forget(one.client)
    if (mirrored === undefined || provider === undefined) continue
    const { mapping } = provider
    const { ref, native, verifiedAt } = mirrored
    const at = { now: service.now(), shut: await provider.isShut?.(ref) }
    clients.push({ ref, verifiedAt, findings: lintClient(mapping, native, [], at) })
    const callbacks = new Set(showField(mapping, 'callbacks', native))
    shared.push(...(await sharedFrom(mirror, request.places, one, [...callbacks])))
  }
  const knowledge = await mirror.knowledge(request.places)
  return { clients, shared, knowledge, ...(next === undefined ? {} : { next }) }
}

/** Callbacks that several clients share and that this client is the first to have. */
async function sharedFrom(
  mirror: Mirror,
  places: readonly Place[],
  { position }: MirrorEntry,
  callbacks: readonly string[],
): Promise<readonly SharedFinding<ClientRef>[]> {
  const findings = await Promise.all(
    callbacks.map(async (uri) => {
      const { count, first } = await mirror.holders(termOf('callbacks', uri), places, NAMED)
      if (count < MANY || first[0]?.position !== position) return undefined
      return sharedCallback(
        uri,
        first.map(({ client }) => client),
        count,
      )
    }),
  )
  return findings.filter((one) => one !== undefined)
}

const noMirror = () =>
  new ClientError(
    'unsupported_operation',
    'Lint over all clients needs the mirror, which this store does not have. GET /clients/{clientId}/lint checks a single client.',
  )
