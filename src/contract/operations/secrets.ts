/** Operations on the secrets of a client. */

import { CHANGE_OF_CLIENT, type Operation, READ_OF_CLIENT, WRITE_ERRORS, WRITE_OWN } from './row.ts'

export const SECRET_OPERATIONS = {
  /** Its key is the same over all repetitions, so a lost answer does not lose the value. */
  rotateSecret: {
    ...CHANGE_OF_CLIENT,
    method: 'POST',
    path: '/clients/{clientId}/rotate-secret',
    summary: 'Gives a client a new secret and shows it, only this once.',
    page: '#secrets',
    permission: 'secrets:rotate',
    body: 'RotationRequest',
    answers: { 200: 'Rotation' },
    plan: 'RotationPlan',
  },
  listSecrets: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/secrets',
    summary: 'Lists the live secrets of a client with their ages, never their values.',
    page: '#secrets',
    answers: { 200: 'SecretList', 304: 'nothing' },
  },
  /** Ends it now, or by itself `afterSeconds` from now. */
  retireSecret: {
    ...CHANGE_OF_CLIENT,
    method: 'DELETE',
    path: '/clients/{clientId}/secrets/{secretId}',
    summary: 'Retires one of several live secrets of a client, now or later.',
    page: '#secrets',
    permission: 'secrets:rotate',
    query: [...WRITE_OWN, 'afterSeconds'],
    answers: { 200: 'Retirement' },
    plan: 'RetirementPlan',
    errors: WRITE_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
