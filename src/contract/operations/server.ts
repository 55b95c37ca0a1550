/** Operations on the server itself. */

import { type Operation, PUBLIC_ERRORS, READ_ERRORS } from './row.ts'

const READ = { method: 'GET', query: [], headers: [], answerHeaders: [] } as const
const PUBLIC = { ...READ, permission: 'public', errors: PUBLIC_ERRORS } as const

export const SERVER_OPERATIONS = {
  /** A browser gets a page. */
  getIndex: {
    ...PUBLIC,
    path: '/',
    summary: 'Lists the entry points: as JSON, or as a page for a browser.',
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
