/** The physical limits beside what was measured in the same run: one sync of this disk, one hop between threads. */

import { Worker } from 'node:worker_threads'
import { createYardsticks } from './machine.ts'
import { digits, type Row } from './report.ts'
import { median, percentile } from './statistics.ts'

const SYNCS_OF_ROUND = 40
const HOPS_OF_ROUND = 200
/** As much as an entry has. */
const CARRIED = 'x'.repeat(6_000)

export interface Limits {
  /** Takes both, some times. */
  take(): Promise<void>
  /** The rows; nothing more can be taken then. */
  rows(section: string): Promise<readonly Row[]>
}

/** `path`: a file on the disk that is measured. */
export async function measureLimits(path: string): Promise<Limits> {
  const disk = createYardsticks(path)
  const worker = new Worker(
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (one) => parentPort.postMessage(one))",
    { eval: true },
  )
  const hops: number[] = []
  const hop = () =>
    new Promise<void>((answered) => {
      worker.once('message', () => answered())
      worker.postMessage(CARRIED)
    })
  await hop()
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
      for (let done = 0; done < HOPS_OF_ROUND; done += 1) {
        const started = performance.now()
        await hop()
        hops.push(performance.now() - started)
      }
    },
    rows: async (section) => {
      disk.close()
      await worker.terminate()
      return [
        row(section, 'limit: one sync of this disk', disk.syncs),
        row(section, 'limit: one hop to a thread and back', hops),
      ]
    },
  }
}
