/**
 * What a store records of itself: the layout of its data, who may use that, and whether it is closed. A layout is a
 * number that goes up with each migration. `readers` is the oldest layout whose programs may use the store as it is, so
 * that the servers of two versions work side by side while the one replaces the other.
 */

import { ClientError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'

export interface Layout {
  /** 0: there is nothing yet, or nothing that says so. */
  readonly version: number
  readonly readers: number
  /** The version of the program that brought it here; absent: one from before this was recorded. */
  readonly program?: string
  readonly closed?: Closed
}

/** A store that no server may write to, and why. */
export interface Closed {
  /** `copied`: its history goes on in another store. `filling`: it is being made of another store. */
  readonly why: 'copied' | 'filling'
  /** The id of the other store. */
  readonly store: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** What a program reads: layouts from the oldest that it can bring up to date, to its own. */
export interface Readable {
  readonly oldest: number
  readonly current: number
}

/** @throws ClientError `store_unavailable` if this program cannot use a store of that layout */
export function checkLayout(place: string, layout: Layout, { oldest, current }: Readable): void {
  const { version, readers, program } = layout
  if (readers > current) throw newer(place, layout, current)
  if (version === 0 || version >= oldest) return
  throw refused(
    `${place} has layout ${version}, made by ${nameOf(program)}; Clientry ${VERSION} reads layouts from ${oldest} on. Name a new place for the store, or use the version that made it.`,
  )
}

/**
 * Whether servers may work on it.
 * @throws ClientError `store_unavailable` if it is closed
 */
export function checkOpen(place: string, { closed }: Layout): void {
  if (closed !== undefined) throw refused(closedSentence(place, closed))
}

/** Why a store is closed, and what to do. */
export function closedSentence(place: string, { why, store, at }: Closed): string {
  const since = new Date(at).toISOString()
  if (why === 'copied')
    return `${place} is read-only: since ${since} it is copied to the store ${store}. Use that one. To use this one again, run \`clientry store reopen\`.`
  return `${place} is not complete: since ${since} the store ${store} is copied to it. Run \`clientry store copy\` again, which goes on where it was.`
}

/** Begins what a database says of a closed store when something is written to it. */
const MARK = 'CLIENTRY CLOSED '

/** What a database is to say. Callers see it, so it names no place. */
export const closedMessage = (closed: Closed) =>
  MARK + closedSentence('The store of this server', closed)

/** The same to a server that runs and is too old for the store as it is now. */
export const outdatedMessage = ({ version, program }: Layout) =>
  `${MARK}The store of this server has layout ${version} since Clientry ${program} was started on it, and this server is of a version that cannot use that. Nothing was changed. Stop it, and start Clientry ${program} in its place.`

/** That sentence, in a failure of the database. */
export function closedIn(cause: unknown): string | undefined {
  const { message } = cause instanceof Error ? cause : { message: '' }
  const at = message.indexOf(MARK)
  return at < 0 ? undefined : message.slice(at + MARK.length)
}

function newer(place: string, { version, program }: Layout, current: number): ClientError {
  const isSame = program === VERSION
  const made = isSame ? `a later build of Clientry ${VERSION}` : nameOf(program)
  const next = isSame ? 'Use that build' : `Use ${nameOf(program)} or newer`
  return refused(
    `${place} has layout ${version}, made by ${made}; this is Clientry ${VERSION}, which reads layouts up to ${current}. ${next}, or restore the backup from before the upgrade in another place.`,
  )
}

const nameOf = (program: string | undefined) =>
  program === undefined ? 'another version of Clientry' : `Clientry ${program}`

const refused = (says: string) => new ClientError('store_unavailable', says)
