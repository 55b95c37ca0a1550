/**
 * Long runs of the test kit: `npm run torture -- --rounds 1000`, on a store that `--store` names, or `-- --enumerate`; `--help`.
 * `--write` puts the figures of the store on docs/stores.md.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createChance } from '../test/faults/chance.ts'
import { type Count, enumerate } from '../test/faults/enumeration.ts'
import { everyAction } from '../test/faults/every-action.ts'
import { unmet } from '../test/faults/met.ts'
import { startTorture } from '../test/faults/torture.ts'
import { SHARED_STORES, type SharedStoreName } from '../test/faults/torture-stores.ts'
import { withFaults } from '../test/faults/torture-table.ts'

const HELP = `npm run torture -- [--store sqlite] [--rounds 1000] [--seed 1] [--write]
npm run torture -- --enumerate

Two servers on one store, a Cognito and an Auth0 emulator. In each round eight changes run at
once while servers are killed (kill -9) and frozen (SIGSTOP), PostgreSQL is killed and DynamoDB cannot be
reached, a proxy resets, cuts, delays and stalls calls, and someone else writes. After each round: no open intent, no gap in the history,
no setting changed that no one named, and one order of the changes that explains every answer.

--store NAME  sqlite when absent; postgresql or dynamodb
--rounds N    how many rounds; 1000 when absent
--seed N      where the choices start; the clock when absent. Choices repeat, timing does not.
--write       puts the figures of the store on docs/stores.md
--enumerate   instead: every crash point x every upstream fault x every outside writer, and every
              crash point of every action
--help        this

Ends with 1 when something was violated, and names it with the seed and the round.
`

const EVERY_MS = 5_000
const PAGE = 'docs/stores.md'

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      store: { type: 'string', default: 'sqlite' },
      write: { type: 'boolean', default: false },
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
  const { store } = values
  if (!isStore(store)) {
    process.stderr.write(`--store is one of ${Object.keys(SHARED_STORES).join(', ')}.\n`)
    return false
  }
  return playAll(store, { rounds, seed, write: values.write })
}

const isStore = (name: string): name is SharedStoreName => Object.hasOwn(SHARED_STORES, name)

interface Plan {
  readonly rounds: number
  readonly seed: number
  readonly write: boolean
}

async function playAll(name: SharedStoreName, { rounds, seed, write }: Plan): Promise<boolean> {
  const torture = await startTorture(await SHARED_STORES[name]())
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
    const { totals } = torture
    process.stdout.write(`${name}, seed ${seed}, no violation: ${JSON.stringify(totals)}\n`)
    if (write) writeFileSync(PAGE, withFaults(readFileSync(PAGE, 'utf8'), name, totals))
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
