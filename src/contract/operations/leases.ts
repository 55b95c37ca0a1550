/** Operations on leases. */

import { CHANGE_OF_CLIENT, type Operation, READ_OF_CLIENT, WRITE, WRITE_ERRORS } from './row.ts'

export const LEASE_OPERATIONS = {
  listValues: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/values',
    summary: 'Lists the values of the lists of a client, with who manages or leases each.',
    page: 'files.md#managers',
    answers: { 200: 'Values', 304: 'nothing' },
  },
  putValues: {
    ...CHANGE_OF_CLIENT,
    method: 'PUT',
    path: '/clients/{clientId}/values',
    summary: 'States which values of lists are whose, and removes what no one has any more.',
    page: 'files.md#managers',
    permission: 'clients:write',
    body: 'ValuesRequest',
    answers: { 200: 'Client' },
  },
  listLeases: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/leases',
    summary: 'Lists the leases on values of a client, of all owners.',
    page: 'leases.md',
    answers: { 200: 'Leases', 304: 'nothing' },
  },
  putLease: {
    ...CHANGE_OF_CLIENT,
    method: 'PUT',
    path: '/clients/{clientId}/leases',
    summary: 'Adds a value to a list for a limited time, or renews that lease.',
    page: 'leases.md',
    permission: 'leases:write',
    query: WRITE,
    body: 'LeaseRequest',
    answers: { 200: 'Leases' },
  },
  /** Ends the leases of an owner: all of them, or those on one list, or the one on one value. */
  endLeases: {
    ...CHANGE_OF_CLIENT,
    method: 'DELETE',
    path: '/clients/{clientId}/leases',
    summary: 'Ends leases of an owner, and removes the values that no one else has leased.',
    page: 'leases.md',
    permission: 'leases:write',
    query: [...WRITE, 'owner', 'field', 'value'],
    required: ['owner'],
    answers: { 200: 'Leases' },
    errors: WRITE_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
