/** The command `clientry`. */

import { runLine } from './run.ts'

// Node ends a program that waits for nothing it counts, as between two attempts of a connection.
const LONG_MS = 2 ** 30
const waiting = setInterval(() => {}, LONG_MS)

const code = await runLine(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  // Whoever reads no further, such as `head`, ends a command; a server goes on.
  onClosed: () => process.exit(),
})
// A server that could not start has said so itself.
process.exitCode ??= code
clearInterval(waiting)
