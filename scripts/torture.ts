/** Long runs of the test kit: `npm run torture -- --rounds 1000`, or `-- --enumerate`; `--help`. */

import { parseArgs } from 'node:util'
import { createChance } from '../test/faults/chance.ts'
import { type Count, enumerate } from '../test/faults/enumeration.ts'
import { everyAction } from '../test/faults/every-action.ts'
import { unmet } from '../test/faults/met.ts'
import { startTorture } from '../test/faults/torture.ts'

const HELP = `npm run torture -- [--rounds 1000] [--seed 1]
npm run torture -- --enumerate

Two servers on one SQLite file, a Cognito and an Auth0 emulator. In each round eight changes run at
once while servers are killed (kill -9) and frozen (SIGSTOP), a proxy resets, cuts, delays and
stalls calls, and someone else writes. After each round: no open intent, no gap in the history,
no setting changed that no one named, and one order of the changes that explains every answer.

--rounds N    how many rounds; 1000 when absent
--seed N      where the choices start; the clock when absent. Choices repeat, timing does not.
--enumerate   instead: every crash point x every upstream fault x every outside writer, and every
              crash point of every action
--help        this

Ends with 1 when something was violated, and names it with the seed and the round.
`

const EVERY_MS = 5_000

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      enumerate: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return true
  }
  if (values.enumerate) return enumerateAll()
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
  if (!(rounds > 0) || !Number.isSafeInteger(seed)) {
    process.stderr.write('--rounds and --seed must be whole numbers.\n')
    return false
  }
  return playAll(rounds, seed)
}

async function playAll(rounds: number, seed: number): Promise<boolean> {
  const torture = await startTorture()
  const started = performance.now()
  let told = started
  let round = 1
  try {
    for (; round <= rounds; round += 1) {
      await torture.round(createChance(seed + round))
      const now = performance.now()
      if (now - told < EVERY_MS && round < rounds) continue
      told = now
      const perSecond = round / ((now - started) / 1_000)
      const left = Math.round((rounds - round) / perSecond)
      const rate = perSecond.toFixed(2)
      process.stderr.write(`round ${round} of ${rounds}, ${rate} a second, ${left} s left\n`)
    }
    process.stdout.write(`seed ${seed}, no violation: ${JSON.stringify(torture.totals)}\n`)
    return true
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error)
    process.stderr.write(`Violation with seed ${seed} in round ${round}: ${says}\n`)
    return false
  } finally {
    await torture.close()
  }
}

async function enumerateAll(): Promise<boolean> {
  const started = performance.now()
  let told = started
  let shown = 0
  const report = ({ run, broken, done, combinations }: Count) => {
    for (const one of broken.slice(shown)) process.stderr.write(`Violation: ${one}\n`)
    shown = broken.length
    const now = performance.now()
    if (now - told < EVERY_MS) return
    told = now
    const seconds = (now - started) / 1_000
    const left = done === 0 ? '?' : Math.round((seconds / done) * (combinations - done))
    const rate = (run / seconds).toFixed(0)
    process.stderr.write(
      `${run} scenarios, ${rate} a second, about ${left} s left, ${broken.length} broken\n`,
    )
  }
  const count = await enumerate('all', { told: report })
  const actions = await everyAction()
  const { broken, met, ...numbers } = count
  const never = unmet(actions.met, met)
  for (const one of [...actions.broken, ...never]) process.stderr.write(`Violation: ${one}\n`)
  process.stdout.write(`${JSON.stringify({ ...numbers, ofEveryAction: actions.run })}\n`)
  return broken.length + actions.broken.length + never.length === 0
}

process.exitCode = (await main()) ? 0 : 1
process.exit()
