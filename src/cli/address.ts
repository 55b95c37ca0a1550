/** How a client is named on the command line: `ID`, `PROVIDER/ID` or `PROVIDER/POOL/ID`. */

import type { ClientAddress } from '../sdk/types.ts'
import { UsageError } from './exit.ts'
import type { Values } from './options.ts'

/**
 * Parses a name; the options supply what it leaves out.
 * @throws UsageError
 */
export function addressOf(word: string, { provider, pool }: Values): ClientAddress {
  const parts = word.split('/')
  const id = parts.at(-1) ?? ''
  if (parts.length > 3 || parts.includes('')) {
    throw new UsageError('Name the client as ID, PROVIDER/ID or PROVIDER/POOL/ID.')
  }
  const [inProvider, inPool] = parts.slice(0, -1)
  if (inProvider === undefined) return { id, provider, userPoolId: pool }
  if (provider !== undefined || pool !== undefined) {
    throw new UsageError('Give the provider only once: before the id, or with --provider.')
  }
  return { id, provider: inProvider, userPoolId: inPool }
}
