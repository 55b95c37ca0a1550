/**
 * Test files share their process: each has to leave its timers and its clock as they were, or what comes after it hangs. The file
 * that fails here is the one that did not, or the one after it, since spies are taken back between two files.
 */

import { afterAll, beforeAll, expect } from 'vitest'

const NAMES = ['setTimeout', 'clearTimeout', 'setInterval', 'setImmediate', 'Date'] as const

type Globals = Pick<typeof globalThis, (typeof NAMES)[number]>

/** As they were before the first file of the process. */
const KEPT = Symbol.for('the real timers')
const kept = globalThis as { [KEPT]?: Globals }
kept[KEPT] ??= Object.fromEntries(NAMES.map((name) => [name, globalThis[name]])) as never

function areReal(): void {
  for (const name of NAMES) expect(globalThis[name] === kept[KEPT]?.[name], name).toBe(true)
}

beforeAll(areReal)
afterAll(areReal)
