/**
 * Random patches of one client through Clientry, each judged by what the administration of the real server shows
 * before and after: what a patch did not name has not changed, and no warning is false.
 */

import fc from 'fast-check'
import type { JsonObject } from '../../src/core/json/json.ts'
import { canonicalJson } from '../../src/core/json/json.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { DialectName } from '../../src/providers/rfc7592/dialects/dialect-names.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createRfc7592Provider } from '../../src/providers/rfc7592/index.ts'
import { type Bench, openBench } from '../contract/service.ts'

export interface Registered {
  readonly id: string
  readonly token: string
  readonly uri: string
}

export interface Place {
  readonly dialect: DialectName
  readonly registrationEndpoint: string
  readonly initialAccessToken?: string
}

export interface Rig {
  readonly bench: Bench
  readonly provider: Provider
  adopt(client: Registered): Promise<ClientRef>
}

/** A service on a store of its own, with one server. */
export async function openRig({
  dialect,
  registrationEndpoint,
  initialAccessToken,
}: Place): Promise<Rig> {
  const providers = new Map<string, Provider>()
  const bench = await openBench(providers, { upstreamTimeoutMs: 10_000 })
  const { store, seal } = bench.service
  const provider = createRfc7592Provider({
    endpoints: { registrationEndpoint, origins: [] },
    ...(initialAccessToken === undefined ? {} : { initialAccessToken: secret(initialAccessToken) }),
    dialect: DIALECTS[dialect],
    pace: { perSecond: 1_000, burst: 1_000 },
    store,
    seal,
    name: 'it',
    now: Date.now,
  })
  providers.set('it', provider)
  return {
    bench,
    provider,
    adopt: async ({ id, token, uri }) => {
      const ref = { provider: 'it', id }
      const registration = { token: secret(token), uri }
      const call = { operationId: 'adoption', deadline: Date.now() + 30_000, timeoutMs: 10_000 }
      await provider.adoption?.take(ref, registration, call)
      return ref
    },
  }
}

/** A field, or a member of `providerSettings`, with values for it and what it may change on the server. */
export interface Choice {
  readonly values: fc.Arbitrary<unknown>
  readonly moves: readonly string[]
}

export interface World {
  readonly rig: Rig
  readonly choices: Readonly<Record<string, Choice>>
  /** What the administration shows of the client, evened out. */
  view(id: string): Promise<JsonObject>
}

export interface Count {
  applied: number
  unchanged: number
  refused: number
  readonly refusals: Set<string>
  readonly broken: string[]
}

const REFUSALS = ['rule_violated', 'unsupported_field', 'unsupported_operation', 'provider_refused']

/** One random patch after the other. */
export async function patchAtRandom(
  { rig, choices, view }: World,
  ref: ClientRef,
  count: Count,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<void> {
  const names = fc.uniqueArray(fc.constantFrom(...Object.keys(choices)), {
    minLength: 1,
    maxLength: 3,
  })
  const patches = names.chain((chosen) =>
    fc.record(
      Object.fromEntries(chosen.map((name) => [name, choices[name]?.values ?? fc.constant(null)])),
    ),
  )
  for (const patch of fc.sample(patches, { numRuns: runs, seed })) {
    const before = await view(ref.id)
    const body = bodyOf(patch)
    const result = await rig.bench.change(ref, body, { deadline: Date.now() + 60_000 }).then(
      ({ outcome, warnings }) => ({ outcome, warnings }),
      (error: { code?: string; message: string }) => ({
        code: error.code ?? '',
        message: error.message,
      }),
    )
    const after = await view(ref.id)
    const moved = new Set(Object.keys(patch).flatMap((name) => choices[name]?.moves ?? []))
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null),
    )
    const says = (wrong: string) => count.broken.push(`${JSON.stringify(body)}: ${wrong}`)
    if ('code' in result) {
      count.refused += 1
      count.refusals.add(`${result.code}: ${result.message.slice(0, 160)}`)
      if (!REFUSALS.includes(result.code)) says(`${result.code} ${result.message}`)
      if (changed.length > 0) says(`refused, and ${changed.join(', ')} changed`)
      continue
    }
    count[result.outcome === 'applied' ? 'applied' : 'unchanged'] += 1
    const unnamed = changed.filter((name) => !moved.has(name))
    for (const name of unnamed) {
      says(`${name} went from ${JSON.stringify(before[name])} to ${JSON.stringify(after[name])}`)
    }
    for (const { code, field } of result.warnings) {
      if (code === 'not_as_planned') says(`warned of ${field}`)
    }
  }
}

const SETTING = 'providerSettings.'

/** Names with a dot are members of `providerSettings`. */
function bodyOf(patch: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(patch)
  const settings = entries.filter(([name]) => name.startsWith(SETTING))
  return {
    ...Object.fromEntries(entries.filter(([name]) => !name.startsWith(SETTING))),
    ...(settings.length === 0
      ? {}
      : {
          providerSettings: Object.fromEntries(
            settings.map(([name, value]) => [name.slice(SETTING.length), value]),
          ),
        }),
  }
}

/** Lists that are not empty, of some values. */
export const some = (...values: readonly string[]) =>
  fc.subarray([...values], { minLength: 1 }).map((list) => list as unknown)

/** Lists of some values, or none. */
export const any = (...values: readonly string[]) =>
  fc.oneof(fc.subarray([...values]), fc.constant(null)) as fc.Arbitrary<unknown>

/** One of some values, or none. */
export const one = (...values: readonly (string | boolean | number)[]) =>
  fc.constantFrom<unknown>(...values, null)
