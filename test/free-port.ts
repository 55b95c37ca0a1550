/** Ports for servers that cannot be asked to choose one themselves. */

import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * The system gives outgoing connections and listeners on port 0 the ports from 32768 up (49152 outside of Linux), also
 * between our look and the start of a server. No one is given these.
 */
const FIRST = 20_000
const COUNT = 12_000

/** One on which no one listens, and which the system gives to no one by itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
