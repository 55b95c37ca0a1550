/** Operations on the public keys of a client. */

import { CHANGE_OF_CLIENT, type Operation, READ_OF_CLIENT, WRITE_ERRORS } from './row.ts'

export const KEY_OPERATIONS = {
  listKeys: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/keys',
    summary: 'Lists the public keys of a client.',
    page: '#public-keys',
    answers: { 200: 'KeyList', 304: 'nothing' },
  },
  /** Beside those that are there, so that a client can go over to it without a pause. */
  addKey: {
    ...CHANGE_OF_CLIENT,
    method: 'POST',
    path: '/clients/{clientId}/keys',
    summary: 'Adds a public key to a client, beside those that it has.',
    page: '#public-keys',
    permission: 'keys:manage',
    body: 'NewKeyRequest',
    answers: { 200: 'KeyAddition' },
    plan: 'KeyPlan',
  },
  /** The last one by which the client can authenticate stays. */
  removeKey: {
    ...CHANGE_OF_CLIENT,
    method: 'DELETE',
    path: '/clients/{clientId}/keys/{kid}',
    summary: 'Removes a public key of a client.',
    page: '#public-keys',
    permission: 'keys:manage',
    answers: { 200: 'KeyRemoval' },
    plan: 'KeyPlan',
    errors: WRITE_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
