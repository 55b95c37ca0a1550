/**
 * A provider whose upstream calls are reported. The tables are typed over the members of the contract: a new
 * member without a row does not compile, and neither does a row that ignores a member that makes calls.
 */

import type { Adoption } from '../providers/adoption.ts'
import type { Authorization } from '../providers/authorization/authorization.ts'
import type { Call, Step, UpstreamCall } from '../providers/call.ts'
import type { Creation } from '../providers/creation.ts'
import type { Elsewhere } from '../providers/elsewhere.ts'
import type { Proof } from '../providers/proof/proof.ts'
import type { Provider, ResourceKeys } from '../providers/provider.ts'
import type { Restoration } from '../providers/restoration.ts'
import type { Secrets } from '../providers/secrets.ts'

/** Receives each upstream call as it ends, with the call that it belongs to. */
export type Watch = (call: Call, ended: UpstreamCall) => void

/** A provider, reporting each of its upstream calls. */
export const watchedProvider = (provider: Provider, watch: Watch): Provider =>
  providerWithCalls(provider, (call) => ({
    ...call,
    onUpstream: (ended) => {
      watch(call, ended)
      call.onUpstream?.(ended)
    },
  }))

/** What goes down with a call, with something more. */
type Extend = (call: Call) => Call

/** A provider whose calls all take something more along. */
export const providerWithCalls = (provider: Provider, extend: Extend): Provider =>
  extended(provider, PROVIDER, extend)

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
  | ((member: V, extend: Extend) => V)
  // A tuple, so that unions are judged as a whole.
  | ([IsLoud<V>] extends [false] ? typeof QUIET : never)

/** One row for each member, optional ones included. */
export type Rows<T> = { readonly [M in keyof T]-?: Row<NonNullable<T[M]>> }

const extendedStep = <S extends Step>(step: S, extend: Extend): S => ({
  ...step,
  send: (call: Call) => step.send(extend(call)),
})

const CREATION: Rows<Creation> = {
  blank: QUIET,
  chosen: QUIET,
  lacking: (lacking, extend) => (place, next, call) => lacking(place, next, extend(call)),
  sent: QUIET,
  step: (step, extend) => (place, next) => extendedStep(step(place, next), extend),
  find: (find, extend) => (place, search, call) => find(place, search, extend(call)),
  complete: (complete, extend) => (native, call) => complete(native, extend(call)),
  listLagMs: QUIET,
  idOf: QUIET,
}

const SECRETS: Rows<Secrets> = {
  atOnce: QUIET,
  limits: QUIET,
  unusable: QUIET,
  makesValues: QUIET,
  showsOnce: QUIET,
  list: (list, extend) => (ref, base, call) => list(ref, base, extend(call)),
  add: (add, extend) => (ref, base, value) => extendedStep(add(ref, base, value), extend),
  disable: (disable, extend) => (ref, base, id) => extendedStep(disable(ref, base, id), extend),
  remove: (remove, extend) => (ref, base, id) => extendedStep(remove(ref, base, id), extend),
}

const KEYS: Rows<ResourceKeys> = {
  kind: QUIET,
  atMost: QUIET,
  field: QUIET,
  check: QUIET,
  list: (list, extend) => (ref, native, call) => list(ref, native, extend(call)),
  authenticates: QUIET,
  isUsed: QUIET,
  add: (add, extend) => (ref, base, key) =>
    add(ref, base, key).map((step) => extendedStep(step, extend)),
  remove: (remove, extend) => (ref, base, key) =>
    remove(ref, base, key).map((step) => extendedStep(step, extend)),
}

const ELSEWHERE: Rows<Elsewhere> = {
  names: QUIET,
  read: (read, extend) => (ref, call) => read(ref, extend(call)),
}

const ADOPTION: Rows<Adoption> = {
  replaces: (replaces, extend) => (ref, registration, call) =>
    replaces(ref, registration, extend(call)),
  look: (look, extend) => (ref, registration, call) => look(ref, registration, extend(call)),
  take: (take, extend) => (ref, registration, call) => take(ref, registration, extend(call)),
}

const RESTORATION: Rows<Restoration> = {
  plan: (plan, extend) => (ref, removed, call) => plan(ref, removed, extend(call)),
  step: (step, extend) => (ref, next) => extendedStep(step(ref, next), extend),
  isIt: QUIET,
}

const PROOF: Rows<Proof> = {
  probes: (probes, extend) =>
    probes.map((probe) => ({
      ...probe,
      attempt: (ref, base) => {
        const { steps, ...attempt } = probe.attempt(ref, base)
        return { ...attempt, steps: steps.map((step) => extendedStep(step, extend)) }
      },
    })),
  ofAccount: QUIET,
  unrecorded: QUIET,
}

const AUTHORIZATION: Rows<Authorization> = {
  codeSeconds: QUIET,
  codeLifetime: (lifetime, extend) => (ref, call) => lifetime(ref, extend(call)),
  waitSeconds: QUIET,
  look: (look, extend) => (redirect, call) => look(redirect, extend(call)),
}

const PROVIDER: Rows<Provider> = {
  type: QUIET,
  mapping: QUIET,
  readLagMs: QUIET,
  ownApi: QUIET,
  userPools: QUIET,
  pace: QUIET,
  prepare: (prepare, extend) => (call) => prepare(extend(call)),
  read: (read, extend) => (ref, call, fields) => read(ref, extend(call), fields),
  readRecord: (read, extend) => (ref, call) => read(ref, extend(call)),
  readMany: (readMany, extend) => (count) => {
    const read = readMany(count)
    return (ref, call, one) => read(ref, extend(call), one)
  },
  steps: (steps, extend) => (ref, base, next) =>
    steps(ref, base, next).map((step) => extendedStep(step, extend)),
  dangling: (dangling, extend) => (ref, native, call) => dangling(ref, native, extend(call)),
  list: (list, extend) => (pool, call, cursor) => list(pool, extend(call), cursor),
  creation: (creation, extend) => extended(creation, CREATION, extend),
  elsewhere: (elsewhere, extend) => extended(elsewhere, ELSEWHERE, extend),
  reliance: QUIET,
  bar: QUIET,
  beforeRemoval: QUIET,
  removal: (removal, extend) => (ref, base) => extendedStep(removal(ref, base), extend),
  lostWithRemoval: QUIET,
  restoration: (restoration, extend) => extended(restoration, RESTORATION, extend),
  isShut: QUIET,
  notice: (notice, extend) => (ref, call) => notice(ref, extend(call)),
  secrets: (secrets, extend) => extended(secrets, SECRETS, extend),
  keys: (keys, extend) => (keys.kind === 'record' ? keys : extended(keys, KEYS, extend)),
  adoption: (adoption, extend) => extended(adoption, ADOPTION, extend),
  proof: (proof, extend) => extended(proof, PROOF, extend),
  authorization: (authorization, extend) => extended(authorization, AUTHORIZATION, extend),
}

/** The same parts, each member as its row says; an absent member stays absent. */
function extended<T extends object>(parts: T, rows: Rows<T>, extend: Extend): T {
  const members = (Object.keys(rows) as (keyof T & string)[]).flatMap((name) => {
    const member = parts[name]
    const row = rows[name] as Row<unknown>
    if (member === undefined) return []
    return [[name, row === QUIET ? member : row(member, extend)]]
  })
  return Object.fromEntries(members)
}
