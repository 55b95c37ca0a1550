/** Lists while clients change: the changes go through the service at a steady rate, and lists are asked meanwhile. */

import { randomUUID } from 'node:crypto'
import type { Native } from '../src/core/mapping/row.ts'
import { parseMergePatch } from '../src/core/patch/patch.ts'
import { PERMISSIONS } from '../src/core/rights/permissions.ts'
import { mapping } from '../src/providers/cognito/mapping.ts'
import type { Provider } from '../src/providers/provider.ts'
import { WAITS_MS } from '../src/service/approval/request-states.ts'
import { createLate } from '../src/service/base/late-work.ts'
import type { Service } from '../src/service/base/service.ts'
import { createTurns } from '../src/service/base/turns.ts'
import { changeClient } from '../src/service/change/change.ts'
import { DEFAULT_SHARES } from '../src/service/lease/lease-share.ts'
import type { Place } from '../src/store/mirror.ts'
import { measureLimits } from './limits.ts'
import { digits, type Row } from './report.ts'
import { median, percentile } from './statistics.ts'

const SECTION = 'list under writes'
const P99_AIM_MS = 10
const CHANGES_PER_SECOND = 50
const DEADLINE_MS = 20_000

interface Filled {
  readonly service: Pick<Service, 'store' | 'seal' | 'fingerprints'>
  readonly place: Place
  /** Of the client with that number, and what the provider holds of it. */
  idOf(index: number): string
  recordOf(index: number): Native
  readonly clients: number
  /** The path of the file that is measured. */
  readonly path: string
}

/** A service whose provider answers at once: what is measured is all ours. */
function changing({ service, place, recordOf, idOf, clients }: Filled): Service {
  const numbers = new Map(Array.from({ length: clients }, (_, index) => [idOf(index), index]))
  const records = new Map<string, Native>()
  const provider = {
    type: 'cognito',
    mapping,
    userPools: [place.userPoolId],
    read: async ({ id }: { readonly id: string }) =>
      records.get(id) ?? recordOf(numbers.get(id) ?? 0),
    steps: ({ id }: { readonly id: string }, _: Native, next: Native) => [
      {
        request: { method: 'POST', target: '/', body: {} },
        send: async () => {
          records.set(id, next)
          return next
        },
      },
    ],
  } as unknown as Provider
  return {
    ...service,
    providers: new Map([[place.provider, provider]]),
    turns: createTurns(Date.now),
    keysInUse: new Set(),
    late: createLate(),
    leaseShares: DEFAULT_SHARES,
    requestsWaitMs: WAITS_MS,
    permits: () => new Set(PERMISSIONS),
    upstreamTimeoutMs: DEADLINE_MS,
    now: Date.now,
    sleep: (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds)),
    newId: randomUUID,
  }
}

/** `list`: asks for one page on that service, differently for each number; `lists`: how many. */
export async function measureListUnderWrites(
  filled: Filled,
  list: (service: Service, number: number) => Promise<unknown>,
  lists: number,
): Promise<readonly Row[]> {
  const service = changing(filled)
  const limits = await measureLimits(`${filled.path}.limits`)
  const provider = service.providers.get(filled.place.provider) as Provider
  const running = new Set<Promise<unknown>>()
  let changes = 0
  const change = () => {
    changes += 1
    const id = filled.idOf((changes * 7_907) % filled.clients)
    const done = changeClient(service, {
      ref: { ...filled.place, id },
      provider,
      patch: parseMergePatch({ name: `Changed ${changes}` }),
      dryRun: false,
      actor: { subject: 'bench', issuer: 'https://issuer.example/' },
      requestId: 'bench',
      deadline: Date.now() + DEADLINE_MS,
    }).finally(() => running.delete(done))
    running.add(done)
  }
  const measured = async (count: number) => {
    const times: number[] = []
    for (let number = 0; number < count; number += 1) {
      const before = performance.now()
      await list(service, number)
      times.push(performance.now() - before)
      // Pages are asked for by people and scripts, not as fast as they are given.
      await new Promise((resume) => setTimeout(resume, 4))
    }
    return times
  }
  const alone = await measured(Math.ceil(lists / 4))
  const started = performance.now()
  const timer = setInterval(change, 1_000 / CHANGES_PER_SECOND)
  const times = await measured(lists)
  clearInterval(timer)
  const seconds = (performance.now() - started) / 1_000
  await Promise.all([...running, service.late.flush()])
  await limits.take()
  return [
    {
      section: SECTION,
      name: `${filled.clients} clients, ${CHANGES_PER_SECOND} changes a second: p99`,
      figure: percentile(times, 0.99),
      unit: 'ms',
      aim: P99_AIM_MS,
      limit: `${digits(percentile(alone, 0.99))} ms: the same pages without changes`,
      detail: `median ${digits(median(times))} ms; ${times.length} pages; ${digits(changes / seconds)} changes a second`,
    },
    ...(await limits.rows(SECTION)),
  ]
}
