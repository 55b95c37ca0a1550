/** Whether a change costs more when the history is long: of other clients, or of this one. */

import { resourceOf } from '../src/store/resource.ts'
import { openDatabase } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'
import { fullCognitoClient, POOL_ID } from '../test/fixtures/cognito.ts'
import { closingOf, intentOf } from '../test/fixtures/entries.ts'
import type { Built } from './built.ts'
import { cpuOf, interleave, patcher } from './lanes.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import { startClientry, type Upstream } from './upstream.ts'

const ENTRIES = 20_000
const WARM_UP = 60
const ROUNDS = 10

const HISTORIES = [
  { id: 'empty', says: 'no entries', clients: 0 },
  { id: 'others', says: `${ENTRIES} entries of other clients`, clients: ENTRIES / 2 },
  { id: 'long', says: `${ENTRIES} entries of this client`, clients: 1 },
] as const

export async function measureHistory(
  built: Built,
  upstream: Upstream,
  changes: number,
): Promise<readonly Row[]> {
  const lanes = await Promise.all(
    HISTORIES.map(async ({ id, says, clients }) => {
      const file = built.file(`history-${id}.db`)
      if (clients > 0) await fill(file, id, clients)
      const { running, url } = await startClientry(built, upstream, 'cognito', file)
      const change = patcher(url, 'cognito', id, upstream.subject.token)
      return { says, running, change, times: [] as number[], cpu: [] as number[] }
    }),
  )
  await interleave(lanes, WARM_UP)
  for (const { times } of lanes) times.length = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await Promise.all(lanes.map(cpuOf))
    await interleave(lanes, Math.ceil(changes / ROUNDS))
    const after = await Promise.all(lanes.map(cpuOf))
    for (const [index, { cpu }] of lanes.entries()) {
      cpu.push(((after[index] ?? 0) - (before[index] ?? 0)) / Math.ceil(changes / ROUNDS))
    }
  }
  await Promise.all(lanes.map(({ running }) => running.stop()))
  const [empty, ...filled] = lanes.map(({ says, times, cpu }) => ({
    says,
    milliseconds: median(times),
    cpu: median(cpu),
  }))
  if (empty === undefined) return []
  return filled.map(({ says, milliseconds, cpu }) => ({
    section: 'history, cognito, SQLite',
    name: `${says} / none`,
    figure: milliseconds / empty.milliseconds,
    unit: 'x',
    detail: `${digits(milliseconds)} / ${digits(empty.milliseconds)} ms; CPU ${digits(cpu)} / ${digits(empty.cpu)} ms`,
  }))
}

/** Writes finished changes; not durably, since no one waits for them. */
async function fill(file: string, id: string, clients: number): Promise<void> {
  const database = await openDatabase(file)
  database.exec('pragma synchronous = off')
  const store = createSqliteStore(database)
  const state = { ...fullCognitoClient }
  for (let index = 0; index < ENTRIES / 2; index += 1) {
    const client = clients === 1 ? id : `${id}-${index % clients}`
    const resource = resourceOf({ provider: 'cognito', userPoolId: POOL_ID, id: client })
    const seq = 2 * Math.floor(index / clients) + 1
    await store.append(intentOf(resource, seq, { state }))
    await store.append({ ...closingOf(resource, seq + 1), state })
  }
  await store.close()
}
