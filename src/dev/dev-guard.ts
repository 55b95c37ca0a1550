/**
 * Which requests the development server accepts. It has no TLS, its login accepts any name, and every
 * page that the developer has open knows its address.
 */

import type { IncomingMessage } from 'node:http'
import { type BrowserRefusal, hostRefusal, isVisit, pageRefusal } from '../net/browser.ts'
import { pathOf } from '../node/node-request.ts'

/** Pages with forms, which only their own forms may be sent to. */
const OWN_FORMS = ['/interaction/', '/session/end/confirm']

/** Builds the check; `openid`: the path below which the OpenID Provider is. */
export function createGuard(
  openid: string,
): (incoming: IncomingMessage) => BrowserRefusal | undefined {
  return (incoming) =>
    hostRefusal(incoming) ?? (isForAll(incoming, openid) ? undefined : pageRefusal(incoming))
}

/**
 * What pages of other origins may do: navigate to an address, as links and redirects do, and call the OpenID
 * Provider's endpoints, which check each client's own origins.
 */
function isForAll(incoming: IncomingMessage, openid: string): boolean {
  if (isVisit(incoming)) return true
  const path = pathOf(incoming)
  if (!path.startsWith(`${openid}/`)) return false
  const below = path.slice(openid.length).toLowerCase()
  return !OWN_FORMS.some((form) => `${below}/`.startsWith(form))
}
