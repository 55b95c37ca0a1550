/**
 * The physical limits beside what was measured in the same run: one sync of this disk, one hop between threads, one HTTP
 * request over loopback.
 */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Pool } from 'undici'
import { createYardsticks } from './machine.ts'
import { digits, type Row } from './report.ts'
import { median, percentile } from './statistics.ts'

const SYNCS_OF_ROUND = 40
const HOPS_OF_ROUND = 200
/** As much as an entry has. */
const CARRIED = 'x'.repeat(6_000)

export interface Limits {
  /** Takes all, some times. */
  take(): Promise<void>
  /** Milliseconds of one, so far. */
  medians(): { readonly sync: number; readonly hop: number; readonly request: number }
  /** The rows; nothing more can be taken then. */
  rows(section: string): Promise<readonly Row[]>
}

/** Answers each message, and each request, from a thread of its own. */
const THREAD = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', (one) => parentPort.postMessage(one))
const server = require('node:http').createServer((request, response) => {
  request.resume().once('end', () => response.end(${JSON.stringify(CARRIED)}))
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

/** `path`: a file on the disk that is measured. */
export async function measureLimits(path: string): Promise<Limits> {
  const disk = createYardsticks(path)
  const worker = new Worker(THREAD, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const pool = new Pool(`http://127.0.0.1:${port}`)
  const [hops, requests]: [number[], number[]] = [[], []]
  const hop = async () => {
    worker.postMessage(CARRIED)
    await once(worker, 'message')
  }
  const request = async () => {
    const { body } = await pool.request({ method: 'POST', path: '/', body: CARRIED })
    await body.text()
  }
  const repeated = async (work: () => Promise<void>, times: number[]) => {
    for (let done = 0; done < HOPS_OF_ROUND; done += 1) {
      const started = performance.now()
      await work()
      times.push(performance.now() - started)
    }
  }
  await hop()
  await request()
  const row = (section: string, name: string, times: readonly number[]): Row => ({
    section,
    name,
    figure: median(times),
    unit: 'ms',
    detail: `p99 ${digits(percentile(times, 0.99))} ms`,
  })
  return {
    take: async () => {
      for (let done = 0; done < SYNCS_OF_ROUND; done += 1) disk.take(true)
      await repeated(hop, hops)
      await repeated(request, requests)
    },
    medians: () => ({
      sync: median(disk.syncs),
      hop: median(hops),
      request: median(requests),
    }),
    rows: async (section) => {
      disk.close()
      await pool.close()
      await worker.terminate()
      return [
        row(section, 'limit: one sync of this disk', disk.syncs),
        row(section, 'limit: one hop to a thread and back', hops),
        row(section, 'limit: one HTTP request over loopback', requests),
      ]
    },
  }
}
