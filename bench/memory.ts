/**
 * What the server's memory does over many changes: its resident set after each tenth of them, by 16 callers on as many
 * clients at Auth0's emulator. What only grows is found here, whatever its size at the start.
 */

import type { Built } from './built.ts'
import { patcher } from './lanes.ts'
import { start } from './processes.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import { clientsOf } from './subject.ts'
import type { Upstream } from './upstream.ts'

const SECTION = 'memory of a server'
/** What docs/operations.md names for a server whose memory is short: a heap that is collected before it grows. */
const FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=20']
const AIM_MB = 120
/** The last tenths beside the second and the third one: by then everything is loaded and compiled. */
const GROWTH_AIM = 1.1
const TENTHS = 10
/** What the emulator remembers of its calls is taken away after so many. */
const AT_ONCE = 1_000

export async function measureMemory(
  built: Built,
  upstream: Upstream,
  changes: number,
): Promise<readonly Row[]> {
  const { subject } = upstream
  const store = { type: 'sqlite', path: built.file('memory.db'), create: true }
  const environment = subject.environment('auth0', store)
  const running = start(built.serve, built.process('control'), environment, FLAGS)
  const url = `http://127.0.0.1:${await running.printed(/"port":(\d+)/)}`
  const first = await running.ask<number>('memory')
  const callers = clientsOf('alone').map((id) => patcher(url, 'auth0', id, subject.token))
  let sent = 0
  const sizes: number[] = []
  for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
    const until = (changes * tenth) / TENTHS
    while (sent < until) {
      const end = Math.min(sent + AT_ONCE, until)
      await Promise.all(
        callers.map(async (change) => {
          while (sent < end) {
            sent += 1
            await change(`Name ${sent}`)
          }
        }),
      )
      await upstream.running.ask('windows')
    }
    sizes.push(await running.ask<number>('memory'))
  }
  await running.stop()
  const early = median(sizes.slice(1, 3))
  const late = median(sizes.slice(-2))
  return [
    {
      section: SECTION,
      name: `after ${changes} changes, ${FLAGS.join(' ')}`,
      figure: sizes.at(-1) ?? Number.NaN,
      unit: 'MB',
      aim: AIM_MB,
      limit: `${digits(first)} MB: as it starts`,
      detail: `MB after each tenth: ${sizes.map((size) => digits(size)).join(', ')}`,
    },
    {
      section: SECTION,
      name: 'the last tenths / the second and third',
      figure: late / early,
      unit: 'x',
      aim: GROWTH_AIM,
      detail: `${digits(late)} / ${digits(early)} MB`,
    },
  ]
}
