/** Operations on the life of a client: made, copied, adopted, removed. */

import { BODY_ERRORS, CHANGE_OF_CLIENT, type Operation, PLACE, WRITE, WRITE_ERRORS } from './row.ts'

/** What makes a client answers where it is. */
const MADE = ['ETag', 'Location', 'Operation-Id', 'Idempotent-Replayed'] as const

export const LIFE_OPERATIONS = {
  createClient: {
    method: 'POST',
    path: '/clients',
    summary: 'Creates a client application.',
    page: '#making-a-client',
    permission: 'clients:write',
    query: [...PLACE, 'dryRun'],
    headers: ['Idempotency-Key'],
    body: 'CreationRequest',
    answers: { 201: 'Client' },
    plan: 'Plan',
    answerHeaders: MADE,
    errors: BODY_ERRORS,
  },
  deleteClient: {
    ...CHANGE_OF_CLIENT,
    method: 'DELETE',
    path: '/clients/{clientId}',
    summary: 'Removes a client application for good.',
    page: '#removing-a-client',
    permission: 'clients:delete',
    answers: { 200: 'Removal' },
    plan: 'RemovalPlan',
    answerHeaders: ['Operation-Id', 'Idempotent-Replayed'],
    errors: [...WRITE_ERRORS, 428],
  },
  /** The client as its options name it is copied to where the request says. */
  copyClient: {
    method: 'POST',
    path: '/clients/{clientId}/copy',
    summary: 'Copies a client to another place, or recreates a removed one.',
    page: '#copying-a-client',
    permission: 'clients:write',
    atSource: 'clients:read',
    query: WRITE,
    headers: ['If-Match', 'Idempotency-Key'],
    body: 'CopyRequest',
    answers: { 201: 'Copy' },
    plan: 'CopyPlan',
    answerHeaders: MADE,
    errors: BODY_ERRORS,
  },
  /** A client that is there is refused, so that a request without a key cannot do it twice. */
  restoreClient: {
    method: 'POST',
    path: '/clients/{clientId}/restore',
    summary: 'Brings a removed client back with its id and secret, where its provider can.',
    page: '#restoring-a-removed-client',
    permission: 'clients:write',
    also: ['history:read'],
    query: WRITE,
    headers: ['Idempotency-Key'],
    answers: { 200: 'Restoration' },
    plan: 'RestorationPlan',
    answerHeaders: ['ETag', 'Operation-Id', 'Idempotent-Replayed'],
    errors: WRITE_ERRORS,
  },
  /** Takes in a client that was registered elsewhere; the same adoption again changes nothing. */
  adoptClient: {
    method: 'PUT',
    path: '/clients/{clientId}/registration',
    summary:
      'Adopts a client that was made elsewhere, with its registration access token if it has one.',
    page: '#adopting-a-client',
    permission: 'clients:write',
    query: WRITE,
    headers: ['Idempotency-Key'],
    body: 'AdoptionRequest',
    bodyOptional: true,
    answers: { 200: 'Client' },
    plan: 'Plan',
    answerHeaders: ['ETag', 'Operation-Id', 'Idempotent-Replayed'],
    errors: BODY_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
