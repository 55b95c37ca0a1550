/** G10: what lies in the store: of a client, in the clear, nothing but what is known to be public. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Bench } from '../contract/service.ts'
import { SUBJECTS, type Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

/** Harmless as it looks: no one knows what it is for. */
const UNKNOWN = 'a note of tomorrow'
/** Of it, names say enough. */
const KEY = 'hush-0123456789'
const MEMBERS = { member_of_tomorrow: { note: UNKNOWN, apiKey: KEY } }
const LATER = { member_of_tomorrow: { note: `${UNKNOWN}, later`, apiKey: `${KEY}-later` } }

/** Hydra keeps no members that it does not know. */
const KINDS = SUBJECTS.filter(({ name }) => !['cognito', 'hydra'].includes(name))

describe.each(KINDS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })
  beforeEach(async () => {
    await subject.put({ ...subject.stored(), ...MEMBERS })
  })

  const items = async () => (await readHistory(bench.service, subject.ref, { limit: 50 })).items
  const stored = () => {
    const folder = dirname(bench.path)
    return readdirSync(folder).map((name) => readFileSync(join(folder, name)))
  }
  /** A change, one by someone else, and what that makes of the next one. */
  const run = async () => {
    await bench.change(subject.ref, { name: 'Renamed' })
    await subject.put({ ...subject.stored(), ...LATER })
    await bench.change(subject.ref, { name: 'Renamed again' })
  }

  it('keeps what no one knows sealed, and shows it in the history', async () => {
    await run()
    for (const bytes of stored()) {
      expect(bytes.includes(UNKNOWN)).toBe(false)
      expect(bytes.includes(KEY)).toBe(false)
    }
    // What is known to be public is to be found, or the search would prove nothing.
    expect(stored().some((bytes) => bytes.includes('Renamed again'))).toBe(true)
    const noted = (await items()).find(({ kind: what }) => what === 'outside_change')
    const change = noted?.changes.find(
      ({ field }) => field === 'providerSettings.member_of_tomorrow',
    )
    expect(change).toEqual({
      field: 'providerSettings.member_of_tomorrow',
      before: { note: UNKNOWN, apiKey: expect.stringMatching(/^fingerprint:/) },
      after: { note: `${UNKNOWN}, later`, apiKey: expect.stringMatching(/^fingerprint:/) },
    })
  })

  it('reports no outside change where no one has changed anything', async () => {
    await bench.change(subject.ref, { name: 'Renamed' })
    await bench.change(subject.ref, { name: 'Renamed again' })
    expect((await items()).map(({ kind: what }) => what)).toEqual(['change', 'change'])
  })

  it('compares and shows what an earlier version kept in the clear, without its secrets', async () => {
    await bench.change(subject.ref, { name: 'Renamed' })
    const resource = resourceOf(subject.ref)
    const last = (await bench.service.store.last(resource)) as Entry & { kind: 'outcome' }
    const change = { field: 'providerSettings.member_of_tomorrow', before: null }
    const earlier = following(last, {
      kind: 'outside_change' as const,
      resource,
      at: Date.now(),
      tag: 'another',
      state: { ...subject.stored(), ...MEMBERS } as JsonObject,
      changes: [{ ...change, after: MEMBERS.member_of_tomorrow }],
    })
    expect(await bench.service.store.append(earlier)).toBe(true)
    await subject.put({ ...subject.stored(), ...LATER })
    await bench.change(subject.ref, { name: 'Renamed again' })
    const text = JSON.stringify(await items())
    expect(text).not.toContain(KEY)
    expect(text).toContain(UNKNOWN)
    expect(text).toContain('later')
  })

  it('goes on with another key, and says what cannot be opened any more', async () => {
    await run()
    const other = await bench.another({ key: Buffer.alloc(32, 9) })
    const { items: seen } = await readHistory(other.service, subject.ref, { limit: 50 })
    const noted = seen.find(({ kind: what }) => what === 'outside_change')
    expect(JSON.stringify(noted)).toContain('sealed with a key that is no longer in use')
    await other.change(subject.ref, { name: 'By another key' })
    expect((await items()).length).toBeGreaterThan(3)
  })
})
