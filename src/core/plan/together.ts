/**
 * Parts of one patch that contradict each other: what one of them names, another one takes away along with its own
 * setting, so that the record that comes of both does not hold it. One check for every provider, after their own rules.
 */

import type { FieldName } from '../client.ts'
import { ClientError } from '../errors.ts'
import { isRecord, type Json, type JsonObject, memberOf, same } from '../json/json.ts'
import { withHeldNumbers } from '../json/kept-numbers.ts'
import { isMapped, type Mapping, showField } from '../mapping/mapping.ts'
import { opened } from '../mapping/opened.ts'
import type { Native } from '../mapping/row.ts'
import { applyMember, mergePatch } from '../patch/patch.ts'

export interface Together {
  /** A part that was applied, and the record after it. */
  add(field: FieldName, request: Json, next: Native): void
  /**
   * Judges the record that came of all parts.
   * @throws ClientError `rule_violated`
   */
  check(): void
}

interface Part {
  readonly field: FieldName
  readonly request: Json
}

/** Collects the parts of one patch. What a provider spells in a way of its own at once is no contradiction. */
export function createTogether(mapping: Mapping): Together {
  const held: Part[] = []
  /** The part after which another one was no longer as it says. */
  const taken = new Map<Part, FieldName>()
  return {
    add: (field, request, next) => {
      for (const part of held) {
        if (holds(mapping, part, next)) taken.delete(part)
        else if (!taken.has(part)) taken.set(part, field)
      }
      // The default of a provider may follow from the other parts.
      const isNamed = request !== null
      if (isNamed && holds(mapping, { field, request }, next)) held.push({ field, request })
    },
    check: () => {
      const [first] = taken
      if (first === undefined) return
      const [{ field }, other] = first
      throw new ClientError(
        'rule_violated',
        `client.${field} cannot be as asked for together with client.${other}, which takes it away or sets it otherwise. Leave one of the two out.`,
        { field: `client.${field}` },
      )
    },
  }
}

/** Whether a record holds what a part names: asking for it again would change nothing. */
function holds(mapping: Mapping, { field, request }: Part, native: Native): boolean {
  if (!isMapped(field)) return holdsSettings(mapping, request, native)
  // No other part moves a secret, and what is shown of one is no text that was asked for.
  const now = showField(mapping, field, native) as Json
  return same(withHeldNumbers(applyMember(field, now, request), now), now)
}

function holdsSettings(mapping: Mapping, request: Json, native: Native): boolean {
  const settings = isRecord(request) ? opened(request, mapping.opened ?? []) : {}
  return Object.entries(withHeldNumbers(settings, native) as JsonObject).every(([name, value]) => {
    const now = memberOf(native, name) ?? null
    return same(mergePatch(now, value), now)
  })
}
