/**
 * What one caller can take: of the history by small requests, of a client's turns, of a provider's places, of
 * a list by leases. Inside this process; time at the provider is played.
 */

import { randomBytes } from 'node:crypto'
import { isClientError } from '../src/core/errors.ts'
import { createPace } from '../src/providers/pace/pace.ts'
import type { ChangeRequest } from '../src/service/base/request.ts'
import { changeClient } from '../src/service/change/change.ts'
import { type Bench, openBench, requestFor } from '../test/contract/service.ts'
import { subject as auth0 } from '../test/providers/auth0/subject.ts'
import { createVirtualTime } from '../test/providers/virtual-time.ts'
import { digits, type Row } from './report.ts'

const SECTION = 'one caller'
const CI = { subject: 'ci', issuer: 'https://issuer.example' }
const OPERATOR = { subject: 'operator', issuer: 'https://issuer.example' }

/** `renewals`: how many are sent to measure what one of them adds. */
export async function measureCallers(renewals: number): Promise<readonly Row[]> {
  return [
    await onClient((open) => historyOf(open, renewals)),
    await onClient(turns),
    await places(),
    await onClient(fullList),
  ]
}

interface Open {
  readonly bench: Bench
  /** A request of the first subject's client. */
  request(patch: ChangeRequest['patch'], actor: ChangeRequest['actor']): Promise<unknown>
  lease(index: number, seconds?: number): Promise<unknown>
}

async function onClient(measure: (open: Open) => Promise<Row>): Promise<Row> {
  const [kind] = auth0.kinds
  if (kind === undefined) throw new TypeError('no such subject')
  const subject = await kind.start()
  const bench = await openBench(new Map([['it', subject.provider]]), { upstreamTimeoutMs: 10_000 })
  const request: Open['request'] = (patch, actor) =>
    changeClient(bench.service, {
      ...requestFor(bench.service, subject.ref, {}),
      patch,
      actor,
      deadline: Date.now() + 120_000,
    })
  const lease: Open['lease'] = (index, seconds = 3_600) =>
    request(
      {
        kind: 'lease',
        field: 'callbacks',
        value: `https://pr-${index}.preview.example/cb`,
        owner: `pr-${index}`,
        seconds,
      },
      CI,
    )
  const row = await measure({ bench, request, lease })
  await bench.close()
  await subject.close()
  return row
}

const callbacks = (list: readonly string[]): ChangeRequest['patch'] => ({
  kind: 'merge',
  fields: { callbacks: [...list] },
})

async function historyOf({ bench, request, lease }: Open, renewals: number): Promise<Row> {
  // A part of them by each change: how large a body may be has a bound.
  const long = Array.from(
    { length: 70 },
    () => `https://app.example.com/${randomBytes(980).toString('hex')}`,
  )
  await request(callbacks(long), OPERATOR)
  await lease(7)
  const size = () => {
    const [row] = bench.database.prepare('select sum(length(entry)) as n from log').all()
    return Number(row?.n)
  }
  const before = size()
  const begun = process.cpuUsage()
  for (let index = 0; index < renewals; index += 1) await lease(7, 3_600 + index)
  const added = (size() - before) / renewals / 1_000
  const { user, system } = process.cpuUsage(begun)
  const ms = digits((user + system) / renewals / 1_000)
  const name = `the history after a lease renewal on a client of ${Math.round(long.join().length / 1_000)} kB`
  return {
    section: SECTION,
    name,
    figure: added,
    unit: 'kB',
    aim: 5,
    detail: `${ms} ms of computing each`,
  }
}

async function turns({ request, lease }: Open): Promise<Row> {
  const begun = performance.now()
  let [served, refused] = [0, 0]
  const calls = Array.from({ length: 150 }, (_, index) =>
    lease(index % 10, 3_600 + index).then(
      () => {
        served += 1
      },
      (error) => {
        if (!isClientError(error, 'too_many_requests')) throw error
        refused += 1
      },
    ),
  )
  const suspended = request({ kind: 'suspension', suspended: true, allowPartial: false }, OPERATOR)
  await suspended
  const [figure, ms] = [served, digits(performance.now() - begun)]
  await Promise.all(calls)
  return {
    section: SECTION,
    name: 'changes before a suspension, of 150 that one caller sends at once',
    figure,
    unit: 'calls',
    aim: 2,
    detail: `suspended after ${ms} ms; ${refused} refused`,
  }
}

/** A provider that takes ten calls a second. */
async function places(): Promise<Row> {
  const time = createVirtualTime()
  const limits = { name: 'all', perSecond: 10, burst: 1, reserve: 0 }
  const pace = createPace({ buckets: [limits], ...time })
  let refused = 0
  const turn = async (caller: string) => {
    const pass = await pace.turn(['all'], { caller, deadline: time.now() + 1_000_000 })
    pass.end({})
    return pass.waitedMs
  }
  for (let call = 0; call < 1_200; call += 1) {
    turn('ci').catch(() => {
      refused += 1
    })
  }
  const first = turn('operator').catch(() => Number.POSITIVE_INFINITY)
  await time.pass(2_000_000)
  return {
    section: SECTION,
    name: "another caller's first call, while 1,200 of one caller ask for a place (10 calls a second)",
    figure: await first,
    unit: 'ms',
    aim: 200,
    detail: `${refused} of the 1,200 refused`,
  }
}

async function fullList({ request, lease }: Open): Promise<Row> {
  let taken = 0
  for (let index = 0; index < 100; index += 1) {
    await lease(index, 7_776_000).then(
      () => {
        taken += 1
      },
      (error) => {
        if (!isClientError(error, 'list_full')) throw error
      },
    )
  }
  const add = ['https://app.example.com/added']
  const patch = { kind: 'merge' as const, fields: { callbacks: { add } } }
  const added = await request(patch, OPERATOR).then(
    () => 'a change still adds a value',
    () => 'a change adds nothing any more',
  )
  return {
    section: SECTION,
    name: 'leases of 90 days that one caller takes on a list of 100',
    figure: taken,
    unit: 'calls',
    aim: 50,
    detail: added,
  }
}
