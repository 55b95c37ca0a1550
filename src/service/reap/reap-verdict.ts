/**
 * Whether a client is reaped: by when it was made and last changed, as far as anyone can see, and by what
 * holds for it. Pure but for what it is given.
 */

import { showField } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { type ClientFilter, matches } from '../../core/search.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { JobReap, ReapFinding, ReapVerdict } from '../../store/log/job-entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import { shownClient } from '../mirror/mirror.ts'

/** A client as it was read, and what the history knows of it. */
export interface Suspect {
  readonly ref: ClientRef
  readonly provider: Provider
  readonly native: Native
  readonly standing: Standing | undefined
  /** When anything was last recorded about it here (epoch milliseconds). */
  readonly recordedAt: number | undefined
}

/** What is known of a client, and what becomes of it. */
export function findingOf(suspect: Suspect, reap: JobReap, now: number): ReapFinding {
  const { provider, native, recordedAt } = suspect
  const { mapping } = provider
  const createdAt = timeOf(showField(mapping, 'createdAt', native))
  const updatedAt = timeOf(showField(mapping, 'updatedAt', native))
  const changedAt = latest([updatedAt, recordedAt])
  const verdict = verdictOf(suspect, reap, { since: latest([createdAt, changedAt]), now })
  return {
    verdict,
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(changedAt === undefined ? {} : { changedAt }),
  }
}

interface Age {
  /** When something is last known to have happened to the client. */
  readonly since: number | undefined
  readonly now: number
}

/** What spares it for good comes first, what a caller can ask for differently comes last. */
function verdictOf(suspect: Suspect, reap: JobReap, { since, now }: Age): ReapVerdict {
  const { ref, provider, native, standing } = suspect
  if (standing?.protected !== undefined) return 'protected'
  if ((standing?.leases ?? []).length > 0) return 'leased'
  if (standing?.moves !== undefined) return 'moving'
  if (provider.reliance?.(ref, native) !== undefined) return 'own_client'
  if (standing?.removal !== undefined) return 'coming_removal'
  if (!stillMatches(suspect, reap)) return 'no_match'
  if (since === undefined) return 'age_unknown'
  if (since > now - reap.olderThanMs) return 'too_young'
  if (provider.mapping.suspension === undefined) return 'cannot_suspend'
  if (provider.removal === undefined) return 'cannot_remove'
  // None of the providers shows when a client was last used.
  return reap.unknownUse ? 'reap' : 'use_unknown'
}

/** A list of clients may be older than the client. */
function stillMatches({ provider, native, standing }: Suspect, reap: JobReap): boolean {
  const filter: ClientFilter = {
    terms: reap.terms,
    ...(reap.text === undefined ? {} : { text: reap.text }),
  }
  const { mapping } = provider
  return matches(shownClient(mapping, native, standing), filter, mapping.registered?.(native))
}

function timeOf(text: string | null): number | undefined {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? undefined : at
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const present = times.filter((time) => time !== undefined)
  return present.length === 0 ? undefined : Math.max(...present)
}
