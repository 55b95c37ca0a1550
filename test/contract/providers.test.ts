/**
 * G2, G3, G4, G9: the promise, on every provider: exactly what was named changes, no update is lost, nothing
 * happens without a record. Each provider is real, or an emulator on a socket as strict as the real one.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FIELD_NAMES } from '../../src/core/client.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { readClient } from '../../src/service/reading/read.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from './service.ts'
import {
  type AnyKind,
  callbacksOf,
  differences,
  everySubject,
  patienceOf,
  SAMPLES,
  type Subject,
  withCallbacks,
} from './subjects.ts'

const NEW_CALLBACK = 'https://new.example.com/callback'

const LOST_ANSWERS = [
  'error_after_apply',
  'reset_after_apply',
  'stall_after_apply',
  'cut_answer',
  'garbage_answer',
] as const

describe.each<AnyKind>(await everySubject())('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  beforeEach(async () => {
    subject = await kind.start()
    bench = await openBench(new Map([['it', subject.provider]]), patienceOf(kind))
  })

  // Where the start failed, that is what the test shows.
  afterEach(async () => {
    await bench?.close()
    await subject?.close()
  })

  const change = (client: object, options = {}) => bench.change(subject.ref, client, options)
  const entries = () => bench.service.store.entries(resourceOf(subject.ref))
  const kinds = async () => (await entries()).map((entry) => entry.kind)
  const writes = () =>
    subject.emulator?.calls.filter(({ operation }) => operation === subject.operations.write).length
  /** The value of a secret that no record shows. */
  const rotated = async () => {
    const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
    const { secret } = await rotateSecret(bench.service, { ...request, cutOver: false })
    return secret?.value?.reveal() ?? ''
  }
  const read = () =>
    readClient(bench.service, {
      ...requestFor(bench.service, subject.ref, {}),
      requestId: 'read',
    })

  it('shows every documented key', async () => {
    const { native } = await read()
    expect(Object.keys(showClient(subject.provider.mapping, native))).toEqual(FIELD_NAMES)
  })

  it('changes the callbacks and nothing else, with every native member set', async () => {
    const before = subject.stored()
    const result = await change({ callbacks: [NEW_CALLBACK] })
    expect(result.outcome).toBe('applied')
    expect(result.warnings).toEqual([])
    const planned = withCallbacks(kind, before, [NEW_CALLBACK])
    expect(differences(kind, planned, subject.stored())).toEqual([])
  })

  it('answers with the state that the provider holds', async () => {
    const result = await change({ callbacks: { add: [NEW_CALLBACK] } })
    const { native, tag } = await read()
    expect(result.native).toEqual(native)
    expect(result.tag).toBe(tag)
  })

  it('keeps all of 20 concurrent additions', async () => {
    const urls = Array.from({ length: 20 }, (_, index) => `https://app.example.com/cb/${index}`)
    const before = callbacksOf(kind, subject.stored())
    // One after the other on a busy machine.
    const deadline = Date.now() + 60_000
    await Promise.all(urls.map((url) => change({ callbacks: { add: [url] } }, { deadline })))
    const after = callbacksOf(kind, subject.stored())
    expect(new Set(after)).toEqual(new Set([...before, ...urls]))
    expect(after.length).toBe(before.length + urls.length)
  })

  it('keeps every one of concurrent changes to different fields', async () => {
    const [another, value] = kind.another ?? ['idTokenLifetime', 1200]
    const logout = kind.lacks?.includes('allowedLogoutUrls')
      ? {}
      : { allowedLogoutUrls: ['https://new.example.com/logout'] }
    await Promise.all([
      change({ name: 'New name' }),
      change({ callbacks: { add: [NEW_CALLBACK] } }),
      change(logout),
      change({ [another]: value }),
    ])
    const client = showClient(subject.provider.mapping, (await read()).native)
    expect(client.name).toBe('New name')
    expect(client.callbacks).toContain(NEW_CALLBACK)
    expect(client).toMatchObject({ ...logout, [another]: value })
  })

  it('writes nothing when nothing changes', async () => {
    const before = subject.stored()
    for (const client of [
      {},
      { callbacks: callbacksOf(kind, before) },
      { callbacks: { remove: ['x'] } },
    ]) {
      expect((await change(client)).outcome).toBe('unchanged')
    }
    expect(subject.stored()).toEqual(before)
    expect(await entries()).toEqual([])
  })

  it('plans in a dry run and writes nothing', async () => {
    const before = subject.stored()
    const { tag } = await read()
    const result = await change({ callbacks: [NEW_CALLBACK] }, { dryRun: true })
    expect(result).toMatchObject({ outcome: 'planned', tag })
    expect(result.changes.map(({ field }) => field)).toEqual(['callbacks'])
    expect(result.steps).toHaveLength(1)
    expect(subject.stored()).toEqual(before)
    expect(await entries()).toEqual([])
  })

  it('sends nothing when If-Match no longer holds, and changes when it does', async () => {
    const { tag } = await read()
    await change({ name: 'Renamed' })
    const before = subject.stored()
    const late = change({ name: 'Too late' }, { ifMatch: [tag] })
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' })
    expect(subject.stored()).toEqual(before)
    const fresh = await change({ name: 'In time' }, { ifMatch: [(await read()).tag] })
    expect(fresh.outcome).toBe('applied')
  })

  it('records the intent before the effect and the outcome before the answer', async () => {
    const result = await change({ callbacks: [NEW_CALLBACK] })
    const [intent, outcome] = await entries()
    expect(await kinds()).toEqual(['intent', 'outcome'])
    expect(intent).toMatchObject({ operationId: result.operationId, actor: { subject: 'tester' } })
    expect(intent).toMatchObject({ changes: [{ field: 'callbacks', after: [NEW_CALLBACK] }] })
    expect(outcome).toMatchObject({ outcome: 'applied', tag: result.tag, surprises: [] })
  })

  it('records what someone else changed since', async () => {
    await change({ name: 'Ours' })
    await subject.put(withCallbacks(kind, subject.stored(), ['https://foreign.example.com/cb']))
    await change({ name: 'Ours again' })
    expect(await kinds()).toEqual(['intent', 'outcome', 'outside_change', 'intent', 'outcome'])
    expect((await entries())[2]).toMatchObject({
      changes: [{ field: 'callbacks', after: ['https://foreign.example.com/cb'] }],
    })
    expect(callbacksOf(kind, subject.stored())).toEqual(['https://foreign.example.com/cb'])
  })

  it('holds no secret in the clear in its log', async () => {
    await change({ callbacks: [NEW_CALLBACK] })
    const { native } = await read()
    const shown = showClient(subject.provider.mapping, native).secret?.reveal()
    const kept = shown ?? subject.secret?.() ?? ''
    const stored = kind.hidesSecret ? String(subject.stored()[kind.hidesSecret]) : kept
    const secret = subject.provider.secrets?.showsOnce ? await rotated() : stored
    expect(secret.length).toBeGreaterThan(20)
    expect(JSON.stringify(await entries())).not.toContain(secret)
  })

  it('answers not_found for a client that is not there, and records nothing', async () => {
    const ref = { ...subject.ref, id: 'nobody' }
    await expect(bench.change(ref, { name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
    expect(await bench.service.store.entries(resourceOf(ref))).toEqual([])
  })

  it('sends nothing when the log cannot be written, and works again when it can', async () => {
    const before = subject.stored()
    bench.database.exec('pragma query_only = on')
    const attempt = change({ name: 'Never' })
    await expect(attempt).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(subject.stored()).toEqual(before)
    bench.database.exec('pragma query_only = off')
    expect((await change({ name: 'Now' })).outcome).toBe('applied')
  })

  it('refuses what the provider cannot hold before anything is sent', async () => {
    const missing = Object.entries(subject.provider.mapping.fields).find(
      ([, row]) => row.support === 'missing',
    )?.[0] as string
    const value = { clientMetadata: { a: 'b' }, disabled: true }[missing] ?? 'https://x.example'
    const listed = ['webOrigins', 'scopes', 'responseTypes', 'allowedOrigins', 'supportedIdp']
    const attempt = change({ [missing]: listed.includes(missing) ? [value] : value })
    await expect(attempt).rejects.toMatchObject({ field: `client.${missing}` })
    expect(subject.emulator?.calls ?? []).toEqual([])
  })

  it('still changes a client that already breaks a URI rule, elsewhere', async () => {
    const bad = 'https://app.example.com/a/../cb'
    await subject.put(withCallbacks(kind, subject.stored(), [bad]))
    const result = await change({ name: 'Renamed' })
    expect(result.warnings.map(({ field }) => field)).toContain('client.callbacks')
    expect(callbacksOf(kind, subject.stored())).toEqual([bad])
    const added = await change({ callbacks: { add: [NEW_CALLBACK] } })
    expect(added.outcome).toBe('applied')
    const again = change({ callbacks: { add: ['https://app.example.com/b/../cb'] } })
    await expect(again).rejects.toMatchObject({ field: 'client.callbacks.add[0]' })
  })

  it('changes settings that have no attribute of their own, and leaves the rest', async () => {
    const { native } = await read()
    const settings = showClient(subject.provider.mapping, native).providerSettings
    const [name, value] = kind.setting
    const before = subject.stored()
    expect(settings[name]).not.toEqual(value)
    await change({ providerSettings: { [name]: value } })
    expect(differences(kind, { ...before, [name]: value }, subject.stored())).toEqual([])
  })

  it('refuses a setting that an attribute stands for, naming the attribute', async () => {
    const attempt = change({ providerSettings: withCallbacks(kind, {}, []) })
    await expect(attempt).rejects.toThrow(/client\.callbacks/)
  })

  if (!kind.inProcess) {
    it('sends the requests that the dry run showed', async () => {
      const { supportedIdp } = SAMPLES[kind.name] ?? {}
      const patch = { callbacks: [NEW_CALLBACK], ...(supportedIdp && { supportedIdp }) }
      const { steps } = await change(patch, { dryRun: true })
      subject.emulator?.clearCalls()
      await change(patch)
      const wrote = (subject.emulator?.calls ?? []).filter(({ operation }) =>
        /^(PATCH|PUT|Update)/.test(operation),
      )
      expect(wrote.map(({ body }) => body)).toEqual(steps.map(({ request }) => request.body))
      for (const [index, { request }] of steps.entries()) {
        // What is no path is the name of an operation, or of what gives the path.
        if (request.target.startsWith('/')) expect(wrote[index]?.path).toBe(request.target)
      }
    })

    it('writes once for one change, and reads once before', async () => {
      const readBack = kind.readsBack ? 1 : 0
      await change({ name: 'Once' })
      const operations = subject.emulator?.calls.map(({ operation }) => operation) ?? []
      const { read: reads, write } = subject.operations
      expect(operations.filter((operation) => operation === reads)).toHaveLength(1 + readBack)
      expect(operations.filter((operation) => operation === write)).toHaveLength(1)
    })

    // Where the lost answer held what opens the client: registrations.test.ts.
    it.each(kind.renewsTokens ? [] : LOST_ANSWERS)(
      'finds out by reading back that a change is in force after %s',
      async (fault) => {
        subject.emulator?.inject({ kind: fault, operation: subject.operations.write })
        const result = await change({ callbacks: [NEW_CALLBACK] })
        expect(result.outcome).toBe('applied')
        expect(callbacksOf(kind, subject.stored())).toEqual([NEW_CALLBACK])
        expect(await kinds()).toEqual(['intent', 'outcome'])
        expect(writes()).toBe(1)
      },
    )

    it.each(['error_before_apply', 'reset_before_apply', 'stall_before_apply'] as const)(
      'finds out that nothing is in force after %s, and starts again from the read',
      async (fault) => {
        subject.emulator?.inject({ kind: fault, operation: subject.operations.write })
        const attempt = change({ callbacks: [NEW_CALLBACK] })
        // A registration server that answers with 5xx is not asked again (docs/decisions/0069).
        const isLast = subject.provider.type === 'rfc7592' && fault === 'error_before_apply'
        if (isLast) await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
        else expect((await attempt).outcome).toBe('applied')
        const log = await entries()
        expect(log.map((entry) => ('outcome' in entry ? entry.outcome : entry.kind))).toEqual(
          isLast ? ['intent', 'not_applied'] : ['intent', 'not_applied', 'intent', 'applied'],
        )
      },
    )

    it('starts again from the read when it is throttled', async () => {
      subject.emulator?.inject({ kind: 'throttle', operation: subject.operations.write, times: 2 })
      subject.emulator?.inject({ kind: 'throttle', operation: subject.operations.read })
      expect((await change({ name: 'Patient' })).outcome).toBe('applied')
    })

    it('answers that the outcome is unknown when it cannot be learned, and settles it later', async ({
      skip,
    }) => {
      if (kind.renewsTokens) skip('a lost answer takes the token along: registrations.test.ts')
      subject.emulator?.inject({ kind: 'reset_after_apply', operation: subject.operations.write })
      subject.emulator?.inject({
        kind: 'reset_before_apply',
        operation: subject.operations.read,
        skip: 1,
        times: 50,
      })
      const attempt = change({ callbacks: [NEW_CALLBACK] }, { deadline: Date.now() + 900 })
      await expect(attempt).rejects.toMatchObject({ code: 'outcome_unknown' })
      expect(await kinds()).toEqual(['intent'])
      subject.emulator?.clearFaults()
      const next = await change({ name: 'Afterwards' })
      expect(next.outcome).toBe('applied')
      expect(await kinds()).toEqual(['intent', 'outcome', 'intent', 'outcome'])
      expect((await entries())[1]).toMatchObject({ outcome: 'applied', settledBy: 'settlement' })
    })

    it('reports what another writer set in between', async () => {
      subject.emulator?.inject({
        kind: 'foreign_write',
        operation: subject.operations.write,
        change: { [kind.description]: 'Foreign' },
      })
      const result = await change({ callbacks: [NEW_CALLBACK] })
      const overwritten = subject.provider.mapping.omitted === 'reset' && kind.merges !== true
      // A full replace inside the last round trip cannot see the other writer; that is documented.
      const shown = subject.provider.mapping.settings.includes(kind.description)
      const field = shown ? `providerSettings.${kind.description}` : 'description'
      const expected = overwritten ? [] : [`client.${field}`]
      expect(result.warnings.map(({ field }) => field)).toEqual(expected)
    })
  }
})
