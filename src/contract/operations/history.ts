/** Operations on the history. */

import { LIST_ERRORS, type Operation, PAGE, PLACE_OF_CLIENT, READ_ERRORS } from './row.ts'

export const HISTORY_OPERATIONS = {
  getClientHistory: {
    method: 'GET',
    path: '/clients/{clientId}/history',
    summary: 'Lists the changes of a client, newest first.',
    page: '#history',
    permission: 'history:read',
    query: [...PLACE_OF_CLIENT, ...PAGE],
    headers: [],
    answers: { 200: 'HistoryPage' },
    answerHeaders: [],
    errors: READ_ERRORS,
  },
  searchHistory: {
    method: 'GET',
    path: '/history',
    summary: 'Lists the changes of all clients, newest first.',
    page: '#history',
    permission: 'history:read',
    query: ['provider', 'actor', 'actorIssuer', 'outcome', 'from', 'to', ...PAGE],
    headers: [],
    answers: { 200: 'HistoryPage' },
    answerHeaders: [],
    errors: LIST_ERRORS,
  },
  /** Of 30 days where no others are asked for, and of 366 at most. */
  getHistoryCounts: {
    method: 'GET',
    path: '/history/counts',
    summary: 'Counts the changes of all clients by day and outcome.',
    page: '#history',
    permission: 'history:read',
    query: ['provider', 'from', 'to'],
    headers: [],
    answers: { 200: 'HistoryCounts' },
    answerHeaders: [],
    errors: LIST_ERRORS,
  },
  getOperation: {
    method: 'GET',
    path: '/operations/{operationId}',
    summary: 'Shows the outcome of a change.',
    permission: 'clients:read',
    alternative: 'history:read',
    query: [],
    headers: [],
    answers: { 200: 'HistoryItem' },
    answerHeaders: [],
    errors: READ_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
