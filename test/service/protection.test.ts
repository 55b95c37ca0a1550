/** Protecting a client: recorded as any change, settled after a crash, and never passed by a removal. */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { numberOfLiteral } from '../../src/core/json/json-number.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { readClient } from '../../src/service/reading/read.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { SUBJECTS, type Subject, withCallbacks } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

describe.each(SUBJECTS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  const protect = (on: boolean, options: object = {}) =>
    bench.change(subject.ref, {}, { patch: { kind: 'protection', protected: on }, ...options })
  const remove = (service: Service = bench.service) => {
    const { patch: _, ...request } = requestFor(service, subject.ref, {})
    return removeClient(service, request)
  }
  const held = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
  const refused = expect.objectContaining({ code: 'client_protected' })

  it('writes nothing upstream, and outlives changes of settings and of others', async () => {
    const before = subject.stored()
    expect(await protect(true)).toMatchObject({ outcome: 'applied', standing: { protected: true } })
    expect(subject.stored()).toEqual(before)
    expect(await protect(true)).toMatchObject({ outcome: 'unchanged' })
    await bench.change(subject.ref, { name: 'New' })
    await subject.put(withCallbacks(kind, subject.stored(), ['https://other.example/cb']))
    await bench.change(subject.ref, { name: 'Newer' })
    expect(await held()).toEqual({ protected: true })
    await expect(remove()).rejects.toEqual(refused)
    expect(await protect(false)).toMatchObject({ outcome: 'applied', standing: {} })
    expect(await held()).toBe(undefined)
    expect(await remove()).toMatchObject({ outcome: 'applied' })
  })

  it.each<CrashPoint>(['intent recorded', 'state known'])(
    'is in force after a crash at "%s", once someone has looked',
    async (point) => {
      const { service } = bench
      const dead = new Error('crash')
      const reached = (at: CrashPoint) => (at === point ? Promise.reject(dead) : Promise.resolve())
      const patch = { kind: 'protection' as const, protected: true }
      const request = { ...requestFor(service, subject.ref, {}), patch }
      await changeClient({ ...service, reached }, request).catch(() => undefined)
      const late = { ...service, now: () => Date.now() + 60_000 }
      await sweep(late)
      expect(await held()).toEqual({ protected: true })
      await expect(remove()).rejects.toEqual(refused)
    },
  )

  it('is shown by a read, and a read without the history says that it cannot know', async () => {
    await protect(true)
    const read = (service: Service) =>
      readClient(service, {
        ref: subject.ref,
        provider: subject.provider,
        requestId: 'request-1',
        deadline: Date.now() + 5_000,
      })
    expect((await read(bench.service)).standing).toEqual({ protected: true })
    const last = () => Promise.reject(new Error('lost'))
    const blind = await read({ ...bench.service, store: { ...bench.service.store, last } })
    expect(blind.standing).toBe(undefined)
    expect(blind.warnings.map(({ code }) => code)).toContain('standing_unknown')
  })

  /** Changes that leave no one a way to use the client; each provider knows some of them. */
  const SWITCHED_OFF: readonly JsonObject[] = [
    { grantTypes: [] },
    { grantTypes: null },
    { callbacks: [] },
    { callbacks: { remove: ['https://app.example.com/callback'] } },
    { responseTypes: [] },
    { supportedIdp: [] },
    { disabled: true },
    { providerSettings: { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] } },
    { providerSettings: { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'] } },
    { providerSettings: { client_secret_expires_at: 1 } },
    { providerSettings: { client_secret_expires_at: numberOfLiteral('1.00000000000000000001') } },
  ]
  /** Native members that a client works by: without a value it does not. */
  const LIFELINES = [
    ...['grant_types', 'callbacks', 'redirect_uris', 'response_types'],
    ...['AllowedOAuthFlows', 'CallbackURLs', 'SupportedIdentityProviders', 'ExplicitAuthFlows'],
  ]

  const ABSENT: JsonObject =
    kind.name === 'local' ? { grant_types: ['authorization_code'], response_types: ['code'] } : {}

  it('has no change of settings switch it off, in whatever words', async () => {
    const before = subject.stored()
    await protect(true)
    const refusals: unknown[] = []
    for (const client of SWITCHED_OFF) {
      const operations = Object.entries(client).map(([name, value]) => ({
        op: 'replace' as const,
        path: [name],
        value,
      }))
      for (const patch of [undefined, { kind: 'operations' as const, operations }]) {
        const options = patch === undefined ? {} : { patch: patch as never }
        await bench.change(subject.ref, client, options).catch((error) => refusals.push(error.code))
      }
    }
    expect(refusals).toContain('client_protected')
    const after = subject.stored()
    for (const name of LIFELINES.filter((one) => Array.isArray(before[one]))) {
      // Where registration has a default, an absent member means that (OpenID Connect Registration 1.0).
      const values = after[name] ?? ABSENT[name] ?? []
      expect((values as readonly unknown[]).length, name).toBeGreaterThan(0)
    }
    for (const name of [
      'disabled',
      'client_secret_expires_at',
      'AllowedOAuthFlowsUserPoolClient',
    ]) {
      expect(after[name], name).toEqual(before[name])
    }
    await protect(false)
    const done = await Promise.allSettled(
      SWITCHED_OFF.slice(0, 3).map((client) => bench.change(subject.ref, client)),
    )
    expect(
      done.map((one) => (one.status === 'rejected' ? one.reason.code : one.status)),
    ).not.toContain('client_protected')
  })
})
