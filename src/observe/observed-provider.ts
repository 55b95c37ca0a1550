/**
 * A provider whose upstream calls are reported. The tables are typed over the members of the contract: a new
 * member without a row does not compile, and neither does a row that ignores a member that makes calls.
 */

import type { Adoption } from '../providers/adoption.ts'
import type { Call, Step, UpstreamCall } from '../providers/call.ts'
import type { Creation } from '../providers/creation.ts'
import type { Elsewhere } from '../providers/elsewhere.ts'
import type { Provider, ResourceKeys } from '../providers/provider.ts'
import type { Secrets } from '../providers/secrets.ts'

/** Receives each upstream call as it ends, with the call that it belongs to. */
export type Watch = (call: Call, ended: UpstreamCall) => void

/** A provider, reporting each of its upstream calls. */
export const watchedProvider = (provider: Provider, watch: Watch): Provider =>
  watched(provider, PROVIDER, watch)

/** A member that makes no calls is passed on unchanged. */
const QUIET = 'quiet'

/** Whether a member makes calls: it takes a `Call`, or returns steps. */
type MakesCalls<V> = V extends (...args: infer Args extends readonly unknown[]) => infer Result
  ? [Extract<Args[number], Call>] extends [never]
    ? Result extends Step | readonly Step[]
      ? true
      : false
    : true
  : false

/** Whether a member of the contract makes calls, itself or through one of its own members. */
type IsLoud<V> = V extends (...args: never) => unknown
  ? MakesCalls<V>
  : true extends { [M in keyof V]-?: MakesCalls<NonNullable<V[M]>> }[keyof V]
    ? true
    : false

type Row<V> =
  | ((member: V, watch: Watch) => V)
  // A tuple, so that unions are judged as a whole.
  | ([IsLoud<V>] extends [false] ? typeof QUIET : never)

/** One row for each member, optional ones included. */
export type Rows<T> = { readonly [M in keyof T]-?: Row<NonNullable<T[M]>> }

const watchedCall = (call: Call, watch: Watch): Call => ({
  ...call,
  onUpstream: (ended) => {
    watch(call, ended)
    call.onUpstream?.(ended)
  },
})

const watchedStep = <S extends Step>(step: S, watch: Watch): S => ({
  ...step,
  send: (call: Call) => step.send(watchedCall(call, watch)),
})

const CREATION: Rows<Creation> = {
  blank: QUIET,
  sent: QUIET,
  step: (step, watch) => (place, next) => watchedStep(step(place, next), watch),
  find: (find, watch) => (place, search, call) => find(place, search, watchedCall(call, watch)),
  listLagMs: QUIET,
  idOf: QUIET,
}

const SECRETS: Rows<Secrets> = {
  atOnce: QUIET,
  limits: QUIET,
  unusable: QUIET,
  list: (list, watch) => (ref, base, call) => list(ref, base, watchedCall(call, watch)),
  add: (add, watch) => (ref, base, value) => watchedStep(add(ref, base, value), watch),
  remove: (remove, watch) => (ref, base, id) => watchedStep(remove(ref, base, id), watch),
}

const KEYS: Rows<ResourceKeys> = {
  kind: QUIET,
  atMost: QUIET,
  field: QUIET,
  check: QUIET,
  list: (list, watch) => (ref, native, call) => list(ref, native, watchedCall(call, watch)),
  authenticates: QUIET,
  isUsed: QUIET,
  add: (add, watch) => (ref, base, key) =>
    add(ref, base, key).map((step) => watchedStep(step, watch)),
  remove: (remove, watch) => (ref, base, key) =>
    remove(ref, base, key).map((step) => watchedStep(step, watch)),
}

const ELSEWHERE: Rows<Elsewhere> = {
  names: QUIET,
  read: (read, watch) => (ref, call) => read(ref, watchedCall(call, watch)),
}

const ADOPTION: Rows<Adoption> = {
  replaces: (replaces, watch) => (ref, registration, call) =>
    replaces(ref, registration, watchedCall(call, watch)),
  look: (look, watch) => (ref, registration, call) =>
    look(ref, registration, watchedCall(call, watch)),
  take: (take, watch) => (ref, registration, call) =>
    take(ref, registration, watchedCall(call, watch)),
}

const PROVIDER: Rows<Provider> = {
  type: QUIET,
  mapping: QUIET,
  ownApi: QUIET,
  userPools: QUIET,
  pace: QUIET,
  read: (read, watch) => (ref, call, fields) => read(ref, watchedCall(call, watch), fields),
  steps: (steps, watch) => (ref, base, next) =>
    steps(ref, base, next).map((step) => watchedStep(step, watch)),
  dangling: (dangling, watch) => (ref, native, call) =>
    dangling(ref, native, watchedCall(call, watch)),
  list: (list, watch) => (pool, call, cursor) => list(pool, watchedCall(call, watch), cursor),
  creation: (creation, watch) => watched(creation, CREATION, watch),
  elsewhere: (elsewhere, watch) => watched(elsewhere, ELSEWHERE, watch),
  reliance: QUIET,
  bar: QUIET,
  removal: (removal, watch) => (ref, base) => watchedStep(removal(ref, base), watch),
  lostWithRemoval: QUIET,
  secrets: (secrets, watch) => watched(secrets, SECRETS, watch),
  keys: (keys, watch) => (keys.kind === 'record' ? keys : watched(keys, KEYS, watch)),
  adoption: (adoption, watch) => watched(adoption, ADOPTION, watch),
}

/** The same parts, each member as its row says; an absent member stays absent. */
function watched<T extends object>(parts: T, rows: Rows<T>, watch: Watch): T {
  const members = (Object.keys(rows) as (keyof T & string)[]).flatMap((name) => {
    const member = parts[name]
    const row = rows[name] as Row<unknown>
    if (member === undefined) return []
    return [[name, row === QUIET ? member : row(member, watch)]]
  })
  return Object.fromEntries(members)
}
