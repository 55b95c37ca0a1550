/**
 * Values of lists that managers answer for, as a client's standing holds them: fingerprints, since each record of the
 * history holds the standing, and the values are in the client's lists anyway.
 */

import { createHash } from 'node:crypto'

/** The values of one manager. */
export interface ManagerClaims {
  readonly manager: string
  /** By the name of the list: fingerprints of one length, one after the other. */
  readonly lists: Readonly<Record<string, string>>
}

/** 66 bits: two values of one client share one by chance once in 10^14 clients with 500 of them. */
const LENGTH = 11

/** What stands for a value. */
export const printOf = (value: string): string =>
  createHash('sha256').update(value).digest('base64url').slice(0, LENGTH)

/** The fingerprints of a manager's values in a list. */
export function printsIn(claims: ManagerClaims | undefined, field: string): readonly string[] {
  const text = claims !== undefined && Object.hasOwn(claims.lists, field) ? claims.lists[field] : ''
  return text?.match(new RegExp(`.{${LENGTH}}`, 'g')) ?? []
}

/** A manager's values in a list are these; without any, the list, or the manager, is left out. */
export function withPrints(
  all: readonly ManagerClaims[],
  { manager, field, prints }: { manager: string; field: string; prints: readonly string[] },
): readonly ManagerClaims[] {
  const before = all.find((one) => one.manager === manager)
  const { [field]: _, ...others } = before?.lists ?? {}
  // In one order, so that the same values are the same text.
  const text = [...new Set(prints)].sort().join('')
  const lists = prints.length === 0 ? others : { ...others, [field]: text }
  if (Object.keys(lists).length === 0) return all.filter((one) => one !== before)
  const claims = { manager, lists }
  return before === undefined ? [...all, claims] : all.map((one) => (one === before ? claims : one))
}

/** The managers of a value. */
export const managersOf = (
  all: readonly ManagerClaims[],
  field: string,
  value: string,
): readonly string[] => {
  const print = printOf(value)
  return all.filter((one) => printsIn(one, field).includes(print)).map(({ manager }) => manager)
}

/** How many values are managed. */
export const countOf = (all: readonly ManagerClaims[]): number =>
  all.reduce(
    (sum, { lists }) =>
      sum + Object.values(lists).reduce((length, text) => length + text.length / LENGTH, 0),
    0,
  )
