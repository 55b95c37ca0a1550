/** `GET /healthz` and `GET /readyz`. */

import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'

/** The process runs and answers. */
export function getHealth(): Answer {
  return { status: 200, body: { status: 'ok' } }
}

/**
 * The store takes writes.
 * @throws ClientError `store_unavailable`
 */
export async function getReadiness({ settings }: Exchange): Promise<Answer> {
  await settings.service.store.check()
  return { status: 200, body: { status: 'ready' } }
}
