/**
 * G2, G7: an upgrade while servers run. Servers of the commit before layouts were recorded and of this one work on one file, and
 * one after the other is replaced; every change is in one order, and in the history.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { readChains } from '../src/store/layout/chains.ts'
import { openToRead } from '../src/store/sqlite/database.ts'
import { layoutIn } from '../src/store/sqlite/layout/sqlite-layout.ts'
import { recordsIn } from '../src/store/sqlite/layout/sqlite-records.ts'
import { isCommitHere } from './faults/other-build.ts'
import { openRollingWorld, type RollingWorld } from './faults/rolling-world.ts'
import { onFresh } from './fixtures/opened.ts'

/** The last commit whose programs knew layout 3, and no other. */
const BEFORE = '581a1c0f4eb2dfc96bd567bf5e76681fecaeea99'

let world: RollingWorld
let path: string
const it = onFresh(
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-rolling-'))
    const database = join(folder, 'clientry.db')
    const opened = await openRollingWorld({ database })
    const close = async () => {
      await opened.close()
      rmSync(folder, { recursive: true, force: true })
    }
    return { ...opened, database, close }
  },
  ({ database, ...opened }) => {
    world = opened
    path = database
  },
)

describe.skipIf(!isCommitHere(BEFORE))('servers of two versions on one file', () => {
  it('are replaced one after the other, and every change is made and recorded', async () => {
    const { back, fresh } = await world.replace(BEFORE)
    await back.kill()
    await world.add(fresh, await world.start())
    const database = await openToRead(path)
    expect(layoutIn(database)).toMatchObject({ version: 5, readers: 3 })
    expect((await readChains(recordsIn(database))).fault).toBeUndefined()
    const writers = database.prepare('select distinct layout from log order by layout').all()
    expect(writers.map(({ layout }) => layout)).toEqual([null, 5])
    database.close()
  })
})
