/**
 * Copying a client from every provider to every provider, and making one anew that was removed. `npm test` copies from
 * each one to the next, and draws from the other pairs.
 */

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CopyReport, FATES } from '../../src/core/copy/fate.ts'
import { isRecord, type Json, type JsonObject } from '../../src/core/json/json.ts'
import { withoutPaths } from '../../src/core/json/paths.ts'
import { type Mapping, showClient, stateOf } from '../../src/core/mapping/mapping.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { isSecret } from '../../src/core/secrecy/secret.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { newSecretValue } from '../../src/providers/secrets.ts'
import { type CopyRequest, copyClient } from '../../src/service/life/copy.ts'
import type { CreationResult } from '../../src/service/life/creation.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { readHistory, readOperation } from '../../src/service/reading/history.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { LIVES } from '../contract/lives.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { SUBJECTS, type Subject, subjectNamed } from '../contract/subjects.ts'
import { createDraw } from '../property.ts'
import { dyingAt, later } from './dying.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const isDrawn = createDraw('copies from provider to provider', 4)
const PAIRS = SUBJECTS.flatMap((from, index) =>
  SUBJECTS.filter(
    (to) =>
      to === SUBJECTS[(index + 1) % SUBJECTS.length] || isDrawn(`from ${from.name} to ${to.name}`),
  ).map((to) => ({ from, to })),
)

describe.each(PAIRS)('from $from.name to $to.name', ({ from, to }) => {
  let source: Subject
  let target: Subject
  let bench: Bench
  let ref: ClientRef
  let there: ClientRef

  beforeEach(async () => {
    source = await from.start()
    target = await to.start()
    bench = await openBench(
      new Map([
        ['from', source.provider],
        ['to', target.provider],
      ]),
    )
    ref = { ...source.ref, provider: 'from' }
    there = { ...target.ref, provider: 'to' }
  })
  afterEach(async () => {
    await bench.close()
    await Promise.all([source.close(), target.close()])
  })

  const copy = (options: Partial<CopyRequest> = {}, service = bench.service) => {
    const { id: _, ...place } = there
    return copyClient(service, {
      source: { ref, provider: source.provider, removedToo: true },
      provider: target.provider,
      place,
      patch: parseMergePatch({}),
      allowLoss: true,
      dryRun: false,
      actor: ACTOR,
      requestId: randomUUID(),
      deadline: Date.now() + 10_000,
      ...options,
    })
  }
  const call = () => callInTime()
  const remove = () => {
    const { patch: _, ...request } = requestFor(bench.service, ref, {})
    return removeClient(bench.service, request)
  }
  /** Writes that reached either place over a socket. */
  const writes = () =>
    [source, target]
      .flatMap(({ emulator }) => emulator?.calls ?? [])
      .filter(({ operation }) =>
        /^(POST \/clients|Create|PATCH|Update|DELETE|Delete)/.test(operation ?? ''),
      )
  const sealed = async () => (await bench.service.store.openIntents()).length

  it('makes what the dry run has shown, and reports what became of each setting', async () => {
    const planned = await copy({ dryRun: true })
    expect(planned).toMatchObject({ outcome: 'planned' })
    expect(planned.steps).toHaveLength(1)
    const made = await copy()
    expect(made.outcome).toBe('applied')
    expect(made.warnings.map(({ code }) => code)).not.toContain('not_as_planned')
    const native = await target.provider.read(refOf(made), call())
    const was = showClient(source.provider.mapping, await source.provider.read(ref, call()))
    const is = showClient(target.provider.mapping, native)
    const report = reportOf(made)
    expect(foreseen(report)).toEqual(foreseen(reportOf(planned)))
    for (const { field } of report.carried) {
      expect(comparable(at(is, field)), field).toEqual(comparable(at(was, field)))
    }
    expect(report.carried.map(({ field }) => field)).toEqual(
      expect.arrayContaining([
        'name',
        'callbacks',
        ...([from, to].some(({ lacks }) => lacks?.includes('allowedLogoutUrls'))
          ? []
          : ['allowedLogoutUrls']),
        ...([from, to].some(({ another }) => another !== undefined) ? [] : ['idTokenLifetime']),
      ]),
    )
    expect(is.id).not.toBe(was.id)
    expect(report.new.map(({ field }) => field)).toContain('id')
  })

  it('makes a secret of its own, and leaves the source as it is', async () => {
    const before = source.stored()
    const made = await copy()
    const secret = made.secret?.reveal() ?? ''
    expect(secret).not.toBe('')
    expect(JSON.stringify(before)).not.toContain(secret)
    expect(reportOf(made).new.map(({ field }) => field)).toContain('secret')
    expect(source.stored()).toEqual(before)
    expect(await bench.service.store.entries(resourceOf(ref))).toEqual([])
  })

  it('sends nothing in a dry run', async () => {
    await copy({ dryRun: true, allowLoss: false })
    expect(writes()).toEqual([])
    expect(await sealed()).toBe(0)
  })

  it('is refused whole where something is lost and that was not agreed to', async () => {
    const { lost } = reportOf(await copy({ dryRun: true }))
    const attempt = copy({ allowLoss: false })
    if (lost.length === 0) {
      expect((await attempt).outcome).toBe('applied')
    } else {
      const field = `client.${lost[0]?.field}`
      await expect(attempt).rejects.toMatchObject({ code: 'lossy_copy', field })
      expect(writes()).toEqual([])
    }
  })

  it('lets the request set what is to be otherwise', async () => {
    const patch = parseMergePatch({
      name: 'Portal',
      callbacks: { add: ['https://portal.example.com/cb'] },
    })
    const made = await copy({ patch })
    const is = showClient(target.provider.mapping, made.native)
    expect(is.name).toBe('Portal')
    expect([...is.callbacks].sort()).toEqual([
      'https://app.example.com/callback',
      'https://portal.example.com/cb',
    ])
    expect(reportOf(made).derived).toContainEqual({
      field: 'name',
      before: 'Example',
      after: 'Portal',
      why: 'the request sets it',
    })
  })

  it('keeps where it came from in the history of the new client', async () => {
    const made = await copy()
    const { items } = await readHistory(bench.service, refOf(made), { limit: 5 })
    expect(items).toMatchObject([{ action: 'create', copiedFrom: ref }])
    expect(await readOperation(bench.service, made.operationId ?? '')).toMatchObject({
      client: refOf(made),
      copiedFrom: ref,
    })
  })

  it('is done once for a key, also when the source is gone by then', async () => {
    const key = keyOf(bench.service.fingerprints, ACTOR, 'one', 'copy')
    const first = await copy({ key })
    await remove()
    const again = await copy({ key, source: { ref, provider: source.provider, removedToo: false } })
    expect(again).toMatchObject({ ref: first.ref, replayed: true, tag: first.tag })
  })

  it('refuses a source that is not as it was looked at', async () => {
    const { copy: planned } = await copy({ dryRun: true })
    await bench.change(ref, { name: 'Renamed' })
    const late = copy({ ifMatch: [planned?.sourceTag ?? ''] })
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' })
  })

  it('makes a removed client anew from its last record', async () => {
    const before = showClient(source.provider.mapping, await source.provider.read(ref, call()))
    const planned = await copy({ dryRun: true })
    await remove()
    const made = await copy()
    // What was kept outside of the record of a client that is gone can be read no more.
    const { unread, ...report } = reportOf(made)
    const names = source.provider.elsewhere?.names ?? []
    expect(unread.map(({ field }) => field)).toEqual(names.map((name) => `elsewhere.${name}`))
    expect(foreseen({ ...report, unread: [] })).toEqual(foreseen(reportOf(planned)))
    const is = showClient(target.provider.mapping, made.native)
    for (const { field } of reportOf(made).carried) {
      expect(comparable(at(is, field)), field).toEqual(comparable(at(before, field)))
    }
    const { items } = await readHistory(bench.service, refOf(made), { limit: 5 })
    expect(items).toMatchObject([{ action: 'create', copiedFrom: ref }])
  })

  it('shows a removed client to no one who may not know of it', async () => {
    await remove()
    const attempt = copy({ source: { ref, provider: source.provider, removedToo: false } })
    await expect(attempt).rejects.toMatchObject({ code: 'not_found' })
    const never = {
      source: { ref: { ...ref, id: 'never' }, provider: source.provider, removedToo: true },
    }
    await expect(copy(never)).rejects.toMatchObject({ code: 'not_found' })
  })

  if (!to.inProcess) {
    it('finds the copy whose making was not answered', async () => {
      const operation = LIVES[to.name]?.writes.create ?? ''
      target.emulator?.inject({ kind: 'reset_after_apply', operation, times: 1 })
      const made = await copy({ patch: parseMergePatch({ name: 'Lost answer' }) })
      expect(showClient(target.provider.mapping, made.native).name).toBe('Lost answer')
      const { items } = await readHistory(bench.service, refOf(made), { limit: 5 })
      expect(items).toMatchObject([{ copiedFrom: ref }])
    })
  }

  it('is settled with where it came from when the process dies after it was sent', async () => {
    const patch = parseMergePatch({ name: 'Orphan' })
    await dyingAt(bench.service, 'step sent', (service) => copy({ patch }, service))
    const [open] = await bench.service.store.openIntents()
    await sweep(later(bench.service))
    expect(await sealed()).toBe(0)
    expect(await readOperation(bench.service, open?.operationId ?? '')).toMatchObject({
      outcome: 'applied',
      copiedFrom: ref,
    })
  })
})

describe.each(SUBJECTS)('within $name', (kind) => {
  let subject: Subject
  let bench: Bench
  let ref: ClientRef

  beforeEach(async () => {
    subject = await kind.start()
    bench = await openBench(new Map([['it', subject.provider]]))
    ref = subject.ref
  })
  afterEach(async () => {
    await bench.close()
    await subject.close()
  })

  const call = () => callInTime()
  const copy = ({ allowLoss = true, from = subject.provider } = {}) => {
    const { id: _, ...place } = ref
    return copyClient(bench.service, {
      source: { ref, provider: from, removedToo: true },
      provider: subject.provider,
      place,
      patch: parseMergePatch({}),
      allowLoss,
      dryRun: false,
      actor: ACTOR,
      requestId: randomUUID(),
      deadline: Date.now() + 10_000,
    })
  }

  it('gives the same record but for what the report names', async () => {
    const before = await subject.provider.read(ref, call())
    const { patch: _, ...request } = requestFor(bench.service, ref, {})
    await removeClient(bench.service, request)
    const made = await copy()
    const after = await subject.provider.read(refOf(made), call())
    const { mapping } = subject.provider
    const named = FATES.filter((fate) => fate !== 'carried').flatMap((fate) =>
      reportOf(made)[fate].map(({ field }) => field),
    )
    const rest = (native: Native) => withoutNamed(mapping, native, named)
    expect(rest(after)).toEqual(rest(before))
  })

  it('makes a confidential client anew as one, whatever its record shows of a secret', async () => {
    const { secrets } = subject.provider
    if (secrets?.add === undefined || secrets.remove === undefined) return
    const base = await subject.provider.read(ref, call())
    const [first] = await secrets.list(ref, base, call())
    await secrets.add(ref, base, newSecretValue()).send(call())
    const both = await subject.provider.read(ref, call())
    await secrets.disable?.(ref, both, first?.id ?? '').send(call())
    await secrets.remove(ref, both, first?.id ?? '').send(call())
    const { patch: _, ...request } = requestFor(bench.service, ref, {})
    await removeClient(bench.service, request)
    const made = await copy()
    expect(made.secret?.reveal()).toEqual(expect.any(String))
  })

  it('leaves behind what is leased', async () => {
    const value = 'https://pr-1.example.com/cb'
    await bench.change(
      ref,
      {},
      { patch: { kind: 'lease', field: 'callbacks', value, owner: 'pr-1', seconds: 600 } },
    )
    const { native, copy: told } = await copy()
    expect(showClient(subject.provider.mapping, native).callbacks).not.toContain(value)
    expect(told?.report.lost).toContainEqual(
      expect.objectContaining({ field: 'callbacks', removed: [value] }),
    )
  })

  const suspend = () =>
    bench.change(ref, {}, { patch: { kind: 'suspension', suspended: true, allowPartial: false } })

  it('keeps a client that is switched off from coming alive unnoticed', async () => {
    await suspend()
    const { disabled } = subject.provider.mapping.fields
    if (disabled.support === 'native') {
      const made = await copy()
      expect(showClient(subject.provider.mapping, made.native).disabled).toBe(true)
      return
    }
    const refused = expect.objectContaining({
      code: 'lossy_copy',
      message: expect.stringContaining('client.disabled'),
    })
    await expect(copy({ allowLoss: false })).rejects.toEqual(refused)
  })

  it('gives one that is resumed at that moment all its settings', async () => {
    const { mapping, read } = subject.provider
    const settings = ({ native }: CreationResult) => {
      const { id, secret, auth0Id, createdAt, updatedAt, ...rest } = showClient(mapping, native)
      return withoutMade(rest as JsonObject)
    }
    const before = await copy()
    await suspend()
    let isFirst = true
    const slow: typeof read = async (...asked) => {
      const native = await read(...asked)
      if (!isFirst) return native
      isFirst = false
      const resume = { kind: 'suspension', suspended: false, allowPartial: false } as const
      await bench.change(ref, {}, { patch: resume })
      return native
    }
    const made = await copy({ from: { ...subject.provider, read: slow } })
    expect(settings(made)).toEqual(settings(before))
  })

  it.each(['suspended', 'suspended and then removed'])(
    'gives one that was %s all its settings',
    async (how) => {
      const before = await copy()
      await suspend()
      if (how !== 'suspended') {
        const { patch: _, ...request } = requestFor(bench.service, ref, {})
        await removeClient(bench.service, request)
      }
      const { mapping } = subject.provider
      const settings = ({ native }: CreationResult) => {
        const { id, secret, auth0Id, createdAt, updatedAt, disabled, ...rest } = showClient(
          mapping,
          native,
        )
        return withoutMade(rest as JsonObject)
      }
      expect(settings(await copy())).toEqual(settings(before))
    },
  )
})

describe('what the place does not have', () => {
  const [HYDRA, KEYCLOAK] = [subjectNamed('hydra'), subjectNamed('keycloak')]

  it('is named as lost by a dry run and by the copy, and not refused by the provider', async () => {
    const source = await HYDRA.start()
    const target = await KEYCLOAK.start()
    const providers = { from: source.provider, to: target.provider }
    const bench = await openBench(new Map(Object.entries(providers)))
    try {
      source.put({ ...HYDRA.full, scope: 'openid phone no-such-scope' })
      const { id: _, ...place } = { ...target.ref, provider: 'to' }
      const copy = (options: Partial<CopyRequest>) =>
        copyClient(bench.service, {
          source: {
            ref: { ...source.ref, provider: 'from' },
            provider: source.provider,
            removedToo: true,
          },
          provider: target.provider,
          place,
          patch: parseMergePatch({}),
          allowLoss: true,
          dryRun: false,
          actor: ACTOR,
          requestId: 'copy',
          deadline: Date.now() + 10_000,
          ...options,
        })
      const lost = {
        field: 'scopes',
        removed: ['openid', 'no-such-scope'],
        why: expect.stringContaining('does not exist there'),
      }
      expect(reportOf(await copy({ dryRun: true })).lost).toContainEqual(
        expect.objectContaining(lost),
      )
      await expect(copy({ allowLoss: false })).rejects.toMatchObject({ code: 'lossy_copy' })
      const copied = await copy({})
      expect(reportOf(copied).lost).toContainEqual(expect.objectContaining(lost))
      expect(showClient(target.provider.mapping, copied.native).scopes).toEqual(['phone'])
    } finally {
      await bench.close()
      await Promise.all([source.close(), target.close()])
    }
  })
})

const refOf = ({ ref }: CreationResult): ClientRef => {
  if (ref === undefined) throw new TypeError('nothing was made')
  return ref
}

const reportOf = ({ copy }: CreationResult): CopyReport => {
  if (copy === undefined) throw new TypeError('nothing was reported')
  return copy.report
}

/** Which connections a new client of Auth0 has is for the tenant to say, and known afterwards. */
const foreseen = (report: CopyReport) =>
  // What a tenant or a realm gives a new client is seen once it is there.
  FATES.map((fate) =>
    report[fate].filter(
      ({ field }) => field !== 'supportedIdp' && (field !== 'scopes' || fate === 'carried'),
    ),
  )

function at(client: object, path: string): Json {
  const [field = '', ...rest] = path.split('.')
  const value = (client as JsonObject)[field] ?? null
  if (isSecret(value)) return 'a secret'
  return rest.length > 0 && isRecord(value) ? (value[rest.join('.')] ?? null) : value
}

const comparable = (value: Json): Json =>
  Array.isArray(value) ? value.map(inner).sort() : inner(value)

/** Without what a server makes for each client anew: ids of parts, and when its secret was made. */
function withoutMade(members: JsonObject): JsonObject {
  const entries = Object.entries(members).filter(
    ([name]) =>
      !['id', 'orn', 'universalLogout', 'passwordCredentials'].includes(name) &&
      !name.startsWith('client.secret.'),
  )
  return Object.fromEntries(entries.map(([name, value]) => [name, inner(value)]))
}

function inner(value: Json): Json {
  if (Array.isArray(value)) return value.map(inner)
  return isRecord(value) ? withoutMade(value) : value
}

/** The settings of a record without those that paths below the client name. */
function withoutNamed(mapping: Mapping, native: Native, named: readonly string[]): Native {
  const paths = named.flatMap((path) => {
    const [field = '', ...rest] = path.split('.')
    const member = rest.length === 0 ? undefined : rest.join('.')
    const row = Object.entries(mapping.fields).find(([name]) => name === field)?.[1]
    return member ?? (row !== undefined && 'keys' in row ? row.keys : [])
  })
  return withoutPaths(stateOf(mapping, native), paths)
}
