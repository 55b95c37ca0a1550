/** How a client is named on the command line: `ID`, `PROVIDER/ID` or `PROVIDER/POOL/ID`. */

import type { ClientAddress } from '../sdk/types.ts'
import { UsageError } from './exit.ts'
import type { Values } from './options.ts'

/** An id that is a URL has slashes of its own; `PROVIDER/` or `PROVIDER/POOL/` may be before it. */
const WITH_URL = /^((?:[^/]+\/){0,2}?)(https?:\/\/.*)$/s

/**
 * Parses a name; the options supply what it leaves out. Beside `--provider` all of it is the id, whatever is in it.
 * @throws UsageError
 */
export function addressOf(word: string, { provider, pool }: Values): ClientAddress {
  const [, before = '', url] = WITH_URL.exec(word) ?? []
  const parts = url === undefined ? word.split('/') : [...before.split('/').slice(0, -1), url]
  const id = parts.at(-1) ?? ''
  const [inProvider, inPool] = parts.slice(0, -1)
  if (inProvider === undefined && id !== '') return { id, provider, userPoolId: pool }
  if (provider !== undefined && inProvider !== provider && word !== '') {
    return { id: word, provider, userPoolId: pool }
  }
  if (parts.length > 3 || parts.includes('')) {
    throw new UsageError(
      'Name the client as ID, PROVIDER/ID or PROVIDER/POOL/ID. Where the id itself has slashes and is no URL, give --provider.',
    )
  }
  if (provider !== undefined || pool !== undefined) {
    throw new UsageError('Give the provider only once: before the id, or with --provider.')
  }
  return { id, provider: inProvider, userPoolId: inPool }
}
