/**
 * Finds faults in a message that Node has parsed. For some of them, Node's own answers have
 * neither a body nor our headers; others Node accepts.
 */

import type { IncomingMessage } from 'node:http'
import { ClientError } from '../core/errors.ts'

/** What `Host` may contain (RFC 9110 section 7.2, RFC 3986 section 3.2.2): no user information, no path. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[0-9a-fA-F:.]+\])(?::\d*)?$/

/** The first fault; `undefined` if there is none. */
export function messageFault(incoming: IncomingMessage): ClientError | undefined {
  const { httpVersion, headers } = incoming
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    // RFC 9110 section 15.6.6
    return fault(505, 'This server speaks HTTP/1.1 and HTTP/1.0.')
  }
  const { 'transfer-encoding': coding, expect } = headers
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    // RFC 9112 section 6.1
    return fault(501, 'Transfer-Encoding must be chunked or absent.', 'Transfer-Encoding')
  }
  // RFC 9110 section 10.1.1; an HTTP/1.0 client cannot send it meaningfully.
  if (expect !== undefined && httpVersion === '1.1' && !isContinue(expect)) {
    return fault(417, 'Expect must be 100-continue or absent.', 'Expect')
  }
  return hostFault(incoming)
}

/** RFC 9112 section 3.2: exactly one Host with a valid value, except in HTTP/1.0. */
function hostFault({ rawHeaders, httpVersion }: IncomingMessage): ClientError | undefined {
  const hosts = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host',
  )
  const [host] = hosts
  if (hosts.length > 1) return fault(400, 'The request has more than one Host header.', 'Host')
  if (host === undefined) {
    return httpVersion === '1.1'
      ? fault(400, 'The request needs a Host header.', 'Host')
      : undefined
  }
  return HOST.test(host) ? undefined : fault(400, 'Host must be a name or an address.', 'Host')
}

/** Whether the client waits for `100 Continue` before it sends the body. */
export const isWaiting = ({ httpVersion, headers: { expect = '' } }: IncomingMessage): boolean =>
  httpVersion === '1.1' && isContinue(expect)

const isContinue = (expect: string) => expect.trim().toLowerCase() === '100-continue'

const fault = (status: number, says: string, field?: string) =>
  new ClientError('invalid_request', says, { status, ...(field === undefined ? {} : { field }) })
