/**
 * Runs a suite, and each test file that fails in it once more, alone: `node scripts/run.mjs scripts/once-more.ts npm test`. Ends with 0
 * where each file has passed, at the first or the second time, and with 1 elsewhere.
 */

import { spawn } from 'node:child_process'
import { endsWell, passes } from './once-more/passes.ts'

const [program, ...words] = process.argv.slice(2)
if (program === undefined) {
  process.stderr.write('Name the command of the suite, such as npm test.\n')
  process.exit(1)
}
// npm hands on only what stands behind it.
const before = program === 'npm' ? ['--'] : []
const passed = await passes([program, ...words].join(' '), (more, variables) => {
  const env = { ...process.env, ...variables }
  return endsWell(spawn(program, [...words, ...before, ...more], { stdio: 'inherit', env }))
})
process.exitCode = passed ? 0 : 1
