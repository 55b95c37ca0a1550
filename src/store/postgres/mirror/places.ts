/** The places and the names of the mirror on PostgreSQL, as its tables have them. */

import type { Place } from '../../mirror.ts'
import type { ClientName } from '../../resource.ts'
import type { Row, Session } from '../connections.ts'
import { digestOf } from '../digests.ts'

/** Clients that a place can ever have had: a row is the place's number and the client's number in it. */
export const ROWS_OF_PLACE = 2 ** 32

/** A place as a text, of which there is one for each. */
export const placeText = ({ provider, userPoolId }: Place): string =>
  JSON.stringify([provider, userPoolId ?? null])

/** What a client is found by in its place. */
export const clientKey = ({ id }: Pick<ClientName, 'id'>): Buffer => digestOf(JSON.stringify(id))

/** An id as a text of PostgreSQL, which has no character 0 and no half of a pair. */
export const idText = (id: string): string => JSON.stringify(id)
export const idOf = (text: unknown): string => JSON.parse(String(text)) as string

/** A text that is searched, or searched for. */
export const searchable = (text: string): string =>
  Buffer.from(text).toString().replaceAll('\u0000', '\ufffd')

export const nameAt = ({ provider, userPoolId }: Place, id: unknown): ClientName => ({
  provider,
  ...(userPoolId === undefined ? {} : { userPoolId }),
  id: idOf(id),
})

const STATEMENTS = {
  place: { name: 'mirror-place', text: 'select * from mirror_places where place = $1' },
  lockPlace: {
    name: 'mirror-lock-place',
    text: 'select * from mirror_places where place = $1 for update',
  },
  addPlace: {
    name: 'mirror-add-place',
    text: 'insert into mirror_places (place) values ($1) on conflict do nothing',
  },
} as const

/** The row of a place; `undefined` where nothing was ever kept of it. */
export async function placeRow({ run }: Session, place: Place): Promise<Row | undefined> {
  return (await run(STATEMENTS.place, [placeText(place)]))[0]
}

/** The row of a place, which no one else changes until this transaction ends. */
export async function lockedPlace({ run }: Session, place: Place): Promise<Row | undefined> {
  return (await run(STATEMENTS.lockPlace, [placeText(place)]))[0]
}

/** The number of a place, which it gets here at the latest. */
export async function placeNumber(session: Session, place: Place): Promise<number> {
  const before = await placeRow(session, place)
  if (before !== undefined) return Number(before.number)
  await session.run(STATEMENTS.addPlace, [placeText(place)])
  return Number((await placeRow(session, place))?.number)
}
