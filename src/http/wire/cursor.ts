/**
 * Pages: how many items, and where the next one begins. A cursor is a text of ours that comes back from
 * a caller: it is read strictly, since a store uses what is in it.
 */

import { ClientError } from '../../core/errors.ts'
import type { ResultPlace } from '../../service/jobs/read.ts'
import type { Place } from '../../service/reading/history.ts'

const DEFAULT_LIMIT = 20

/** Items of one page; the query parameter has been matched against its pattern. */
export const pageLimit = (limit: string | undefined) =>
  limit === undefined ? DEFAULT_LIMIT : Number(limit)

/** The text of a place in the history across clients. */
export const placeText = ({ at, mark }: Place) => encoded(`${at}.${mark}`)

/**
 * The way back from `placeText`.
 * @throws ClientError `invalid_field`
 */
export function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const [, at, mark] = /^(\d{1,15})\.([0-9a-f:]{1,100})$/.exec(decoded(cursor)) ?? []
  if (at === undefined || mark === undefined) throw badCursor()
  return { at: Number(at), mark }
}

/** The text of a revision in the history of one client. */
export const revisionText = (revision: number) => encoded(`revision.${revision}`)

/**
 * The way back from `revisionText`.
 * @throws ClientError `invalid_field`
 */
export function revisionOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  const [, revision] = /^revision\.(\d{1,15})$/.exec(decoded(cursor)) ?? []
  if (revision === undefined) throw badCursor()
  return Number(revision)
}

/** The text of a place between the results of a job. */
export const resultPlaceText = ({ seq, index }: ResultPlace) => encoded(`result.${seq}.${index}`)

/**
 * The way back from `resultPlaceText`.
 * @throws ClientError `invalid_field`
 */
export function resultPlaceOf(cursor: string | undefined): ResultPlace | undefined {
  if (cursor === undefined) return undefined
  const [, seq, index] = /^result\.(\d{1,12})\.(\d{1,4})$/.exec(decoded(cursor)) ?? []
  if (seq === undefined || index === undefined) throw badCursor()
  return { seq: Number(seq), index: Number(index) }
}

/** A text in the characters of a cursor. */
export const encoded = (text: string) => Buffer.from(text).toString('base64url')
export const decoded = (text: string) => Buffer.from(text, 'base64url').toString()

/** The one answer to a cursor that is not ours. */
export const badCursor = () =>
  new ClientError('invalid_field', 'cursor must be the "next" of the previous page, unchanged.', {
    field: 'cursor',
  })
