/**
 * The cursor of a list: a position in the mirror, or a place in what a provider lists. The latter holds
 * the provider's own cursor, which no one else may write, so it is sealed.
 */

import { isClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Place } from '../../providers/call.ts'
import type { Service } from '../../service/base/service.ts'
import type { ListCursor } from '../../service/reading/list-request.ts'
import { badCursor, decoded, encoded } from './cursor.ts'

const SEALED_FOR = 'list cursor'

/** The text of a cursor. */
export function listCursorText({ seal }: Service, cursor: ListCursor): string {
  if (cursor.kind === 'mirror') return encoded(`mirror.${cursor.after}`)
  const sealed = seal.close(cursor as unknown as JsonObject, SEALED_FOR)
  return encoded(`live.${sealed}`)
}

/**
 * The way back from `listCursorText`.
 * @throws ClientError `invalid_field`, also for a place that is not among those that are listed
 */
export function listCursorOf(
  service: Service,
  places: readonly Place[],
  cursor: string | undefined,
): ListCursor | undefined {
  if (cursor === undefined) return undefined
  const [, kind, rest = ''] = /^(mirror|live)\.([\s\S]+)$/.exec(decoded(cursor)) ?? []
  if (kind === 'mirror' && service.store.mirror !== undefined && /^\d{1,16}$/.test(rest)) {
    return { kind, after: Number(rest) }
  }
  const livePlace = kind === 'live' ? opened(service, rest) : undefined
  const isKnownPlace = places.some(
    ({ provider, userPoolId }) =>
      provider === livePlace?.place.provider && userPoolId === livePlace.place.userPoolId,
  )
  if (livePlace === undefined || !isKnownPlace) throw badCursor()
  return livePlace
}

function opened({ seal }: Service, sealed: string) {
  try {
    return seal.open(sealed, SEALED_FOR) as unknown as Extract<ListCursor, { kind: 'live' }>
  } catch (error) {
    if (isClientError(error, 'internal')) return undefined
    throw error
  }
}
