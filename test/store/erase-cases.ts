/**
 * Retention on a store that can remove texts: what is old enough is gone from the store and can be read by no one, chains,
 * checkpoints, exports and copies verify as before, and what is needed stays.
 */

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { type Erasing, eraseOld } from '../../src/program/keys/erase-old.ts'
import { removedRecord } from '../../src/service/access/removed-record.ts'
import { withinDeadline } from '../../src/service/base/deadline.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { checkExport } from '../../src/service/evidence/check-export.ts'
import { exportHistory } from '../../src/service/evidence/export-history.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { addCheckpoint } from '../../src/service/upkeep/checkpoint.ts'
import { erased, withSealed } from '../../src/store/erasing.ts'
import { keysOf, newKeys, type OpenedKeys, openKeys } from '../../src/store/keys/keys.ts'
import { DATA_KEY_DELAY_MS } from '../../src/store/keys/rekey.ts'
import { retain } from '../../src/store/keys/retain.ts'
import { openSigner } from '../../src/store/keys/signing.ts'
import { createKeyWrapper } from '../../src/store/keys/wrapping.ts'
import { readChains } from '../../src/store/layout/chains.ts'
import { hashOf } from '../../src/store/log/chain.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Store } from '../../src/store/store.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'

const DAY_MS = 86_400_000
const DAYS = 100
const retention = { sealedDays: DAYS }

/** A place that can be looked into. */
export interface ErasingPlace {
  readonly store: Store
  /** Everything that is stored of a log. */
  stored(resource: string): Promise<string>
  /** Everything that is stored, with what is left of it in places that are free. */
  everything(): Promise<string>
  close(): Promise<void>
}

/** A part of a sealed text that no other text has; the number of its key comes before. */
const partOf = (sealed: string) => sealed.slice(12, 44)

/** The cases over a kind of store. */
export function describeErasing(open: () => Promise<ErasingPlace>): void {
  const wrappers = [createKeyWrapper(randomBytes(32), 'key')] as const
  let place: ErasingPlace
  let subject: Subject
  let bench: Bench
  let keys: OpenedKeys
  let service: Service
  let erasing: Erasing
  let now: number

  beforeEach(async () => {
    now = Date.parse('2026-01-01T00:00:00Z')
    erasing = {}
    place = await open()
    subject = await subjectNamed('local').start()
    bench = await openBench(new Map([['it', subject.provider]]))
  })
  afterEach(async () => {
    await bench.close()
    await subject.close()
    await place.close()
  })

  const ring = () => ({ cell: place.store.keyring, wrappers, now: () => now })

  /** `legacy`: a store whose data key sealed records too, as in versions before there were others. */
  async function start(legacy?: Uint8Array): Promise<void> {
    const firstKeys = async () =>
      legacy === undefined ? newKeys() : { data: [{ number: 0, key: legacy }], digest: legacy }
    keys = await openKeys({ ...ring(), firstKeys })
    const { seal, historySeal, digestKey } = keys
    const fingerprints = createFingerprints(digestKey)
    const own = {
      store: place.store,
      seal,
      historySeal,
      fingerprints,
      now: () => now,
      turns: createTurns(() => now),
    }
    service = { ...bench.service, ...own }
  }

  /** What sweeps do after so many days. */
  async function pass(days: number): Promise<number> {
    now += days * DAY_MS
    await retain({ ...ring(), keepMs: DAYS * DAY_MS })
    now += DATA_KEY_DELAY_MS
    await keys.refresh()
    let entries = 0
    do entries += await eraseOld(service, { retention }, erasing)
    while (erasing.going !== undefined)
    return entries
  }

  const timely = () => withinDeadline(service, now + 10_000)
  const change = (client: object) =>
    changeClient(timely(), { ...requestFor(service, subject.ref, client), deadline: now + 10_000 })
  const resource = () => resourceOf(subject.ref)
  const log = () => place.store.entries(resource())
  const sealedIn = (entries: readonly Entry[]) => {
    const texts: string[] = []
    for (const entry of entries)
      withSealed(entry, (sealed) => {
        texts.push(sealed)
        return sealed
      })
    return texts
  }
  const verified = () => {
    const { fingerprints, store } = service
    return verifyLog(store, { fingerprints, mayBeErased: keys.mayBeErased })
  }
  const noted = (letter: string) => ({
    clientMetadata: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${letter}${index}`, letter.repeat(150)]),
    ),
  })
  async function exported(): Promise<readonly string[]> {
    const signer = await openSigner({ ...ring(), firstKeys: async () => newKeys() })
    const lines: string[] = []
    for await (const line of exportHistory({ store: place.store, id: 'a', signer, now }))
      lines.push(line)
    return lines
  }
  async function* linesOf(lines: readonly string[]) {
    yield* lines
  }

  it('removes what is old enough from the store, and nothing else', async () => {
    await start()
    await pass(0)
    await change(noted('a'))
    await change({ name: 'Old' })
    await addCheckpoint(service)
    await pass(15)
    await change({ name: 'New' })
    const before = await log()
    const texts = sealedIn(before.slice(0, 4))
    const space = (await place.stored(resource())).length
    expect(await place.everything()).toContain(partOf(texts[0] ?? ''))
    expect(await pass(DAYS + 1)).toBeGreaterThan(0)
    const after = await log()
    const everything = await place.everything()
    for (const text of texts) expect(everything).not.toContain(partOf(text))
    const longest = Math.max(...texts.map(({ length }) => length))
    expect((await place.stored(resource())).length).toBeLessThan(space - longest)
    expect(sealedIn(after.slice(0, 4))).toEqual(texts.map(erased))
    expect(after.slice(4)).toEqual(before.slice(4))
    expect(after.map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash))
    expect((await verified()).faults).toEqual([])
    // It is done once.
    expect(await pass(0)).toBe(0)
  })

  it('goes on in a process where another one was', async () => {
    await start()
    await pass(0)
    await change({ name: 'Old' })
    const [first] = await log()
    await pass(15)
    now += (DAYS + 1) * DAY_MS
    await retain({ ...ring(), keepMs: DAYS * DAY_MS })
    now += DATA_KEY_DELAY_MS
    await keys.refresh()
    const looked: (string | undefined)[] = []
    const heads: Store['heads'] = (since, of) => {
      looked.push(of)
      // A look takes as long as a sweep has.
      now += 10_000
      return place.store.heads(since, of)
    }
    const sweep = () =>
      eraseOld({ ...service, store: { ...place.store, heads } }, { retention }, {})
    expect(await sweep()).toBeGreaterThan(0)
    expect(looked).toEqual(['clients'])
    expect(sealedIn((await log()).slice(0, 1))).toEqual(sealedIn([first as Entry]).map(erased))
    await sweep()
    expect(looked).toEqual(['clients', 'others'])
    // All of it is done.
    await sweep()
    expect(looked).toHaveLength(2)
  })

  it('leaves a log whose next entries are written and read as before', async () => {
    await start()
    await pass(0)
    await change(noted('a'))
    await change({ name: 'Old' })
    await pass(15)
    await pass(DAYS + 1)
    await change({ name: 'After' })
    await change(noted('b'))
    const texts = (await log()).map((entry) => JSON.stringify(entry))
    expect(texts.every((text) => hashOf(JSON.parse(text)) === JSON.parse(text).hash)).toBe(true)
    await addCheckpoint(service)
    expect((await verified()).faults).toEqual([])
    expect((await readChains(place.store.records())).fault).toBeUndefined()
  })

  it('answers a rollback, and a copy of a removed client, with one sentence', async () => {
    await start()
    await pass(0)
    await change({ name: 'Old' })
    await pass(15)
    await pass(DAYS + 1)
    const rollback = changeClient(timely(), {
      ...requestFor(service, subject.ref, {}),
      deadline: now + 10_000,
      patch: { kind: 'rollback', to: 0, allowPartial: false },
    } as never)
    await expect(rollback).rejects.toMatchObject({
      code: 'not_restorable',
      message: expect.stringContaining('the record of the change is older than sealed records are'),
    })
    const { patch: _, ...request } = requestFor(service, subject.ref, {})
    await removeClient(timely(), { ...request, deadline: now + 10_000 } as never)
    await pass(15)
    await pass(DAYS + 1)
    await expect(removedRecord(service, subject.ref)).rejects.toMatchObject({
      code: 'not_restorable',
      message: 'The client was removed, and its last record is older than sealed records are kept.',
    })
  })

  it('names older entries in checkpoints, and removes what a key for everything has sealed', async () => {
    const key = randomBytes(32)
    await start(key)
    await change(noted('a'))
    await change({ name: 'Old' })
    await makeEarlier()
    const texts = sealedIn(await log())
    expect((await verified()).faults).toEqual([])
    // From now on records have a key of their own.
    await pass(1)
    expect(await pass(DAYS - 2)).toBe(0)
    expect(await pass(2)).toBeGreaterThan(0)
    const everything = await place.everything()
    for (const text of texts) expect(everything).not.toContain(partOf(text))
    expect(sealedIn(await log())).toEqual(texts.map(erased))
    // The key is still there, and of no use for them.
    const [entry] = await log()
    expect(() => keysOf(key).seal.open(sealedIn([entry as Entry])[0] ?? '', 'a')).toThrow()
    expect((await verified()).faults).toEqual([])
    expect((await readChains(place.store.records())).fault).toBeUndefined()
    const lines = await exported()
    expect((await checkExport(linesOf(lines))).faults).toEqual([])
    const unnamed = lines.map((line) => line.replace(/,"erased":\[[^\]]*\]/, ''))
    expect((await checkExport(linesOf(unnamed))).faults.join()).toContain('its hash does not match')
  })

  /** Gives all entries of the client the hashes that versions before had. */
  async function makeEarlier(): Promise<void> {
    let previous = ''
    const entries = (await log()).map(({ erasable: _, ...entry }) => {
      const next = { ...entry, previous } as unknown as Entry
      const hash = hashOf(next as never)
      previous = hash
      return { ...next, hash }
    })
    const text = (await place.store.keyring.read()) ?? ''
    await place.close()
    place = await open()
    await place.store.keyring.replace(undefined, text)
    service = { ...service, store: place.store }
    const firstKeys = async () => newKeys()
    keys = await openKeys({ ...ring(), firstKeys })
    const { seal, historySeal } = keys
    service = { ...service, seal, historySeal }
    for (const entry of entries) await place.store.append(entry as Entry)
  }

  it('reports a text that is missing although its key is kept, and one that no checkpoint names', async () => {
    await start()
    await pass(0)
    await change({ name: 'Recent' })
    await addCheckpoint(service)
    const [entry] = await log()
    const stolen = withSealed(entry as Entry, erased)
    expect(await place.store.erase?.([stolen])).toBe(true)
    expect((await verified()).faults[0]?.why).toBe(
      'a sealed text is missing whose key is still kept',
    )
    const { erasable: _, ...rest } = entry as Entry
    const earlier = { ...rest, hash: hashOf(rest as never) } as Entry
    await place.store.erase?.([withSealed(earlier, erased)])
    expect((await verified()).faults[0]?.why).toBe('its hash does not match its content')
    expect((await readChains(place.store.records())).fault).toBeDefined()
  })

  it('loses no entry of a log that grows meanwhile', async () => {
    await start()
    await pass(0)
    await change({ name: 'One' })
    const [first] = await log()
    const entries = [withSealed(first as Entry, erased)]
    const { store } = service
    await Promise.all([
      store.erase?.(entries),
      change({ name: 'Two' }),
      change({ description: 'Three' }),
    ])
    const all = await log()
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
    expect((await verifyLog(store, {})).faults).toEqual([])
  })
}
