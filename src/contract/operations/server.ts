/** Operations on the server itself. */

import { CALLER_ERRORS, type Operation, PUBLIC_ERRORS, READ_ERRORS } from './row.ts'

const READ = { method: 'GET', query: [], headers: [], answerHeaders: [] } as const
const PUBLIC = { ...READ, permission: 'public', errors: PUBLIC_ERRORS } as const

export const SERVER_OPERATIONS = {
  /** A browser gets a page. */
  getIndex: {
    ...PUBLIC,
    path: '/',
    summary: 'Lists the entry points as JSON; a browser gets the console, or a page.',
    answers: { 200: 'Index' },
    page: '#for-browsers',
  },
  getDocs: {
    ...PUBLIC,
    path: '/docs',
    summary: 'The reference of this API as a page.',
    answers: { 200: 'Page' },
    mediaType: 'text/html',
    page: '#for-browsers',
  },
  getOpenapi: {
    ...PUBLIC,
    path: '/openapi.json',
    summary: 'This description of the API.',
    answers: { 200: 'Document' },
  },
  getHealth: {
    ...PUBLIC,
    path: '/healthz',
    summary: 'Shows that the process is running.',
    answers: { 200: 'Status' },
  },
  getReadiness: {
    ...PUBLIC,
    path: '/readyz',
    summary:
      'Shows whether changes can be made: the history can be written, and tokens can be checked.',
    answers: { 200: 'Status' },
  },
  /** RFC 9728, with a list of the issuers beside it. */
  getResourceMetadata: {
    ...PUBLIC,
    path: '/.well-known/oauth-protected-resource',
    summary: 'Shows where tokens for this API come from, and the scopes that they can have.',
    answers: { 200: 'ResourceMetadata' },
    page: '#who-calls',
  },
  /** What the caller may do at each provider, and which scopes grant the rest. */
  getCaller: {
    ...READ,
    path: '/whoami',
    summary: 'Shows who calls, what they may do at each provider, and which scopes grant the rest.',
    permission: 'token',
    answers: { 200: 'Caller' },
    errors: CALLER_ERRORS,
    page: '#who-calls',
  },
  /** The text format of Prometheus. */
  getMetrics: {
    ...READ,
    path: '/metrics',
    summary: 'Metrics of this process, in the text format of Prometheus.',
    permission: 'metrics:read',
    answers: { 200: 'Metrics' },
    mediaType: 'text/plain',
    errors: READ_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
