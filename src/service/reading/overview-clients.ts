/**
 * How many clients there are at each place, and what lint finds on them: from the mirror alone. How many are checked has a bound, of
 * which each place has its share.
 */

import { RULES } from '../../core/lint/lint.ts'
import type { Finding, Severity } from '../../core/lint/rule.ts'
import { type RuleTally, tallyRules, tallySeverities } from '../../core/lint/tally.ts'
import type { Knowledge, Mirror, MirrorEntry, Place } from '../../store/mirror.ts'
import { isWithinReach, reachAt } from '../access/reach.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { catchUp } from '../mirror/catch-up.ts'
import { mirroredOf } from '../mirror/mirror.ts'
import { lintMirrored } from './lint-all.ts'
import { knowledgeWithin } from './list-within.ts'

/** Clients that are checked for one answer, at all places together. */
const MOST = 1_000
/** Those of one place in any case. */
const LEAST = 50
/** Clients of one page; others have their turn between two. */
const PAGE = 50

export interface PlaceCounts extends Knowledge {
  readonly clients: number
  /** The caller's grants are limited there: there can be more. */
  readonly atLeast: boolean
  readonly checked: number
  readonly findings: Readonly<Record<Severity, number>>
}

export interface ClientsOverview {
  readonly places: readonly PlaceCounts[]
  /** With what each looks for, as a clause. */
  readonly rules: readonly (RuleTally & { readonly says: string })[]
  /** Places of which nothing can be said to this caller without asking the provider. */
  readonly unknown: readonly Place[]
}

/**
 * Counts the clients that a caller may read.
 * @throws ClientError `deadline_exceeded`, `store_unavailable`
 */
export async function overviewOfClients(
  service: Service,
  mirror: Mirror,
  { places, deadline }: { readonly places: readonly Place[]; readonly deadline: number },
): Promise<ClientsOverview> {
  await catchUp(service, mirror)
  const reachOf = (place: Place) => reachAt(service, place, 'clients:read')
  const unknown = places.filter((place) => reachOf(place) === 'unknown')
  const known = places.filter((place) => !unknown.includes(place))
  const knowledge = knowledgeWithin(service, await mirror.knowledge(known))
  const sizes = await mirror.sizes(known)
  const most = Math.max(LEAST, Math.floor(MOST / Math.max(1, known.length)))
  const linted: (readonly Finding[])[] = []
  const counts: PlaceCounts[] = []
  for (const [index, one] of knowledge.entries()) {
    const found = await lintedAt(service, mirror, { place: one.place, most, deadline })
    const isWhole = reachOf(one.place) === 'every'
    counts.push({
      ...one,
      clients: isWhole ? Math.max(sizes[index] ?? 0, found.length) : found.length,
      atLeast: !isWhole,
      checked: found.length,
      findings: tallySeverities(found),
    })
    linted.push(...found)
  }
  const says = clausesOf(service)
  const rules = tallyRules(linted).map((one) => ({ ...one, says: says.get(one.rule) ?? '' }))
  return { places: counts, rules, unknown }
}

/** What each rule looks for. */
function clausesOf({ providers }: Service): ReadonlyMap<string, string> {
  const own = Array.from(providers.values(), ({ mapping }) => mapping.lint?.rules ?? []).flat()
  return new Map([...RULES, ...own].map(({ id, says }) => [id, says]))
}

interface Walk {
  readonly place: Place
  readonly most: number
  readonly deadline: number
}

/** The findings of the first clients of a place, of each that the caller may read. */
async function lintedAt(
  service: Service,
  mirror: Mirror,
  { place, most, deadline }: Walk,
): Promise<readonly (readonly Finding[])[]> {
  const found: (readonly Finding[])[] = []
  let looked = 0
  for (let after: number | undefined; looked < most; ) {
    checkDeadline(service, deadline)
    const from = after === undefined ? {} : { after }
    const limit = Math.min(PAGE, most - looked)
    const { matches, next } = await mirror.search({ places: [place], terms: [], limit, ...from })
    for (const entry of matches) {
      const findings = await findingsOf(service, mirror, entry)
      if (findings !== undefined) found.push(findings)
    }
    if (next === undefined) break
    looked += limit
    after = next
  }
  return found
}

async function findingsOf(
  service: Service,
  mirror: Mirror,
  entry: MirrorEntry,
): Promise<readonly Finding[] | undefined> {
  const mirrored = mirroredOf(service, entry)
  const provider = service.providers.get(entry.client.provider)
  // The installation has another key now, so everything must be read again.
  if (mirrored === undefined) await mirror.forget(entry.client)
  if (mirrored === undefined || provider === undefined) return undefined
  if (!(await isWithinReach(service, entry.client, 'clients:read'))) return undefined
  return (await lintMirrored(service, provider, mirrored)).findings
}
