/**
 * Each provider of the registry with something real behind it, seen by the suites through one interface. One
 * without a subject fails them all.
 */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { same } from '../../src/core/json/json.ts'
import { PROVIDER_TYPES, type ProviderType } from '../../src/providers/configured.ts'
import type { AnyKind, ProviderSubject, SubjectKind } from '../providers/subject.ts'
import { CHOSEN } from '../servers/chosen.ts'
import { at } from './frame/ask.ts'
import type { Samples } from './samples.ts'
import { LOST_ANSWERS } from './service.ts'

export type { AnyKind, Subject, SubjectKind } from '../providers/subject.ts'

/** Every entry of the registry, in its order. */
export const PROVIDER_SUBJECTS: readonly (ProviderSubject & { readonly type: ProviderType })[] =
  await Promise.all(PROVIDER_TYPES.map(async (type) => ({ ...(await subjectOf(type)), type })))

async function subjectOf(type: ProviderType): Promise<ProviderSubject> {
  const { subject } = await import(`../providers/${type}/subject.ts`).catch((error: unknown) => {
    throw new Error(
      `The provider ${type} has no test/providers/${type}/subject.ts, so that no suite tries it.`,
      { cause: error },
    )
  })
  return subject
}

/** Those that are in this process. */
export const SUBJECTS: readonly SubjectKind[] = PROVIDER_SUBJECTS.flatMap(({ kinds }) => kinds)

/** One of them, by its name. */
export function subjectNamed(name: string): SubjectKind {
  const kind = SUBJECTS.find((one) => one.name === name)
  if (kind === undefined) throw new TypeError(`no subject ${name}`)
  return kind
}

/** Values for fields, by the name of each of them. */
export const SAMPLES: Readonly<Record<string, Samples>> = Object.fromEntries(
  PROVIDER_SUBJECTS.flatMap(({ kinds, samples }) => kinds.map(({ name }) => [name, samples])),
)

/** All of them, real servers in processes of their own too; in `npm run test:servers` nothing but the
 * server that it has started. */
export async function everySubject(): Promise<readonly AnyKind[]> {
  if (CHOSEN !== undefined) {
    const all = PROVIDER_SUBJECTS.map(async ({ servers }) => (await servers?.()) ?? [])
    const kinds = (await Promise.all(all)).flat()
    const nameless = kinds.find(({ server }) => server === undefined)
    if (nameless !== undefined) throw new Error(`The subject ${nameless.name} names no server.`)
    return kinds.filter(({ server }) => server === CHOSEN)
  }
  const all = PROVIDER_SUBJECTS.map(async ({ type, kinds, peers }) => {
    const whole = [...kinds, ...((await peers?.()) ?? [])]
    if (whole.length === 0) throw new Error(`The provider ${type} has nothing real behind it.`)
    return whole
  })
  return (await Promise.all(all)).flat()
}

/** Whether patches can be drawn by its frame. */
export const isFramed = (kind: AnyKind): kind is SubjectKind => kind.frame !== undefined

/** For suites that lose answers: a server in a process of its own may have to wait for a processor. */
export const patienceOf = ({ readsBack }: AnyKind) =>
  readsBack ? { upstreamTimeoutMs: 1_500 } : LOST_ANSWERS

/** The callbacks as a record holds them, which may have the objects around them open. */
export const callbacksOf = ({ callbacks }: Pick<AnyKind, 'callbacks'>, record: JsonObject) =>
  (record[callbacks] ?? at(record, callbacks)) as readonly string[]

/** A record with other callbacks; what is beside them stays. */
export function withCallbacks(
  { callbacks, objects }: Pick<AnyKind, 'callbacks' | 'objects'>,
  record: JsonObject,
  urls: readonly string[],
): JsonObject {
  const put = (inner: JsonObject, [name = '', ...rest]: readonly string[]): JsonObject => ({
    ...inner,
    [name]: rest.length === 0 ? urls : put((inner[name] ?? {}) as JsonObject, rest),
  })
  return put(record, objects === undefined ? callbacks.split('.') : [callbacks])
}

/** A record without the members that move by themselves, and with sets in one order. */
export function settled(kind: AnyKind, record: JsonObject): JsonObject {
  const inOrder = (value: Json) =>
    kind.sorts && Array.isArray(value) ? [...(value as string[])].sort() : value
  return Object.fromEntries(
    Object.entries({ ...kind.defaults, ...record })
      .filter(([name]) => !kind.volatile.includes(name))
      .map(([name, value]) => [name, inOrder(value)]),
  ) as Readonly<Record<string, Json>>
}

/** Members in which two stored records differ: what the suites judge a change by. */
export function differences(kind: AnyKind, one: JsonObject, other: JsonObject): string[] {
  const [was, is] = [settled(kind, one), settled(kind, other)]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => !same(was[name] ?? null, is[name] ?? null),
  )
}
