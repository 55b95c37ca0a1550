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
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Knowledge, Mirror, MirrorEntry, Place } from '../../store/mirror.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import { catchUp } from '../mirror/catch-up.ts'
import { type Mirrored, mirroredOf } from '../mirror/mirror.ts'
import { isWithin, knowledgeWithin, visiblePage } from './list-within.ts'

export interface LintRequest {
  readonly places: readonly Place[]
  readonly limit: number
  /** Only clients after this position in the mirror. */
  readonly after?: number
  /** By which clients are read again whose findings not every caller may see. */
  readonly call: Call
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
  if (isWithin(service, request)) return lintWithin(service, mirror, request)
  const { places, limit, after } = request
  const from = after === undefined ? {} : { after }
  const { matches, next } = await mirror.search({ places, limit, ...from, terms: [] })
  const clients: LintedClient[] = []
  const shared: SharedFinding<ClientRef>[] = []
  for (const one of matches) {
    const mirrored = mirroredOf(service, one)
    const provider = service.providers.get(one.client.provider)
    if (mirrored === undefined) await mirror.forget(one.client)
    if (mirrored === undefined || provider === undefined) continue
    clients.push(await lintMirrored(service, provider, mirrored))
    const callbacks = callbacksOf(provider, mirrored)
    shared.push(...(await sharedFrom(mirror, request.places, one, callbacks)))
  }
  const knowledge = await mirror.knowledge(request.places)
  return { clients, shared, knowledge, ...(next === undefined ? {} : { next }) }
}

/** The same for a caller who may not know of every client there: those alone are linted and counted that it may know of. */
async function lintWithin(
  service: Service,
  mirror: Mirror,
  { places, limit, after, call }: LintRequest,
): Promise<LintPage> {
  const page = (terms: readonly string[], from: Pick<LintRequest, 'limit' | 'after'>) =>
    visiblePage(service, mirror, { places, filter: { terms }, ...from }, call)
  const { clients: visible, next } = await page([], {
    limit,
    ...(after !== undefined && { after }),
  })
  const clients: LintedClient[] = []
  const shared: SharedFinding<ClientRef>[] = []
  for (const one of visible) {
    const provider = service.providers.get(one.ref.provider)
    if (provider === undefined) continue
    clients.push(await lintMirrored(service, provider, one))
    for (const uri of callbacksOf(provider, one)) {
      const holders = (from: Pick<LintRequest, 'limit' | 'after'>) =>
        page([termOf('callbacks', uri)], from)
      const finding = await sharedAmong(one, uri, holders)
      if (finding !== undefined) shared.push(finding)
    }
  }
  const knowledge = knowledgeWithin(service, await mirror.knowledge(places))
  return { clients, shared, knowledge, ...(next === undefined ? {} : { next }) }
}

/** A callback that several visible clients share and that this one is the first to have. */
async function sharedAmong(
  { ref }: Mirrored,
  uri: string,
  holders: (from: Pick<LintRequest, 'limit' | 'after'>) => ReturnType<typeof visiblePage>,
): Promise<SharedFinding<ClientRef> | undefined> {
  const [first] = (await holders({ limit: 1 })).clients
  if (first === undefined || resourceOf(first.ref) !== resourceOf(ref)) return undefined
  const refs: ClientRef[] = []
  for (let after: number | undefined; ; ) {
    const page = await holders({ limit: NAMED, ...(after !== undefined && { after }) })
    refs.push(...page.clients.map((one) => one.ref))
    if (page.next === undefined) return sharedCallback(uri, refs.slice(0, NAMED), refs.length)
    after = page.next
  }
}

/** One client, as it was last seen. */
export async function lintMirrored(
  service: Service,
  provider: Provider,
  { ref, native, verifiedAt }: Mirrored,
): Promise<LintedClient> {
  const at = { now: service.now(), shut: await provider.isShut?.(ref) }
  return { ref, verifiedAt, findings: lintClient(provider.mapping, native, [], at) }
}

const callbacksOf = ({ mapping }: Provider, { native }: Mirrored): readonly string[] => [
  ...new Set(showField(mapping, 'callbacks', native)),
]

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
