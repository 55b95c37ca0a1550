/** A development server reads all clients at its start, whatever its file knows of them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startWorld } from './contract/world.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-round-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** How often a new server on the same file asks the provider for its list, at once and later. */
async function listsOf(): Promise<readonly number[]> {
  const world = await startWorld({ path: join(folder, 'clientry.db') })
  const count = () =>
    world.auth0.calls.filter(({ operation }) => operation === 'GET /clients').length
  try {
    while (await world.clientry.refresh()) {
      // A round may take several stretches of work.
    }
    const atStart = count()
    await world.clientry.refresh()
    return [atStart, count() - atStart]
  } finally {
    await world.close()
  }
}

it('each start begins a round, and only that', async () => {
  const first = await listsOf()
  expect(first[0]).toBeGreaterThan(0)
  expect(await listsOf()).toEqual(first)
  expect(first[1]).toBe(0)
})
