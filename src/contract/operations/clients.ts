/** Operations on clients: found, read, changed, rolled back. */

import {
  CHANGE_OF_CLIENT,
  type Operation,
  PAGE,
  PLACE,
  PLACE_OF_CLIENT,
  READ_ERRORS,
  READ_OF_CLIENT,
} from './row.ts'

export const CLIENT_OPERATIONS = {
  /** The secrets of clients are never in a list. */
  listClients: {
    method: 'GET',
    path: '/clients',
    summary: 'Finds client applications.',
    page: '#finding-clients',
    permission: 'clients:read',
    query: [...PLACE, 'q', 'filter', 'fresh', ...PAGE],
    headers: [],
    answers: { 200: 'ClientPage' },
    answerHeaders: [],
    errors: READ_ERRORS,
  },
  /** A session of the console is shown the secret only where it is asked for. */
  getClient: {
    ...READ_OF_CLIENT,
    query: [...PLACE_OF_CLIENT, 'reveal'],
    path: '/clients/{clientId}',
    summary: 'Reads a client application.',
    answers: { 200: 'Client', 304: 'nothing' },
  },
  /**
   * A patch is sent as it is. A function gets the client and makes a patch: where the client has
   * changed meanwhile, it is read again and the function is called again.
   */
  updateClient: {
    ...CHANGE_OF_CLIENT,
    method: 'PATCH',
    path: '/clients/{clientId}',
    summary: 'Updates specific attributes of a client application.',
    permission: 'clients:write',
    body: 'ClientPatchRequest',
    answers: { 200: 'Client' },
  },
  rollbackClient: {
    ...CHANGE_OF_CLIENT,
    method: 'POST',
    path: '/clients/{clientId}/rollback',
    summary: 'Undoes the changes made through this API since a revision.',
    page: '#rollback',
    permission: 'clients:write',
    body: 'RollbackRequest',
    answers: { 200: 'Client' },
  },
} as const satisfies Readonly<Record<string, Operation>>
