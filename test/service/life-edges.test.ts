/** Making and removing a client at their edges: what is refused first, what is planned, what is recorded. */

import { beforeEach, describe, expect } from 'vitest'
import type { CopyReport } from '../../src/core/copy/fate.ts'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Need } from '../../src/core/rights/rights.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { callOf } from '../../src/service/base/service.ts'
import type { Claim } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createClient, makeClient } from '../../src/service/life/create.ts'
import type { Begin, CreationRequest, Origin } from '../../src/service/life/creation.ts'
import { replayCreation } from '../../src/service/life/creation-replay.ts'
import { type RemovalRequest, removeClient } from '../../src/service/life/remove.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { creationResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import { ACTOR, creationOf, PATCH, PLACE } from './creations.ts'

let subject: Subject
let bench: Bench
let provider: Provider

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  provider = subject.provider
})

const blank = () => {
  const record = provider.creation?.blank('web')
  if (record === undefined) throw new TypeError('makes no clients')
  return record
}
const make = (
  { begin, ...more }: Partial<CreationRequest> & { readonly begin?: Begin } = {},
  origin?: Origin,
) => {
  const request = { ...creationOf(provider), ...more }
  const fromBlank: Begin = async () => ({
    blank: blank(),
    start: blank(),
    ...(origin === undefined ? {} : { origin }),
  })
  return makeClient(bench.service, request, begin ?? fromBlank)
}
const call = () => callOf(bench.service, { operationId: 'o', deadline: Date.now() + 5_000 })
const open = () => bench.service.store.openIntents()

describe('making a client', () => {
  it('needs a name, and says so before anything is recorded', async () => {
    const patch = parseMergePatch({ callbacks: PATCH.callbacks })
    for (const dryRun of [true, false]) {
      await expect(make({ patch, dryRun })).rejects.toMatchObject({
        code: 'invalid_field',
        field: 'client.name',
        message: 'client.name must be given: a client needs a name.',
      })
    }
    expect(await open()).toEqual([])
  })

  it('checks what is asked for before it begins', async () => {
    let begun = 0
    const begin: Begin = async () => {
      begun += 1
      return { blank: blank(), start: blank() }
    }
    const patch = parseMergePatch({ ...PATCH, refreshTokenIdleLifetime: 60 })
    await expect(make({ patch, begin })).rejects.toMatchObject({ code: 'unsupported_field' })
    expect(begun).toBe(0)
  })

  it('is planned with the state that is wanted, and with no more members', async () => {
    const planned = await make({ dryRun: true })
    const { steps, changes, native, tag, ...rest } = planned
    expect(rest).toStrictEqual({ outcome: 'planned', warnings: [] })
    expect(tag).toBe(bench.service.fingerprints.ofState(provider.mapping, native))
    expect(native).toMatchObject({ client_name: 'Portal' })
    expect([steps.length, changes.length]).toEqual([1, 2])
  })

  it('asks for the rights of what the caller hides, and of what the client begins with', async () => {
    const asked: (readonly Need[])[] = []
    const authorize = (needs: readonly Need[]) => void asked.push(needs)
    await make({
      authorize,
      dryRun: true,
      patch: parseMergePatch({ ...PATCH, clientMetadata: { api_secret: 'x' }, disabled: true }),
    })
    expect(asked[0]).toEqual(
      expect.arrayContaining([
        { permission: 'secrets:rotate', field: 'client.clientMetadata.api_secret' },
        { permission: 'clients:suspend', field: 'client.disabled' },
      ]),
    )
  })

  it('that is a copy records what it has of its source, and asks its caller before it is made', async () => {
    const checked: unknown[] = []
    const reported: unknown[] = []
    const report = { lost: [] } as unknown as CopyReport
    const origin: Origin = {
      log: resourceOf(subject.ref),
      tag: 'tag of the source',
      report: (next) => {
        reported.push(next.client_name)
        return report
      },
      check: (next, told) => {
        checked.push([next.client_name, told])
      },
    }
    const told = { report, sourceTag: 'tag of the source' }
    const planned = await make({ dryRun: true }, origin)
    expect(planned.copy).toEqual(told)
    expect(checked).toEqual([['Portal', report]])
    const made = await make({}, origin)
    expect(made.copy).toEqual(told)
    expect(reported).toHaveLength(3)
    const [intent] = await bench.service.store.entries(
      creationResource(PLACE, made.operationId ?? ''),
    )
    expect(intent).toMatchObject({ copiedFrom: resourceOf(subject.ref) })
    const refusing = {
      ...origin,
      check: () => {
        throw new ClientError('lossy_copy', 'Too much would be lost.')
      },
    }
    await expect(make({}, refusing)).rejects.toMatchObject({ code: 'lossy_copy' })
    expect(await open()).toEqual([])
  })

  it('for a team records whose it is, from its first entry on', async () => {
    const becomes = async ({ operationId = '' }: { readonly operationId?: string | undefined }) => {
      const [intent] = await bench.service.store.entries(creationResource(PLACE, operationId))
      return (intent as Intent).becomes
    }
    const made = await make({ team: 'billing' })
    expect(await becomes(made)).toEqual({ team: 'billing' })
    const log = resourceOf({ ...PLACE, id: made.ref?.id ?? '' })
    expect((await bench.service.store.last(log))?.standing).toEqual({ team: 'billing' })
    expect(await becomes(await make())).toBeUndefined()
  })

  it('that is no copy records nothing of one', async () => {
    const made = await make()
    expect(Object.keys(made)).not.toContain('copy')
    expect(Object.keys(made)).not.toContain('replayed')
    const log = creationResource(PLACE, made.operationId ?? '')
    const [intent] = (await bench.service.store.entries(log)) as readonly Intent[]
    expect(intent).toMatchObject({ action: 'create', actor: ACTOR, requestId: 'request-1' })
    expect(Object.keys(intent ?? {})).not.toContain('copiedFrom')
  })
})

describe('a client that was made', () => {
  const create = (more: Partial<CreationRequest> = {}) =>
    createClient(bench.service, { ...creationOf(provider), kind: 'web', ...more })

  it('is answered with its place and id, its secret, and what the provider has', async () => {
    const made = await create()
    expect(made).toMatchObject({
      outcome: 'applied',
      ref: { ...PLACE, id: expect.stringMatching(/.{5,}/) },
      native: { client_name: 'Portal' },
    })
    expect(made.secret?.reveal()).toBe(made.native.client_secret)
    const read = await provider.read({ ...PLACE, id: made.ref?.id ?? '' }, call())
    expect(made.native).toEqual(read)
    const patch = parseMergePatch({ ...PATCH, tokenEndpointAuthMethod: 'none' })
    expect(Object.keys(await create({ patch, kind: 'spa' }))).not.toContain('secret')
  })

  it('is answered again, and not made again, by the same key', async () => {
    const key = { log: 'key/one', fingerprint: 'same' }
    const made = await create({ key })
    const again = await create({ key })
    expect(again).toMatchObject({ ref: made.ref, operationId: made.operationId, replayed: true })
  })

  it('is answered with the warnings of its plan', async () => {
    const patch = parseMergePatch({ ...PATCH, callbacks: ['https://203.0.113.7/cb'] })
    const planned = await create({ patch, dryRun: true })
    const made = await create({ patch })
    expect(planned.warnings.map(({ code }) => code)).toContain('ip_host')
    expect(made.warnings).toEqual(planned.warnings)
  })

  it('is answered with what only its creation decides, unless it is a copy', async () => {
    const { creation } = provider
    if (creation === undefined) throw new TypeError('makes no clients')
    const warning = { code: 'chosen_now', message: 'It stays so.' }
    const choosing = {
      ...provider,
      creation: {
        ...creation,
        chosen: (next: Native, patch: unknown) => [
          { ...warning, field: String(next.client_name), patch },
        ],
      },
    } as unknown as Provider
    const expected = [{ ...warning, field: 'Portal', patch: parseMergePatch(PATCH) }]
    expect((await create({ provider: choosing, dryRun: true })).warnings).toEqual(expected)
    expect((await create({ provider: choosing })).warnings).toEqual(expected)
    expect((await create()).warnings).toEqual([])
    const origin: Origin = {
      log: resourceOf(subject.ref),
      tag: 'tag of the source',
      report: () => ({ lost: [] }) as unknown as CopyReport,
      check: () => {},
    }
    expect((await make({ provider: choosing, dryRun: true }, origin)).warnings).toEqual([])
  })

  describe('whose secret only the answer to its creation has', () => {
    const warnings = async (
      {
        lost = true,
        showsOnce = true,
        keys = {},
      }: { lost?: boolean; showsOnce?: boolean; keys?: object },
      more: Partial<CreationRequest> = {},
    ) => {
      const { creation, secrets } = provider
      if (creation === undefined || secrets === undefined) throw new TypeError('no secrets')
      const step: typeof creation.step = (place, next) => {
        const made = creation.step(place, next)
        return lost ? { ...made, reveal: () => undefined } : made
      }
      const once = showsOnce ? { showsOnce } : {}
      const by = {
        ...provider,
        ...keys,
        secrets: { ...secrets, ...once },
        creation: { ...creation, step },
      }
      return (await create({ provider: by as Provider, ...more })).warnings
    }

    it('is shown where that answer was lost', async () => {
      expect(await warnings({})).toEqual([
        {
          code: 'secret_lost',
          field: 'client.secret',
          message:
            'The answer that had the secret of the new client was lost, so that no one has one. POST /clients/{clientId}/rotate-secret makes one.',
        },
      ])
    })

    it('is not shown where it was not, where it can be read, and where it needs none', async () => {
      expect(await warnings({ lost: false })).toEqual([])
      expect(await warnings({ showsOnce: false })).toEqual([])
      const open = parseMergePatch({ ...PATCH, tokenEndpointAuthMethod: 'none' })
      expect(await warnings({}, { kind: 'spa', patch: open })).toEqual([])
      const keys = (isUsed: boolean) => ({ keys: { authenticates: () => isUsed } })
      expect(await warnings({ keys: keys(true) })).toEqual([])
      expect(await warnings({ keys: keys(false) })).toHaveLength(1)
    })
  })

  it('breaks no rule between its settings', async () => {
    const rule = {
      says: 'There must be a logo.',
      field: 'client.logoUri',
      holds: ({ logo_uri: logo }: JsonObject) => logo !== undefined,
    }
    const mapping = { ...provider.mapping, rules: [rule] }
    await expect(create({ provider: { ...provider, mapping } })).rejects.toMatchObject({
      code: 'rule_violated',
      field: 'client.logoUri',
      message: 'There must be a logo.',
    })
    const kept = { ...rule, holds: () => true }
    const other = { ...provider, mapping: { ...mapping, rules: [kept] } }
    expect((await create({ provider: other, dryRun: true })).outcome).toBe('planned')
  })

  it('is none where the provider makes none', async () => {
    const { creation: _, ...none } = provider
    await expect(create({ provider: none })).rejects.toMatchObject({
      code: 'unsupported_operation',
      message: 'This provider has no way to make a client.',
    })
  })
})

describe('a creation that is answered again', () => {
  const replay = (intent: Intent | undefined) =>
    replayCreation(bench.service, provider, { kind: 'used', intent }, call())

  it('needs an intent, and the id that its outcome names', async () => {
    await expect(replay(undefined)).rejects.toThrow('a creation always changes something')
    const log = creationResource(PLACE, 'making')
    const intent = intentOf(log, 1, { action: 'create' })
    await bench.service.store.append(intent)
    await expect(replay(intent)).rejects.toThrow('an applied creation has an id')
    await bench.service.store.append(closingOf(log, 2, { created: 'exampleClientId' }))
    expect(await replay(intent)).toMatchObject({
      ref: { provider: 'it', id: 'exampleClientId' },
      native: { client_name: 'Example' },
    })
  })
})

describe('removing a client', () => {
  const remove = (more: Partial<RemovalRequest> = {}) => {
    const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
    return removeClient(bench.service, { ...request, ...more })
  }
  const log = () => bench.service.store.entries(resourceOf(subject.ref))

  it('is planned with the record that would go, and with no more members', async () => {
    await changeClient(bench.service, {
      ...requestFor(bench.service, subject.ref, {}),
      patch: {
        kind: 'lease',
        field: 'callbacks',
        value: 'https://preview.example.com/cb',
        owner: 'ci',
        seconds: 600,
      },
    })
    const { steps, ...rest } = await remove({ dryRun: true })
    expect(steps).toHaveLength(1)
    expect(rest).toStrictEqual({
      outcome: 'planned',
      before: {
        native: subject.stored(),
        tag: bench.service.fingerprints.ofState(provider.mapping, subject.stored()),
        standing: { leases: [expect.objectContaining({ owner: 'ci' })] },
      },
    })
    expect(await log()).toHaveLength(2)
    // What held for the client goes with it.
    await remove()
    expect((await log()).at(-1)).not.toHaveProperty('standing')
    const [, , intent] = (await log()) as readonly Intent[]
    expect(intent).toMatchObject({ action: 'remove', changes: [] })
  })

  it('is refused where it is protected, before the provider is asked for its removal', async () => {
    await changeClient(bench.service, {
      ...requestFor(bench.service, subject.ref, {}),
      patch: { kind: 'protection', protected: true },
    })
    const before = await log()
    for (const dryRun of [true, false]) {
      await expect(remove({ dryRun })).rejects.toMatchObject({
        code: 'client_protected',
        message: expect.stringContaining('cannot be removed'),
      })
    }
    expect(await log()).toEqual(before)
    expect(subject.stored()).toBeDefined()
  })

  it('is refused where this server signs in with it, unless the request knows', async () => {
    const own: Provider = { ...provider, reliance: () => 'own' }
    await expect(remove({ provider: own })).rejects.toMatchObject({
      code: 'own_client',
      message:
        'This is the client with which this server signs in to the provider. It cannot be removed unless the request has "ownClient": true. Nothing was sent.',
    })
    expect(await log()).toEqual([])
    expect(await remove({ provider: own, ownClient: true, dryRun: true })).toMatchObject({
      outcome: 'planned',
    })
    expect(await remove({ provider: own, ownClient: true })).toMatchObject({ outcome: 'applied' })
  })

  it('is none where the provider removes none', async () => {
    const { removal: _, ...none } = provider
    await expect(remove({ provider: none })).rejects.toMatchObject({
      code: 'unsupported_operation',
      message: 'This provider has no way to remove a client.',
    })
  })

  it('is answered again, and not done again, by the same key', async () => {
    const key = { log: 'key/one', fingerprint: 'same' }
    const { operationId } = await remove({ key })
    expect(await remove({ key })).toStrictEqual({
      outcome: 'applied',
      steps: [],
      operationId,
      replayed: true,
    })
  })

  it('goes before the changes of its client that wait', async () => {
    const claims: Claim[] = []
    const { turns } = bench.service
    const take: typeof turns.take = (claim, work) => {
      claims.push(claim)
      return turns.take(claim, work)
    }
    const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
    await removeClient({ ...bench.service, turns: { take } }, request)
    expect(claims.map(({ first }) => first)).toEqual([true])
  })

  it('is not done where the client is not as it was known', async () => {
    const [wrong, right] = [
      'another',
      bench.service.fingerprints.ofState(provider.mapping, subject.stored()),
    ]
    await expect(remove({ ifMatch: [wrong] })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
    expect(await remove({ ifMatch: [wrong, right] })).toMatchObject({ outcome: 'applied' })
  })
})
