/** Rolling back: our own changes are undone field by field, and no one else's work with them. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { MAX_DISTANCE } from '../../src/service/change/rollback.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { readClient } from '../../src/service/reading/read.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { LIVES } from '../contract/lives.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import {
  callbacksOf,
  SUBJECTS,
  type Subject,
  settled,
  withCallbacks,
} from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

const URLS = [1, 2, 3].map((n) => `https://new.example.com/cb/${n}`)
const [ONE = '', TWO = '', THREE = ''] = URLS

describe.each(SUBJECTS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  const change = (client: object, options = {}) => bench.change(subject.ref, client, options)
  const rollback = (to: number, options: Partial<ChangeRequest> = {}, allowPartial = false) =>
    bench.change(subject.ref, {}, { patch: { kind: 'rollback', to, allowPartial }, ...options })
  const entries = () => bench.service.store.entries(resourceOf(subject.ref))
  const revision = async () => (await entries()).length
  const stored = () => settled(kind, subject.stored())
  const callbacks = () => callbacksOf(kind, subject.stored())
  const put = (change: JsonObject) => subject.put({ ...subject.stored(), ...change })
  const client = async () => {
    const request = { ...requestFor(bench.service, subject.ref, {}), requestId: 'read' }
    const { native } = await readClient(bench.service, request)
    return showClient(subject.provider.mapping, native)
  }

  it('restores every field that our changes named, exactly', async () => {
    const before = stored()
    await change({ callbacks: [ONE], name: 'First' })
    const [field, value] = kind.another ?? ['idTokenLifetime', 1200]
    await change({ allowedLogoutUrls: [], [field]: value })
    await change({ callbacks: { add: [TWO] }, name: 'Third' })
    const result = await rollback(0)
    expect(result.outcome).toBe('applied')
    expect(result.warnings.map(({ code }) => code)).not.toContain('not_restored')
    expect(stored()).toEqual(before)
  })

  it('goes back to a revision in between, and forth again', async () => {
    await change({ name: 'First' })
    const middle = await revision()
    const then = stored()
    await change({ name: 'Second', callbacks: [ONE] })
    const last = await revision()
    const now = stored()
    await rollback(middle)
    expect(stored()).toEqual(then)
    // A rollback is a change: undoing it is rolling back to what stood before it.
    await rollback(last)
    expect(stored()).toEqual(now)
  })

  it('leaves what someone else changed meanwhile, on other fields and in the same list', async () => {
    await change({ callbacks: { add: [ONE, TWO] }, name: 'Ours' })
    const urls = [...callbacks().filter((url) => url !== ONE), THREE]
    await subject.put(withCallbacks(kind, subject.stored(), urls))
    const [setting, value] = foreignSetting(kind.name)
    await put({ [setting]: value })
    const result = await rollback(0)
    expect(result.outcome).toBe('applied')
    expect(callbacks()).not.toContain(ONE)
    expect(callbacks()).not.toContain(TWO)
    expect(callbacks()).toContain(THREE)
    expect(subject.stored()[setting]).toEqual(value)
    expect((await client()).name).not.toBe('Ours')
  })

  it('refuses whole, and says it before, where someone else set the very field', async () => {
    const first = callbacks()
    await change({ name: 'Ours', callbacks: { add: [ONE] } })
    await put({ [nameKey(kind.name)]: 'Foreign' })
    const dry = await rollback(0, { dryRun: true })
    expect(dry.warnings).toContainEqual({
      code: 'not_restored',
      field: 'client.name',
      message: expect.stringContaining('someone else'),
    })
    expect(dry.changes.map(({ field }) => field)).toEqual(['callbacks'])
    await expect(rollback(0)).rejects.toMatchObject({
      code: 'not_restorable',
      field: 'client.name',
    })
    expect(callbacks()).toContain(ONE)
    const partly = await rollback(0, {}, true)
    expect(partly.warnings.map(({ code }) => code)).toContain('not_restored')
    expect(new Set(callbacks())).toEqual(new Set(first))
    expect(subject.stored()[nameKey(kind.name)]).toBe('Foreign')
  })

  it('is a change: If-Match, dry run, history, and nothing to do the second time', async () => {
    await change({ name: 'Ours' })
    await expect(rollback(0, { ifMatch: ['other'] })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
    const dry = await rollback(0, { dryRun: true })
    expect(dry).toMatchObject({ outcome: 'planned', changes: [{ field: 'name', before: 'Ours' }] })
    expect(dry.steps).toHaveLength(1)
    expect((await client()).name).toBe('Ours')
    expect((await rollback(0)).outcome).toBe('applied')
    const { items } = await readHistory(bench.service, subject.ref, { limit: 10 })
    expect(items[0]).toMatchObject({
      kind: 'change',
      outcome: 'applied',
      rollbackTo: 0,
      revision: 4,
    })
    expect((await rollback(2)).outcome).toBe('applied')
    expect((await rollback(6)).outcome).toBe('unchanged')
  })

  it('does not undo what was not applied', async () => {
    await change({ name: 'Ours' })
    const to = await revision()
    const [intent] = await entries()
    if (intent?.kind !== 'intent') throw new TypeError('no intent')
    expect((await rollback(to)).outcome).toBe('unchanged')
  })

  it('refuses a revision that is none', async () => {
    await change({ name: 'Ours' })
    for (const to of [1, 3, 99]) {
      await expect(rollback(to)).rejects.toMatchObject({ code: 'invalid_field', field: 'to' })
    }
  })

  it('goes back over so many records and no more, however long the log is', async () => {
    await change({ name: 'Ours' })
    bench.database.exec('pragma synchronous = off')
    const noticed = (await entries()).at(-1)
    if (noticed?.kind !== 'outcome') throw new TypeError('no outcome')
    const { resource, at, tag = '', state = {} } = noticed
    let last: Entry = noticed
    while (last.seq < MAX_DISTANCE) {
      const outside = { kind: 'outside_change' as const, resource, at, tag, state, changes: [] }
      last = following(last, outside)
      await bench.service.store.append(last)
    }
    const dry = await rollback(0, { dryRun: true })
    expect(dry.changes).toMatchObject([{ field: 'name', before: 'Ours' }])
    await change({ name: 'Newer' })
    await expect(rollback(0)).rejects.toMatchObject({ code: 'invalid_field', field: 'to' })
    expect((await rollback(2)).outcome).toBe('applied')
  })

  it('restores a setting that has no attribute of its own', async () => {
    const before = stored()
    const [name, value] = foreignSetting(kind.name)
    await change({ providerSettings: { [name]: value } })
    expect(stored()).not.toEqual(before)
    await rollback(0)
    expect(stored()).toEqual(before)
  })

  it('says so when the record of a change cannot be opened any more', async () => {
    await change({ name: 'Ours' })
    const providers = new Map([['it', subject.provider]])
    const other = await openBench(providers, { path: bench.path })
    const attempt = other.change(
      subject.ref,
      {},
      {
        patch: { kind: 'rollback', to: 0, allowPartial: false },
      },
    )
    await expect(attempt).rejects.toMatchObject({
      code: 'not_restorable',
      message: expect.stringMatching(/client\.name cannot be restored: .*key/),
    })
    await other.close()
  })
})

function nameKey(provider: string): string {
  return LIVES[provider]?.name ?? ''
}

/** A setting of the provider that the change of no attribute touches. */
function foreignSetting(provider: string): readonly [string, JsonObject[string]] {
  if (provider === 'auth0') return ['organization_usage', 'require']
  if (provider === 'cognito') return ['PreventUserExistenceErrors', 'LEGACY']
  if (provider === 'okta') return ['settings.oauthClient.issuer_mode', 'ORG_URL']
  if (provider === 'keycloak') return ['rootUrl', 'https://new.example.com']
  if (provider === 'entra') return ['notes', 'Other notes']
  return ['backchannel_logout_uri', 'https://new.example.com/backchannel']
}

describe('Auth0', () => {
  it('restores a secret, a map by its keys, and nested settings', async () => {
    const kind = SUBJECTS[0] as (typeof SUBJECTS)[number]
    const subject = await kind.start()
    const bench = await openBench(new Map([['it', subject.provider]]))
    const before = subject.stored()
    await bench.change(subject.ref, {
      secret: 'another-secret-another-secret-another',
      clientMetadata: { team: 'other', added: 'x' },
      refreshTokenRotation: { enabled: true, graceSeconds: 5 },
    })
    await subject.put({
      ...subject.stored(),
      client_metadata: { ...(subject.stored().client_metadata as JsonObject), theirs: 'y' },
    })
    const patch = { kind: 'rollback', to: 0, allowPartial: false } as const
    const result = await bench.change(subject.ref, {}, { patch })
    expect(JSON.stringify(result.changes)).not.toMatch(/another-secret/)
    const after = subject.stored()
    expect(after.client_secret).toBe(before.client_secret)
    expect(after.client_metadata).toEqual({
      ...(before.client_metadata as JsonObject),
      theirs: 'y',
    })
    expect(after.refresh_token).toEqual(before.refresh_token)
    await bench.close()
    await subject.close()
  })

  it('says what the provider has no way back for', async () => {
    const kind = SUBJECTS[0] as (typeof SUBJECTS)[number]
    const subject = await kind.start()
    const bench = await openBench(new Map([['it', subject.provider]]))
    const { app_type: _, ...without } = subject.stored()
    await subject.put(without)
    await bench.change(subject.ref, { appType: 'spa', name: 'Ours' })
    const patch = { kind: 'rollback', to: 0, allowPartial: false } as const
    await expect(bench.change(subject.ref, {}, { patch })).rejects.toMatchObject({
      code: 'not_restorable',
      field: 'client.appType',
      message: expect.stringContaining('no way back'),
    })
    const partly = { ...patch, allowPartial: true }
    expect((await bench.change(subject.ref, {}, { patch: partly })).outcome).toBe('applied')
    expect(subject.stored().app_type).toBe('spa')
    expect(subject.stored().name).toBe(without.name)
    await bench.close()
    await subject.close()
  })
})
