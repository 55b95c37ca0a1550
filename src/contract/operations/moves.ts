/** Operations on moves of redirect URIs. */

import { CHANGE_OF_CLIENT, type Operation, READ_OF_CLIENT } from './row.ts'

/** What comes of each depends on what the client has. */
const CHANGE_OF_MOVE = {
  ...CHANGE_OF_CLIENT,
  method: 'POST',
  page: 'move.md',
  permission: 'clients:write',
  also: ['clients:read'],
  answers: { 200: 'Moves' },
} as const

export const MOVE_OPERATIONS = {
  listMoves: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/move',
    summary: 'Lists the open moves of redirect URIs of a client.',
    page: 'move.md',
    answers: { 200: 'Moves', 304: 'nothing' },
  },
  /** The same again looks again, and answers once the provider accepts the new one or the time of a request is over. */
  moveRedirect: {
    ...CHANGE_OF_MOVE,
    path: '/clients/{clientId}/move',
    summary:
      'Registers a redirect URI beside the one that it replaces, and waits until the provider accepts it.',
    body: 'MoveRequest',
  },
  narrowMove: {
    ...CHANGE_OF_MOVE,
    path: '/clients/{clientId}/move/narrow',
    summary: 'Removes the old redirect URI of a move, once no code for it can be redeemed.',
    body: 'OpenMoveRequest',
  },
  endMove: {
    ...CHANGE_OF_MOVE,
    path: '/clients/{clientId}/move/end',
    summary: 'Ends a move by removing its new redirect URI.',
    body: 'OpenMoveRequest',
  },
} as const satisfies Readonly<Record<string, Operation>>
