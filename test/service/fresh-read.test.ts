/** Reads at a provider that may answer from a copy that is behind: what counts as fresh, on a clock that only pauses move. */

import { beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { mapping } from '../../src/providers/local/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { mayBeBehind, readFresh, tagOf } from '../../src/service/base/fresh-read.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Range } from '../../src/store/store.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const REF = { provider: 'it', id: 'exampleClientId' }
const LOG = resourceOf(REF)
const LAG_MS = 1_000
const AT = 1_900_000_000_000
const fingerprints = createFingerprints(Buffer.alloc(32, 1))

const named = (client_name: string): Native => ({ ...fullLocalClient, client_name })
const tag = (client_name: string) => fingerprints.ofState(mapping, named(client_name))
/** A change of the name as its log has it, two entries. */
const changed = (seq: number, before: string, after: string, at = AT): readonly Entry[] => [
  intentOf(LOG, seq, { at, baseTag: tag(before) }),
  closingOf(LOG, seq + 1, { at, tag: tag(after) }),
]

let now: number
let pauses: number[]
let ranges: Range[]
let log: readonly Entry[]
beforeEach(() => {
  now = AT
  pauses = []
  ranges = []
  log = [
    ...changed(1, 'First', 'Second', AT - LAG_MS),
    outsideChangeOf(LOG, 3, { at: AT - LAG_MS, tag: tag('Theirs') }),
    ...changed(4, 'Theirs', 'Newest'),
  ]
})

const service = () =>
  ({
    fingerprints,
    store: {
      entries: async (resource: string, range: Range) => {
        expect(resource).toBe(LOG)
        ranges.push(range)
        const { from = 1, below = Number.POSITIVE_INFINITY } = range
        return log.filter(({ seq }) => seq >= from && seq < below)
      },
    },
    now: () => now,
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds)
      now += milliseconds
    },
  }) as unknown as Service
const lagging = (readLagMs?: number) =>
  ({ mapping, ...(readLagMs === undefined ? {} : { readLagMs }) }) as Provider

/** Reads where the provider gives these names, one after the other and the last one again; `undefined`: no client. */
async function read(
  names: readonly (string | undefined)[],
  {
    head = log.at(-1),
    provider = lagging(LAG_MS),
    deadline = AT + 60_000,
  }: { head?: Entry | undefined; provider?: Provider; deadline?: number } = {},
) {
  let reads = 0
  const native = await readFresh(service(), {
    ...{ provider, ref: REF, head, deadline },
    read: async () => {
      const name = names[Math.min(reads, names.length - 1)]
      reads += 1
      return name === undefined ? undefined : named(name)
    },
  })
  return { name: native?.client_name, reads }
}

describe('a read', () => {
  it('is fresh where it shows what is recorded last', async () => {
    expect(await read(['Newest'])).toEqual({ name: 'Newest', reads: 1 })
    expect(await read(['Second', 'First', 'Newest'])).toEqual({ name: 'Newest', reads: 3 })
    expect(pauses).toEqual([100, 200])
  })

  it('is behind where it shows what was recorded before: a base, a result, a change of someone else', async () => {
    for (const name of ['First', 'Second', 'Theirs']) {
      now = AT
      expect(await read([name, 'Newest'])).toEqual({ name: 'Newest', reads: 2 })
    }
  })

  it('is behind where it does not show the client yet', async () => {
    expect(await read([undefined, 'Newest'])).toEqual({ name: 'Newest', reads: 2 })
  })

  it('is fresh where someone else has changed the client since', async () => {
    expect(await read(['Someone'])).toEqual({ name: 'Someone', reads: 1 })
  })

  it('is fresh where it shows what is recorded since it was asked for', async () => {
    const head = log.at(-1)
    log = [...log, ...changed(6, 'Newest', 'Later')]
    expect(await read(['Later'], { head })).toEqual({ name: 'Later', reads: 1 })
  })

  it('is fresh where a change has gone back to what was there before', async () => {
    log = [...log.slice(0, 3), ...changed(4, 'Theirs', 'First')]
    expect(await read(['First'])).toEqual({ name: 'First', reads: 1 })
  })

  it('counts whatever it shows once no copy can be behind any more', async () => {
    expect(await read(['Second'])).toEqual({ name: 'Second', reads: 5 })
    expect(now).toBeGreaterThanOrEqual(AT + LAG_MS)
    expect(pauses.slice(0, -1).reduce((sum, pause) => sum + pause, 0)).toBeLessThan(LAG_MS)
    now = AT + LAG_MS
    pauses = []
    expect(await read(['Second'])).toEqual({ name: 'Second', reads: 1 })
    now = AT + LAG_MS - 1
    expect(await read([undefined])).toEqual({ name: undefined, reads: 2 })
  })

  it('is refused where there is no time to know', async () => {
    const late = read(['Second'], { deadline: AT + 599 })
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(pauses).toEqual([])
  })

  it('goes by the last two hundred entries', async () => {
    await read(['Newest'])
    const many = changed(299, 'Theirs', 'Newest')
    await read(['Newest'], { head: many.at(-1) })
    expect(ranges).toEqual([
      { from: 1, below: 5 },
      { from: 100, below: 300 },
    ])
  })
})

describe('one read is enough', () => {
  it.each<[string, Parameters<typeof read>[1]]>([
    ['at a provider without copies', { provider: lagging() }],
    ['at one whose copies are never behind', { provider: lagging(0) }],
  ])('%s, also on a clock that is late', async (_, how) => {
    now = AT - 5_000
    expect(await read(['Second'], how)).toEqual({ name: 'Second', reads: 1 })
    expect(ranges).toEqual([])
  })

  it('of a client whose state is not recorded', async () => {
    const { tag: _, ...gone } = closingOf(LOG, 5, { at: AT })
    expect(await read(['Second'], { head: gone })).toEqual({ name: 'Second', reads: 1 })
    log = []
    expect(await read(['Second'])).toEqual({ name: 'Second', reads: 1 })
    expect(ranges).toEqual([])
  })
})

it('a failure to read is passed on', async () => {
  const refused = new ClientError('provider_refused', 'It is refused.')
  const failing = readFresh(service(), {
    ...{ provider: lagging(LAG_MS), ref: REF, head: log.at(-1), deadline: AT + 60_000 },
    read: async () => {
      throw refused
    },
  })
  await expect(failing).rejects.toBe(refused)
})

it('a read may be behind for a while after the newest entry, and not where there is none', () => {
  const isBehind = (head: Entry | undefined) => mayBeBehind(service(), lagging(LAG_MS), head)
  expect(isBehind(log.at(-1))).toBe(true)
  expect(isBehind(undefined)).toBe(false)
  now = AT + LAG_MS
  expect(isBehind(log.at(-1))).toBe(false)
  expect([tagOf(log.at(-1)), tagOf(log[0]), tagOf(undefined)]).toEqual([
    tag('Newest'),
    undefined,
    undefined,
  ])
})
