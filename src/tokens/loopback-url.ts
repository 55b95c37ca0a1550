/** Addresses of this machine, the only ones to which anything goes without TLS. */

import { parseUrl } from '../core/uri/uri-reading.ts'

/** Whether a URL leads to this machine. */
export const isLoopbackUrl = (url: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(parseUrl(url)?.hostname ?? '')
