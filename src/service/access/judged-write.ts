/** A planned write as the limits of grants are held against it: what it touches, and the client before and after. */

import { isFieldName } from '../../core/client.ts'
import { diffClients, type FieldChange } from '../../core/diff.ts'
import { type Json, same } from '../../core/json/json.ts'
import { showField } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Access, Verdict } from '../../core/rights/access.ts'
import { type Subject, TEAM, type Touch } from '../../core/rights/limit.ts'
import { teamIn } from '../../core/rights/team.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Action } from '../../store/log/entry.ts'
import { printOf, printsIn } from '../../store/log/managed.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Service } from '../base/service.ts'
import { subjectOf } from './fresh-look.ts'

/** What a write is planned to come to. */
export interface PlannedWrite {
  readonly provider: Provider
  readonly ref: ClientRef
  /** The client is to be made. */
  readonly isNew: boolean
  /** `undefined`: it is not there. */
  readonly base: Native | undefined
  /** `null`: it is to be removed. */
  readonly next: Native | null
  readonly action: Action | undefined
  readonly standing: Standing | undefined
  /** Absent: what holds now. */
  readonly becomes: Standing | undefined
}

/** Writes that are about values of lists or settings, and about nothing else of the client. */
const BY_EFFECT: readonly (Action | undefined)[] = [
  undefined,
  'lease',
  'end_lease',
  'move',
  'confirm_move',
  'narrow_move',
  'end_move',
  'assign',
]

/**
 * Judges a planned write by its effect, whichever way it was asked for.
 * @throws ClientError `insufficient_scope`
 */
export function judgeWrite(
  { fingerprints }: Service,
  access: Access,
  planned: PlannedWrite,
): Verdict {
  const { provider, ref, isNew, base, next, action, standing } = planned
  const { becomes = standing } = planned
  const { mapping } = provider
  const before = isNew || base === undefined ? undefined : subjectOf(provider, ref, base, standing)
  const after = subjectAfter(planned)
  const isWhole = !BY_EFFECT.includes(action)
  // What a new client is like is judged by what it is then.
  const changes =
    before === undefined || base === undefined || next === null
      ? []
      : diffClients(mapping, base, next, fingerprints.ofSecret)
  const beside =
    before === undefined || after === undefined
      ? []
      : [...touchesOfStanding(standing, becomes), ...managedTouches(planned)]
  const named =
    before === undefined || base === undefined || next === null
      ? []
      : teamTouches(teamIn(mapping, base), teamIn(mapping, next))
  const touches = [...changes.flatMap(touchesOf), ...beside, ...named]
  return access.judge({ before, after, isWhole, touches })
}

/** The client as it would be; `undefined`: it is to be removed. */
export function subjectAfter({
  provider,
  ref,
  isNew,
  next,
  standing,
  becomes = standing,
}: PlannedWrite): Subject | undefined {
  const identity = isNew ? { userPoolId: ref.userPoolId } : ref
  return next === null ? undefined : subjectOf(provider, identity, next, becomes)
}

function touchesOf({ field, before, after, added, removed }: FieldChange): readonly Touch[] {
  const values = added === undefined ? [before, after] : [...added, ...(removed ?? [])]
  const touched = values.filter((value) => value !== null).map((value) => ({ field, value }))
  // Where nothing comes or goes, the setting itself is what changes: the order of a list, say.
  return touched.length === 0 ? [{ field }] : touched
}

const teamTouches = (was: string | undefined, is: string | undefined): readonly Touch[] =>
  was === is ? [] : [{ field: TEAM }]

/** What holds for single values, and whose the client is. */
function touchesOfStanding(was: Standing = {}, is: Standing = {}): readonly Touch[] {
  return [
    ...differing(was.leases, is.leases).map(({ field, value }) => ({ field, value })),
    ...differing(was.moves, is.moves).flatMap(({ from, to }) => [
      { field: 'callbacks', value: from },
      { field: 'callbacks', value: to },
    ]),
    ...teamTouches(was.team, is.team),
  ]
}

/** Values that someone manages now and did not before, or the other way round; they are kept as fingerprints. */
function managedTouches({
  provider,
  base,
  next,
  standing,
  becomes,
}: PlannedWrite): readonly Touch[] {
  const [was, is] = [standing?.managed, becomes === undefined ? standing?.managed : becomes.managed]
  const claims = differing(was, is)
  const fields = new Set(claims.flatMap(({ lists }) => Object.keys(lists)))
  return [...fields].flatMap((field): readonly Touch[] => {
    if (!isFieldName(field)) return [{ field }]
    const values = [base, next].flatMap((native) => {
      const list: unknown = native && showField(provider.mapping, field, native)
      return Array.isArray(list) ? (list as readonly Json[]) : []
    })
    const named = new Map(values.map((value) => [printOf(String(value)), value]))
    const moved = new Set(claims.flatMap((one) => printsIn(one, field)))
    return [...moved].map((print) => {
      const value = named.get(print)
      return value === undefined ? { field } : { field, value }
    })
  })
}

/** Items that are in one list and not in the other. */
function differing<T extends object>(was: readonly T[] = [], is: readonly T[] = []): readonly T[] {
  const isIn = (list: readonly T[], one: T) =>
    list.some((other) => same(one as unknown as Json, other as unknown as Json))
  return [...was.filter((one) => !isIn(is, one)), ...is.filter((one) => !isIn(was, one))]
}
