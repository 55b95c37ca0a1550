/** What there is to see at a glance. */

import { LIST_ERRORS, type Operation } from '../row.ts'

export const OVERVIEW_OPERATIONS = {
  /** No provider is asked for it. */
  getOverview: {
    method: 'GET',
    path: '/overview',
    summary: 'Shows places, findings, changes, what ends soon and the pace at a glance.',
    page: '#overview',
    permission: 'clients:read',
    query: [],
    headers: [],
    answers: { 200: 'Overview' },
    answerHeaders: [],
    errors: LIST_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
