/** URLs to which tokens travel. */

import { parseUrl } from '../../core/uri/uri-reading.ts'
import { UsageError } from '../exit.ts'

/** Whether a URL leads to this very machine. */
export const isLoopback = (url: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(parseUrl(url)?.hostname ?? '')

/**
 * The URL of a server as it was given.
 * @throws UsageError where it is none, or neither TLS nor this machine
 */
export function checkedUrl(text: string): string {
  const url = parseUrl(text)
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new UsageError(`${text} is no URL of a server.`)
  }
  if (url.protocol === 'https:' || isLoopback(text)) return text
  throw new UsageError(
    'The URL of the server must be https (http is for this machine itself only).',
  )
}
