/** Random states of a client, random patches over them, and the settings in which two records differ. */

import fc from 'fast-check'
import type { Json, JsonObject } from '../../../src/core/json/json.ts'
import { isRecord, same } from '../../../src/core/json/json.ts'
import { closed } from '../../../src/core/mapping/opened.ts'
import { type Subject, type SubjectKind, settled } from '../subjects.ts'
import type { Ask, Frame, Group, Members } from './ask.ts'

export interface Sample {
  readonly record: JsonObject
  readonly client: Ask['client']
  /** The same as JSON Patch operations, where it is to be sent so. */
  readonly operations: readonly JsonObject[] | undefined
  readonly touches: readonly string[]
  /** Places elsewhere that hold the client. */
  readonly names: readonly string[]
}

const NAMES = ['users', 'google', 'github']

/** A state of the client and a patch that it allows. */
export function samples(kind: SubjectKind, frame: Frame): fc.Arbitrary<Sample> {
  return fc.tuple(stateOf(kind.full, frame), fc.subarray(NAMES)).chain(([record, names]) =>
    fc
      .record({ asks: asksOf(groupsOf(frame, names), record), asOperations: fc.boolean() })
      .map(({ asks, asOperations }) => {
        const client = asks.reduce((whole, { client: one }) => joined(whole, one), {})
        return {
          record,
          client,
          operations: asOperations
            ? operationsOf(client, closed(record, kind.objects ?? []))
            : undefined,
          touches: asks.flatMap(({ touches }) => touches),
          names,
        }
      }),
  )
}

const groupsOf = ({ groups, elsewhere }: Frame, names: readonly string[]): readonly Group[] =>
  elsewhere === undefined
    ? groups
    : [...groups, { about: ['elsewhere'], asks: () => elsewhere(names) }]

function stateOf(full: JsonObject, { states, together }: Frame): fc.Arbitrary<JsonObject> {
  const each = fc.record(
    Object.fromEntries(
      Object.entries(states).map(([name, all]) => [name, fc.constantFrom(...all)]),
    ),
  )
  const rows = fc.tuple(...together.map((all) => fc.constantFrom(...all)))
  return fc.tuple(each, rows).map(([one, many]) => {
    const members: Members = Object.assign({ ...full, ...one }, ...many)
    return Object.fromEntries(
      Object.entries(members).filter(([, value]) => value !== undefined),
    ) as JsonObject
  })
}

/** One to four asks about different things. */
function asksOf(groups: readonly Group[], record: JsonObject): fc.Arbitrary<readonly Ask[]> {
  const open = groups
    .map(({ about, asks }) => ({ about, asks: asks(record) }))
    .filter(({ asks }) => asks.length > 0)
  return fc.shuffledSubarray(open, { minLength: 1, maxLength: 4 }).chain((picked) => {
    const apart = picked.filter(
      ({ about }, index) =>
        !picked.slice(0, index).some((other) => other.about.some((word) => about.includes(word))),
    )
    return fc.tuple(...apart.map(({ asks }) => fc.constantFrom(...asks)))
  })
}

function joined(one: JsonObject, other: JsonObject): JsonObject {
  const both = Object.entries(other).map(([name, value]): [string, Json] => {
    const now = one[name]
    return [name, isRecord(now) && isRecord(value) ? joined(now, value) : value]
  })
  return { ...one, ...Object.fromEntries(both) }
}

/** RFC 6902 operations with the effect of a patch; `undefined` where a list has no known order. */
function operationsOf(client: JsonObject, record: JsonObject): readonly JsonObject[] | undefined {
  const removes = Object.values(client).some((asked) => isRecord(asked) && 'remove' in asked)
  // What stands at an index is the provider's affair.
  if (removes) return undefined
  return Object.entries(client).flatMap(([field, asked]): readonly JsonObject[] => {
    const path = `/${field}`
    if (field === 'providerSettings') return inside(path, asked, record)
    if (isRecord(asked) && Array.isArray(asked.add)) {
      return asked.add.map((one) => ({ op: 'add', path: `${path}/-`, value: one }))
    }
    if (isRecord(asked)) {
      return Object.entries(asked).map(([name, one]) =>
        one === null
          ? { op: 'remove', path: `${path}/${name}` }
          : { op: 'add', path: `${path}/${name}`, value: one },
      )
    }
    return [asked === null ? { op: 'remove', path } : { op: 'replace', path, value: asked }]
  })
}

/** Operations of a merge patch over an object, as deep as the object is there. */
function inside(path: string, asked: Json, now: Json | undefined): readonly JsonObject[] {
  if (asked === null) return now === undefined ? [] : [{ op: 'remove', path }]
  if (!isRecord(asked) || !isRecord(now)) return [{ op: 'add', path, value: asked }]
  return Object.entries(asked).flatMap(([name, one]) => inside(`${path}/${name}`, one, now[name]))
}

/** What is really stored of the client, what the provider keeps elsewhere included. */
export function wholeOf(kind: SubjectKind, { stored, elsewhere }: Subject): JsonObject {
  const places = Object.entries(elsewhere?.stored() ?? {}).map(([name, clients]) => [
    name,
    Object.fromEntries((clients as string[]).map((client) => [client, true])),
  ])
  return { ...settled(kind, stored()), elsewhere: Object.fromEntries(places) }
}

/** Paths of the settings in which two records differ, as deep as objects go. */
export function changedPaths(before: JsonObject, after: JsonObject): readonly string[] {
  const [was, is] = [before, after].map((one) => new Map(leaves('', one)))
  if (was === undefined || is === undefined) return []
  return [...new Set([...was.keys(), ...is.keys()])].filter(
    (path) => !same(was.get(path) ?? null, is.get(path) ?? null),
  )
}

function leaves(path: string, value: Json): readonly (readonly [string, Json])[] {
  if (!isRecord(value) || Object.keys(value).length === 0) return [[path, value]]
  return Object.entries(value).flatMap(([name, one]) =>
    leaves(path === '' ? name : `${path}.${name}`, one),
  )
}

/** Whether a path is at or below one of those that may change, or an empty object above it. */
export function isWithin(path: string, touches: readonly string[]): boolean {
  return touches.some(
    (one) => one === path || path.startsWith(`${one}.`) || one.startsWith(`${path}.`),
  )
}
