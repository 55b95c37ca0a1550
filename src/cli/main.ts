/** The command `clientry`. */

import { runLine } from './run.ts'

// Whoever reads no further, such as `head`, ends the program.
process.stdout.on('error', () => process.exit())

// Node ends a program that waits for nothing it counts, as between two attempts of a connection.
const LONG_MS = 2 ** 30
const waiting = setInterval(() => {}, LONG_MS)

process.exitCode = await runLine(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
})
clearInterval(waiting)
