/** The command `clientry`. */

import { runLine } from './run.ts'

// Node exits when nothing that it counts is pending, as between two attempts to connect.
const LONG_MS = 2 ** 30
const waiting = setInterval(() => {}, LONG_MS)

const code = await runLine(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  // A reader that stops, such as `head`, ends a command; a server keeps running.
  onClosed: () => process.exit(),
})
// A server that could not start has reported that itself.
process.exitCode ??= code
clearInterval(waiting)
