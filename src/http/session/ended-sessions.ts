/**
 * Sessions that were signed out of, so that no copy of their cookie is of use, at whichever instance. All instances of a store share one
 * note. A session that was ended cannot be renewed, so it is kept there no longer than a copy of it could still be fresh.
 */

import { createHash } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import type { Service } from '../../service/base/service.ts'
import { IDLE_MS } from './stored-session.ts'

/** Beyond the time after which a copy is idle: clocks of instances differ, and a renewal can be under way (milliseconds). */
const MARGIN_MS = 5 * 60_000
const NAME = 'ended console sessions'
/** Of attempts to write it while others do. */
const ATTEMPTS = 20

type Notes = Service['store']['notes']

/** By the digest of each, when it can be forgotten (epoch milliseconds). */
type Ended = Readonly<Record<string, number>>

/** What is known in this process; all there is where no other instance can reach the store. */
export type EndedHere = Map<string, number>

/** No session can be opened by what is kept of it. */
const digestOf = (id: string): string =>
  createHash('sha256').update(`clientry ended session ${id}`).digest('base64url')

/**
 * Whether a session was signed out of.
 * @throws ClientError `store_unavailable`
 */
export async function isEnded(id: string, here: EndedHere, notes: Notes): Promise<boolean> {
  const digest = digestOf(id)
  if (here.has(digest)) return true
  const ended = endedIn((await notes?.read(NAME))?.text)
  return Object.hasOwn(ended, digest)
}

/**
 * Ends a session for all instances.
 * @throws ClientError `store_unavailable`
 */
export async function end(
  id: string,
  now: number,
  { here, notes }: { readonly here: EndedHere; readonly notes: Notes },
): Promise<void> {
  const digest = digestOf(id)
  for (const [other, until] of here) if (until <= now) here.delete(other)
  here.set(digest, now + IDLE_MS + MARGIN_MS)
  if (notes === undefined) return
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { text } = await notes.read(NAME)
    const others = Object.entries(endedIn(text)).filter(([, until]) => until > now)
    const next: Ended = { ...Object.fromEntries(others), [digest]: now + IDLE_MS + MARGIN_MS }
    if (await notes.replace(NAME, JSON.stringify(next), text)) return
  }
  const says = 'The sign-out cannot be recorded at the moment. Sign out once more.'
  throw new ClientError('store_unavailable', says, { retryAfter: 1 })
}

const endedIn = (text: string | undefined): Ended =>
  text === undefined ? {} : (JSON.parse(text) as Ended)
