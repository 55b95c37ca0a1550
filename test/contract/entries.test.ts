/**
 * G3: the HTTP contract through every entry: one suite, so that none can go its own way. `npm test` draws from the
 * cases of each entry; `test/http/openapi.test.ts` sends every one through the Node server.
 */

import { afterEach, beforeEach, describe, it } from 'vitest'
import { createDraw } from '../property.ts'
import { ENTRY_KINDS } from './entry-kinds.ts'
import { CASES, type Received, type Sent } from './http-cases.ts'
import { startWorld, type World } from './world.ts'

const isDrawn = createDraw('cases through the entries', 12)

describe.each(ENTRY_KINDS)('$name', (kind) => {
  let world: World
  let entry: { send(sent: Sent): Promise<Received>; close(): Promise<void> }

  beforeEach(async () => {
    world = await startWorld()
    entry = await kind.open(world.clientry.app)
  })

  afterEach(async () => {
    await entry.close()
    await world.close()
  })

  const cases = CASES.filter(({ name }) => isDrawn(`${name} through ${kind.name}`))

  it.for(cases)('answers $name', async ({ name, run }, { skip }) => {
    await run(async (sent) => {
      const reason = kind.cannot?.(sent)
      if (reason !== undefined) {
        process.stdout.write(`Skipped through ${kind.name}, "${name}": ${reason}\n`)
        skip(reason)
      }
      return entry.send(sent)
    }, world)
  })
})
