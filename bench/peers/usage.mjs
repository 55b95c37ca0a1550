/** Loaded into every measured program before its own code: reports at its end what it has used. */

import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const used = { cpuMs: (userCPUTime + systemCPUTime) / 1_000, memoryMb: maxRSS / 1_024 }
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(used))
})
