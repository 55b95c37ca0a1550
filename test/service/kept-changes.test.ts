/** Differences and records as entries keep them: what is sealed, where that can be opened, and what is masked then. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FieldChange } from '../../src/core/diff.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import {
  openEntry,
  openState,
  storedChanges,
  storedState,
} from '../../src/service/base/record-storage.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { ApprovalRequested } from '../../src/store/log/approval/approval-entry.ts'
import type { KeptChange } from '../../src/store/log/entry-base.ts'
import type { JobResults } from '../../src/store/log/job-entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { SUBJECTS, type Subject } from '../contract/subjects.ts'
import { closingOf, intentOf, jobOf, outsideChangeOf } from '../fixtures/entries.ts'

const LOST = '(sealed with a key that is no longer in use)'

let subject: Subject
let bench: Bench
let mapping: Mapping
let log: string

beforeAll(async () => {
  const local = SUBJECTS.find(({ name }) => name === 'local')
  if (local === undefined) throw new TypeError('no subject')
  subject = await local.start()
  mapping = subject.provider.mapping
  log = resourceOf(subject.ref)
})
afterAll(() => subject.close())
beforeEach(async () => {
  bench = await openBench(new Map([['it', subject.provider]]))
})
afterEach(() => bench.close())

const kept = (changes: readonly FieldChange[]) =>
  storedChanges(bench.service, log, mapping, changes)
const opened = (changes: readonly KeptChange[], resource = log, service: Service = bench.service) =>
  openEntry(service, intentOf(resource, 1, { changes })).changes
/** As an entry shows changes that it has kept. */
const shown = (...changes: FieldChange[]) => opened(kept(changes))
const change = (field: string, before: unknown, after: unknown) =>
  ({ field, before, after }) as FieldChange

describe('differences', () => {
  it('are kept in the clear where they are known to be public', () => {
    const open = [
      change('name', 'one', 'other'),
      change('callbacks', ['one'], ['other']),
      change('providerSettings.contacts', ['one'], ['other']),
    ]
    expect(kept(open)).toStrictEqual(open)
    expect(shown(...open)).toStrictEqual(open)
  })

  it.each([
    change('providerSettings.contacts', ['hush'], [{ deep: 'hush' }]),
    change('providerSettings.contacts', [{ deep: 'hush' }], ['hush']),
    change('providerSettings.of_tomorrow', null, 'hush'),
    change('clientMetadata', null, 'hush'),
    change('clientMetadata.contacts', null, 'hush'),
  ])('are sealed where anything may lie in them: $field', (one) => {
    const [sealed] = kept([one])
    expect(sealed).toStrictEqual({
      field: one.field,
      before: null,
      after: null,
      sealed: expect.any(String),
    })
    expect(JSON.stringify(sealed)).not.toContain('hush')
    expect(shown(one)).toStrictEqual([one])
  })

  it('are opened in their own log and for their own field alone', () => {
    const lost = { before: LOST, after: LOST }
    const field = 'clientMetadata.team'
    const [sealed] = kept([change(field, 'one', 'other')])
    if (sealed === undefined) throw new TypeError('nothing kept')
    const another = 'clientMetadata.another'
    expect(opened([{ ...sealed, field: another }])).toEqual([{ field: another, ...lost }])
    const elsewhere = resourceOf({ ...subject.ref, id: 'another' })
    expect(opened([sealed], elsewhere)).toEqual([{ field, ...lost }])
  })

  it('say that their key was dropped with age, where it was', () => {
    const field = 'clientMetadata.team'
    const [sealed] = kept([change(field, 'one', 'other')])
    if (sealed === undefined) throw new TypeError('nothing kept')
    const why = (isDropped: (text: string) => boolean) => {
      const seal = { ...createSeal(Buffer.alloc(32, 9)), isDropped }
      return opened([sealed], log, { ...bench.service, seal })
    }
    const dropped = '(older than sealed records are kept)'
    expect(why((text) => text === sealed.sealed)).toEqual([
      { field, before: dropped, after: dropped },
    ])
    expect(why(() => false)).toEqual([{ field, before: LOST, after: LOST }])
  })

  it('are opened in every kind of entry that has any', () => {
    const one = change('clientMetadata.team', 'one', 'other')
    const [sealed] = kept([one])
    if (sealed === undefined) throw new TypeError('nothing kept')
    const { service } = bench
    expect(openEntry(service, intentOf(log, 1, { changes: [sealed] })).changes).toEqual([one])
    const outside = outsideChangeOf(log, 1, { changes: [sealed] })
    expect(openEntry(service, outside)).toEqual({ ...outside, changes: [one] })
    const closing = closingOf(log, 1, { surprises: [sealed] })
    expect(openEntry(service, closing)).toEqual({ ...closing, surprises: [one] })
    const result = { item: 0, client: subject.ref, outcome: 'applied' as const }
    const results: JobResults = {
      ...jobOf('job', 1),
      kind: 'job_results',
      phase: 'run',
      runner: 'one',
      until: 1,
      results: [{ ...result, changes: [sealed] }, result],
    }
    expect(openEntry(service, results)).toStrictEqual({
      ...results,
      results: [{ ...result, changes: [one] }, result],
    })
    const job = jobOf('job', 1)
    expect(openEntry(service, job)).toBe(job)
  })

  it.each([
    ['a client', { provider: 'it', id: 'one' }, { provider: 'it', id: 'one' }],
    [
      'a client of a pool',
      { provider: 'it', userPoolId: 'pool', id: 'one' },
      { provider: 'it', userPoolId: 'pool', id: 'one' },
    ],
    ['one that is to be made', { provider: 'it' }, { provider: 'it', id: '' }],
  ])('are opened in a request for approval by the log of %s', (_, place, client) => {
    const one = change('clientMetadata.team', 'one', 'other')
    const [sealed] = storedChanges(bench.service, resourceOf(client), mapping, [one])
    if (sealed === undefined) throw new TypeError('nothing kept')
    const { actor } = intentOf(log, 1)
    const requested: ApprovalRequested = {
      ...jobOf('request', 1),
      kind: 'approval_requested',
      actor,
      token: { scopes: [] },
      operation: 'updateClient',
      permission: 'clients:write',
      place,
      action: 'change',
      expiresAt: 1,
      print: 'print',
      changes: [sealed],
      sealed: '',
    }
    expect(openEntry(bench.service, requested)).toStrictEqual({ ...requested, changes: [one] })
  })

  it('show no secret that an older version kept, by the rules of today', () => {
    const print = expect.stringMatching(/^fingerprint:/)
    expect(
      shown(
        change('providerSettings.of_tomorrow', { apiKey: 'hush', note: 'a' }, null),
        change('clientMetadata.api_key', 'hush', 'hush too'),
        change('clientMetadata.a.api_key', null, 'hush'),
      ),
    ).toEqual([
      change('providerSettings.of_tomorrow', { apiKey: print, note: 'a' }, null),
      change('clientMetadata.api_key', print, print),
      change('clientMetadata.a.api_key', null, print),
    ])
  })

  it('are shown as they are where no mapping says what is secret', () => {
    const one = change('clientMetadata.api_key', null, 'hush')
    const providers = new Map()
    const [sealed] = kept([one])
    if (sealed === undefined) throw new TypeError('nothing kept')
    expect(opened([sealed], log, { ...bench.service, providers })).toEqual([one])
    const missing = { support: 'missing' as const, why: 'it has none' }
    const fields = { ...mapping.fields, clientMetadata: missing }
    const without = { ...subject.provider, mapping: { ...mapping, fields } }
    const other = { ...bench.service, providers: new Map([['it', without]]) }
    expect(opened([sealed], log, other)).toEqual([one])
  })

  it('have what came and went of a list, unless the list holds a secret', () => {
    const list = { before: ['a'], after: ['b'], added: ['b'], removed: ['a'] }
    const plain = { field: 'providerSettings.of_tomorrow', ...list }
    expect(shown(plain)).toStrictEqual([plain])
    const secret = { field: 'providerSettings.api_keys', ...list }
    const [masked, ...none] = shown(secret)
    expect(none).toEqual([])
    expect(JSON.stringify(masked)).not.toMatch(/"[ab]"/)
    expect(Object.keys(masked ?? {}).sort()).toEqual(['after', 'before', 'field'])
  })

  it('hide no fault of ours', () => {
    const sealed = kept([change('clientMetadata.team', 'one', 'other')])
    const fault = new TypeError('a fault of ours')
    const open = () => {
      throw fault
    }
    const service = { ...bench.service, seal: { ...bench.service.seal, open } }
    expect(() => opened(sealed, log, service)).toThrow(fault)
  })
})

describe('a record', () => {
  it('has nothing sealed where all of it is known to be public', () => {
    const state = storedState(bench.service, log, mapping, { client_name: 'Portal' })
    expect(state).toEqual({ client_name: 'Portal' })
  })

  it('is opened in its own log alone', () => {
    const record = { client_name: 'Portal', of_tomorrow: 'hush' }
    const state = storedState(bench.service, log, mapping, record)
    expect(JSON.stringify(state)).not.toContain('hush')
    expect(openState(bench.service, log, state)).toEqual(record)
    expect(openState(bench.service, 'another', state)).toBeUndefined()
  })
})
