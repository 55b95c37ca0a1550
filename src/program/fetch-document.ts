/** What issuers publish, fetched from their own addresses. */

import type { FetchDocument } from '../http/auth/keys/published.ts'
import { exchange } from '../net/exchange.ts'

/** Fetches a document; a redirect is an answer like any other, and is not followed. */
export const fetchDocument: FetchDocument = (url, deadline) =>
  exchange({ method: 'GET', url, headers: {} }, deadline - Date.now(), { sent: false })
