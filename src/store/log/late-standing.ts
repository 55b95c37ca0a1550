/** The standing of a client with what an intent that was taken for lost came to hold after all. */

import type { Intent } from './entry.ts'
import { isSame, type Standing, withKept } from './standing.ts'

/**
 * The standing with what an intent came to hold after all: a value that it put into a list goes some day,
 * and what it took away can be given back.
 */
export function withLate(
  standing: Standing | undefined,
  { action, operationId, standing: before, becomes = {} }: Intent,
): Standing | undefined {
  const { suspended, leases = [] } = becomes
  if (action === 'suspend' && suspended !== undefined) {
    const operations = new Set([...(standing?.suspended?.operations ?? []), operationId])
    return { ...standing, suspended: { since: suspended.since, operations: [...operations] } }
  }
  if (action !== 'lease') return withKept(standing, becomes)
  const held = standing?.leases ?? []
  const taken = leases.filter(
    (one) => !(before?.leases ?? []).some(isSame(one)) && !held.some(isSame(one)),
  )
  return taken.length === 0 ? standing : { ...standing, leases: [...held, ...taken] }
}
