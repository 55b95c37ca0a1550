/** Secrets are in the output of a command only where they were asked for. */

import { isRecord } from '../core/json.ts'
import type { Values } from './options.ts'

/** The same body; a secret in it, or in the client within it, only with `--show-secret`. */
export function withoutSecrets<Body>(body: Body, options: Values): Body {
  if (options['show-secret'] === true || !isRecord(body)) return body
  const { client } = body
  const inner = isRecord(client) ? { client: withoutSecrets(client, options) } : {}
  const own = typeof body.secret === 'string' ? { secret: null, secretRedacted: true } : {}
  return { ...body, ...inner, ...own } as Body
}
