/**
 * Who may use the control routes of an emulator: programs. They ask for no credentials and show secrets, so
 * they ask for what no page of another origin can send without being asked first (a preflight, Fetch
 * standard, "CORS-safelisted request-header"), and no emulator answers one with a permission.
 */

import type { BrowserRefusal } from '../net/browser.ts'
import type { EmulatorAnswer, EmulatorRequest } from './wire.ts'

/** Below it are the control routes. */
export const CONTROL_PATH = '/_emulator/'

/** The header that every call of a control route has; its value does not matter. */
const HEADER = 'X-Emulator-Control'

/** The answer to a request that a page may have had a browser send. */
export const refused = ({ status, error }: BrowserRefusal): EmulatorAnswer => ({
  status,
  body: { error },
})

/** Refuses a call of a control route that a form or an image could have been. */
export function controlRefusal({ headers, body }: EmulatorRequest): EmulatorAnswer | undefined {
  if (!headers[HEADER.toLowerCase()]) {
    return refused({
      status: 403,
      error: `A control route takes requests with the header ${HEADER}: 1, which no page of another origin can send.`,
    })
  }
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  if (body.length === 0 || type.trim().toLowerCase() === 'application/json') return undefined
  return { status: 415, body: { error: 'A control route takes Content-Type: application/json.' } }
}
