/**
 * How what a read and a change of one name cost grows with the members of a record. Measured by the processor time of the
 * server, which does not grow with what else the machine does.
 */

import { request } from 'undici'
import type { Built } from './built.ts'
import { cpuOf } from './lanes.ts'
import { clientOf, REGISTRATION_TOKEN } from './registration.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import { startClientry, type Upstream } from './upstream.ts'

const SECTION = 'one large record'
const SIZES = [500, 1_000, 2_000, 4_000, 8_000, 10_000]
/**
 * Members to compare, and what the time of the more may be of that of the fewer: linear, and a half more. V8 is slow
 * with objects of nearly 1,020 members, beyond which they become hash tables, so that both sides of it are compared.
 */
const PAIRS = [
  [1_000, 8_000, 12],
  [2_000, 8_000, 6],
] as const
/** The time for which others may wait for a change of the largest. */
const BLOCK_AIM_MS = 200
/** Requests before anything is measured, so that the code is compiled by then. */
const WARM_UP = 40
const WARM_UP_MEMBERS = 300

/** Medians of one size in milliseconds. */
interface Cost {
  readonly cpu: number
  /** The longest stretch without a turn of the event loop. */
  readonly block: number
}

type Method = 'GET' | 'PATCH'

/** Reads and changes records of each size `tries` times. */
export async function measureGrowth(
  built: Built,
  upstream: Upstream,
  tries: number,
): Promise<readonly Row[]> {
  const server = await startClientry(built, upstream, 'rfc7592', built.file('growth.db'))
  const { running, url } = server
  let count = 0
  const send = async (method: Method | 'PUT', path: string, body?: object) => {
    const answer = await request(`${url}/clients/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${upstream.subject.token}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`${method} ${path}: ${text.slice(0, 300)}`)
  }
  const ask = async (method: Method, id: string) => {
    count += 1
    await (method === 'GET'
      ? send(method, id)
      : send(method, id, { client: { name: `Name ${count}` } }))
  }
  const adopted = async (members: number) => {
    const id = clientOf(members)
    await send('PUT', `${id}/registration`, { registrationAccessToken: REGISTRATION_TOKEN })
    return id
  }
  const costOf = async (method: Method, id: string): Promise<Cost> => {
    const costs: Cost[] = []
    for (let done = 0; done < tries; done += 1) {
      const before = await cpuOf(server)
      await running.ask('block')
      await ask(method, id)
      costs.push({
        cpu: (await cpuOf(server)) - before,
        block: await running.ask<number>('block'),
      })
    }
    return {
      cpu: median(costs.map(({ cpu }) => cpu)),
      block: median(costs.map(({ block }) => block)),
    }
  }
  const warm = await adopted(WARM_UP_MEMBERS)
  for (let done = 0; done < WARM_UP; done += 1) await ask(done % 2 === 0 ? 'GET' : 'PATCH', warm)
  const costs: Record<Method, Cost[]> = { GET: [], PATCH: [] }
  for (const members of SIZES) {
    const id = await adopted(members)
    for (const method of ['GET', 'PATCH'] as const) costs[method].push(await costOf(method, id))
  }
  await running.stop()
  return (['GET', 'PATCH'] as const).flatMap((method) => rowsOf(method, costs[method]))
}

function rowsOf(method: Method, costs: readonly Cost[]): readonly Row[] {
  const cpuAt = (members: number) => costs[SIZES.indexOf(members)]?.cpu ?? Number.NaN
  const listed = (of: (cost: Cost) => number) =>
    SIZES.map((members, index) => {
      const cost = costs[index]
      return `${members}: ${cost === undefined ? '' : digits(of(cost))}`
    }).join(', ')
  return [
    ...PAIRS.map(
      ([fewer, more, aim]): Row => ({
        section: SECTION,
        name: `${method}, ${more} members / ${fewer}, CPU`,
        figure: cpuAt(more) / cpuAt(fewer),
        unit: 'x',
        aim,
        detail: `ms by members: ${listed(({ cpu }) => cpu)}`,
      }),
    ),
    {
      section: SECTION,
      name: `${method}, ${SIZES.at(-1)} members, longest processor time at a stretch`,
      figure: costs.at(-1)?.block ?? Number.NaN,
      unit: 'ms',
      aim: BLOCK_AIM_MS,
      detail: `ms by members: ${listed(({ block }) => block)}`,
    },
  ]
}
