/** Edits and outside changes of recorded clients: what of them no such client can have is counted, with its reason. */

import fc from 'fast-check'
import { expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Frame } from '../contract/frame/ask.ts'
import { type Sample, samples } from '../contract/frame/sample.ts'
import type { SubjectKind } from '../contract/subjects.ts'
import { createTally, runs } from '../property.ts'

/** A client as it is there, an edit of it, and places elsewhere that hold it. */
export type Edit = Pick<Sample, 'record' | 'client' | 'names'>

/** What a refused edit is for: frames ask for what their own client can have. */
const ILLEGAL = ['rule_violated', 'unsupported_field', 'read_only_field', 'invalid_field']
/** Of all edits; at Entra ID a third: its grant types follow from redirect URIs and credentials. */
const MOST_REFUSED = 0.6
/** From then on the share says something. */
const ENOUGH = 10

/**
 * Tries one edit of each record.
 * @param outcomeOf - what became of it, or the reasons for which it was refused
 */
export async function tryEach(
  property: string,
  kind: SubjectKind & { readonly frame: Frame },
  records: readonly JsonObject[],
  outcomeOf: (edit: Edit) => Promise<string | readonly Refusal[]>,
): Promise<void> {
  const tally = createTally(property)
  const reasons = createTally(`${property}: reasons`)
  // The record itself, and no state of it that is made up.
  const frame = { ...kind.frame, states: {}, together: [] }
  for (const full of records) {
    const edits = samples({ ...kind, full }, frame)
    const property = fc.asyncProperty(edits, async (edit) => {
      const outcome = await outcomeOf(edit)
      if (typeof outcome === 'string') return tally.add(outcome)
      tally.add('refused')
      for (const { code, says } of outcome) {
        expect(ILLEGAL, says).toContain(code)
        reasons.add(`(${says})`)
      }
    })
    await fc.assert(property, { numRuns: runs(1) })
  }
  tally.print()
  if (reasons.total() > 0) reasons.print()
  if (tally.total() < ENOUGH) return
  expect(tally.count('refused') / tally.total()).toBeLessThan(MOST_REFUSED)
}

export interface Refusal {
  readonly code: string
  readonly says: string
}
