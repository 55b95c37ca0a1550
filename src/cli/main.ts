/** The command `clientry`. */

import { runLine } from './run.ts'

// Whoever reads no further, such as `head`, ends the program.
process.stdout.on('error', () => process.exit())

process.exitCode = await runLine(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
})
