/** URLs that tokens are sent to. */

import { parseUrl } from '../../core/uri/uri-reading.ts'
import { isLoopbackUrl } from '../../tokens/loopback-url.ts'
import { UsageError } from '../exit.ts'

/**
 * The URL of a server, checked and returned as given.
 * @throws UsageError if it is not a URL, or is neither TLS nor this machine
 */
export function checkedUrl(text: string): string {
  const url = parseUrl(text)
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new UsageError(`${text} is not the URL of a server.`)
  }
  if (url.protocol === 'https:' || isLoopbackUrl(text)) return text
  throw new UsageError(
    'The URL of the server must be https; http is allowed only for this machine.',
  )
}
