/**
 * Entity tags, `"<state>.<view>"`. The state is the client's, the same for all callers, and what `If-Match` is
 * about. The view is of the very answer: standing, times, and what its caller may see. Both make the tag
 * strong in the sense of RFC 9110 section 8.8.1.
 */

import { ClientError } from '../core/errors.ts'
import type { JsonObject } from '../core/json/json.ts'
import { stringifyJson } from '../core/json/json-text.ts'
import type { Native } from '../core/mapping/row.ts'
import type { ClientSnapshot, Standing } from '../service/base/request.ts'
import { readWarnings } from '../service/reading/read.ts'
import { clientBody } from './answer.ts'
import { ifNoneMatchOf } from './conditions.ts'
import type { Exchange } from './exchange.ts'
import type { Target } from './target.ts'

const VIEW_CHARACTERS = 16

/** The tag of an answer that shows a client in this state. Keyed, since what is shown may be secret. */
export function etagOf({ settings }: Exchange, state: string, body: JsonObject): string {
  const { fingerprints } = settings.service
  const view = fingerprints.ofText('view', stringifyJson(body)).slice(0, VIEW_CHARACTERS)
  return `"${state}.${view}"`
}

/** A client as `GET /clients/{clientId}` shows it, by which its tag is made wherever it is answered. */
export function readBody(
  { settings }: Exchange,
  { ref, provider, may }: Pick<Target, 'ref' | 'provider' | 'may'>,
  { native, standing }: { readonly native: Native; readonly standing: Standing | undefined },
): JsonObject {
  const { mapping } = provider
  const warnings = readWarnings(settings.service, mapping, native, standing)
  return clientBody(ref, mapping, native, { may, warnings, standing })
}

/**
 * The check of `If-None-Match` for a use case that writes (RFC 9110 section 13.1.2: 412, and nothing is done);
 * `shown`: what a `GET` of the same path would show.
 */
export function noneMatchCheck(
  exchange: Exchange,
  bodyOf: (snapshot: ClientSnapshot) => JsonObject,
): { readonly checkFound?: (snapshot: ClientSnapshot) => void } {
  const tags = ifNoneMatchOf(exchange.request)
  if (tags === undefined) return {}
  return {
    checkFound: (snapshot) => {
      if (!isAmong(tags, etagOf(exchange, snapshot.tag, bodyOf(snapshot)))) return
      throw new ClientError(
        'precondition_failed',
        'If-None-Match contains the present ETag of the client. Nothing was sent.',
        { field: 'If-None-Match' },
      )
    },
  }
}

/** Weak comparison, RFC 9110 section 13.1.2; `etag` as the header has it. */
export function isAmong(tags: readonly string[], etag: string): boolean {
  return tags.includes('*') || tags.includes(etag)
}
