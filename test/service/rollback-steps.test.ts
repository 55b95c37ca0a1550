/** What a rollback goes back over, entry by entry, and what it says where it cannot. */

import { beforeEach, describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import type { ChangeRequest, Rollback } from '../../src/service/base/request.ts'
import { sealedPlace } from '../../src/service/base/sealed.ts'
import { MAX_CHARACTERS, MAX_DISTANCE, prepareRollback } from '../../src/service/change/rollback.ts'
import { prepareWish } from '../../src/service/change/wish.ts'
import type { Entry, Intent, Outcome } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'

let subject: Subject
let bench: Bench
let base: JsonObject

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  base = subject.stored()
})

const log = () => resourceOf(subject.ref)
const append = (entry: Entry) => bench.service.store.append(entry)

/** A change that set these members, at two places of the log. */
async function changed(
  seq: number,
  members: JsonObject,
  outcome: Outcome = 'applied',
  more: Partial<Intent> = {},
): Promise<void> {
  const operationId = `operation ${seq}`
  const place = sealedPlace(log(), seq, operationId)
  const sealed = bench.service.seal.close({ base, next: { ...base, ...members } }, place)
  await append(intentOf(log(), seq, { operationId, sealed, ...more }))
  await append(closingOf(log(), seq + 1, { outcome }))
}

const requestTo = (to: number, more: Partial<Rollback> = {}, dryRun = false) => {
  const patch: Rollback = { kind: 'rollback', to, allowPartial: false, ...more }
  return { ...requestFor(bench.service, subject.ref, {}), dryRun, patch }
}
const prepare = async (...asked: Parameters<typeof requestTo>) =>
  prepareRollback(bench.service, requestTo(...asked), await bench.service.store.last(log()))
/** What going back does to the client as it is then. */
const undone = async (to: number, now: JsonObject) => {
  // Which earlier records it goes back to is for settings that this version does not know.
  const { restores: _, ...told } = (await prepare(to)).over({ ...base, ...now })
  return told
}
const merge = (fields: object) => ({ patch: { kind: 'merge', fields }, warnings: [] })

describe('what is gone back over', () => {
  it.each<[Outcome, object]>([
    ['applied', { name: 'Example' }],
    ['conflict', { name: 'Example' }],
    ['not_applied', {}],
  ])('is a change that ended as %s, as far as it took effect', async (outcome, fields) => {
    await changed(1, { client_name: 'New' }, outcome)
    expect(await undone(0, { client_name: 'New' })).toEqual(merge(fields))
  })

  it('is each by its own outcome, and not by that of one beside it', async () => {
    await changed(1, { client_name: 'New' })
    await changed(3, { description: 'New' }, 'not_applied')
    await changed(5, { contacts: ['new@example.com'] })
    const now = {
      client_name: 'New',
      description: 'New',
      contacts: ['new@example.com'],
    }
    const { patch } = await undone(0, now)
    expect(Object.keys(patch.kind === 'merge' ? patch.fields : {}).sort()).toEqual([
      'contacts',
      'name',
    ])
  })

  it('is all of a long history, which is read in parts', async () => {
    const members: readonly JsonObject[] = [
      { client_name: 'New' },
      ...Array.from({ length: 20 }, (_, index) => ({ description: `Description ${index}` })),
      { contacts: ['new@example.com'] },
    ]
    for (const [index, one] of members.entries()) await changed(1 + 2 * index, one)
    const now = { client_name: 'New', contacts: ['new@example.com'] }
    const { patch } = await undone(0, now)
    expect(Object.keys(patch.kind === 'merge' ? patch.fields : {}).sort()).toEqual([
      'contacts',
      'name',
    ])
  })

  it('ends at the revision that is asked for', async () => {
    await changed(1, { client_name: 'New' })
    await append(outsideChangeOf(log(), 3))
    await changed(4, { description: 'New' })
    const now = { client_name: 'New', description: 'New' }
    for (const to of [2, 3]) {
      expect(await undone(to, now)).toEqual(merge({ description: 'An example' }))
    }
    expect(await undone(5, now)).toEqual(merge({}))
  })

  it('is no making or removal', async () => {
    const changes = [{ field: 'name', before: 'a', after: 'b' }]
    await changed(1, { client_name: 'New' }, 'applied', { action: 'create', changes })
    expect(await undone(0, { client_name: 'New' })).toEqual(merge({}))
  })

  it('is named by its attributes, for what a provider reads for them alone', async () => {
    const fieldsOf = async (request: ChangeRequest) => {
      const head = await bench.service.store.last(log())
      return (await prepareWish(bench.service, request, head, 'operation')).fields
    }
    await changed(1, { contacts: ['new@example.com'], client_name: 'New' })
    expect(await fieldsOf(requestTo(0))).toEqual(['name', 'contacts'])
    expect(await fieldsOf(requestTo(2))).toEqual([])
    const patch = parseJsonPatch([{ op: 'replace', path: '/name', value: 'x' }])
    expect(await fieldsOf({ ...requestTo(0), patch })).toEqual(['name'])
    const merged = { ...requestTo(0), patch: parseMergePatch({ name: 'x', description: 'y' }) }
    expect(await fieldsOf(merged)).toEqual(['name', 'description'])
    const wish = await prepareWish(bench.service, merged, undefined, 'operation')
    expect(wish.over(base)).toEqual({ patch: merged.patch, warnings: [] })
  })
})

describe('what cannot be gone back over', () => {
  it('is named attribute by attribute, and once for each', async () => {
    const changes = ['name', 'description', 'name'].map((field) => ({ field, after: 'x' }))
    await append(intentOf(log(), 1, { changes: changes as never }))
    await append(closingOf(log(), 2))
    const why = 'the record of the change was sealed with a key that is no longer in use'
    const warnings = ['name', 'description'].map((field) => ({
      code: 'not_restored',
      field: `client.${field}`,
      message: `client.${field} cannot be restored: ${why}.`,
    }))
    const refused = await prepare(0)
    expect(() => refused.over(base)).toThrow(
      expect.objectContaining({
        code: 'not_restorable',
        field: 'client.name',
        message: `${warnings[0]?.message} ${warnings[1]?.message} Nothing was sent. To restore the rest, set "allowPartial": true.`,
      }),
    )
    for (const asked of [await prepare(0, { allowPartial: true }), await prepare(0, {}, true)]) {
      expect(asked.over(base)).toMatchObject({ ...merge({}), warnings })
    }
  })

  it.each([1, 4, 7])('is a revision that is none: %i', async (to) => {
    await changed(1, { client_name: 'New' })
    await append(outsideChangeOf(log(), 3))
    await append(intentOf(log(), 4))
    await expect(prepare(to)).rejects.toMatchObject({
      code: 'invalid_field',
      field: 'to',
      message: `to must be a revision that GET /clients/{clientId}/history lists, or 0; the newest is 4.`,
    })
  })

  it('is any revision but 0 of a client that no one changed', async () => {
    expect(await undone(0, {})).toEqual(merge({}))
    await expect(prepare(1)).rejects.toMatchObject({
      message: expect.stringMatching(/, or 0; the newest is 0\.$/),
    })
  })

  it('is where the records since then are too large to be gone back over', async () => {
    const large = [{ field: 'description', before: null, after: 'x'.repeat(MAX_CHARACTERS / 20) }]
    for (let seq = 1; seq <= 32; seq += 1) {
      expect(
        await bench.service.store.append(outsideChangeOf(log(), seq, { changes: large })),
      ).toBe(true)
    }
    await expect(prepareRollback(bench.service, requestTo(1), undefined)).rejects.toMatchObject({
      code: 'invalid_field',
      field: 'to',
      message:
        'to is too far back: the records since then are too large. Restore the settings with a PATCH instead.',
    })
  })

  it('is what is too far back', async () => {
    await changed(1, { client_name: 'New' })
    const far = (seq: number) =>
      prepareRollback(bench.service, requestTo(2), outsideChangeOf(log(), seq))
    await far(MAX_DISTANCE + 2)
    await expect(far(MAX_DISTANCE + 3)).rejects.toMatchObject({
      code: 'invalid_field',
      field: 'to',
      message: `to is too far back: it can be at most 1000 records back, and the newest is 1003. Restore the settings with a PATCH instead.`,
    })
  })
})
