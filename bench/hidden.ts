/**
 * How long an answer takes about a client that the caller may not see, beside one about none at all: in turn, so that what the
 * machine does meanwhile is the same for both. The counts of calls are a test (`test/http/hidden-cost.test.ts`).
 */

import { SUBJECTS } from '../test/contract/subjects.ts'
import { LIMITS, OF_ONE_CLIENT, openHidden } from '../test/http/hidden-world.ts'
import { digits, type Row } from './report.ts'
import { percentile } from './statistics.ts'

const SECTION = 'what is hidden'
/** The aim of every provider: what is hidden is indistinguishable by time. */
const AIM = 1.5
/** Runs before any is counted. */
const WARM_UP = 5

/** `rounds`: how often each route is asked, for each of both. */
export async function measureHidden(rounds: number): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const kind of SUBJECTS) {
    const { ask, outside, absent, close } = await openHidden(kind)
    let worst = { factor: 0, detail: '' }
    for (const scope of Object.keys(LIMITS)) {
      for (const route of OF_ONE_CLIENT) {
        const [hidden, none]: [number[], number[]] = [[], []]
        for (let round = -WARM_UP; round < rounds; round += 1) {
          const pair = [
            [outside, hidden],
            [absent, none],
          ] as const
          // Which of both is first changes, since the second one finds everything warm.
          for (const [id, times] of round % 2 === 0 ? pair : [...pair].reverse()) {
            const begun = performance.now()
            await ask(scope, route, id)
            if (round >= 0) times.push(performance.now() - begun)
          }
        }
        // A tenth of them are not held up by anything else: what holds up the others is the same for both.
        const [one, other] = [percentile(hidden, 0.1), percentile(none, 0.1)]
        const factor = Math.max(one / other, other / one)
        const detail = `${route.method} ${route.path} (${scope}): ${digits(one)} / ${digits(other)} ms`
        if (factor > worst.factor) worst = { factor, detail }
      }
    }
    await close()
    rows.push({
      section: SECTION,
      name: `${kind.name}: time about a client outside / about none, the worst route`,
      figure: worst.factor,
      unit: 'x',
      aim: AIM,
      detail: worst.detail,
    })
  }
  return rows
}
