/** Operations that look for what deserves a second look. */

import { type Operation, PAGE, PLACE, READ_ERRORS, READ_OF_CLIENT } from './row.ts'

export const LINT_OPERATIONS = {
  lintClient: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/lint',
    summary: 'What deserves a second look on a client, with the change that mends it.',
    page: 'lint.md',
    answers: { 200: 'Findings', 304: 'nothing' },
  },
  lintClients: {
    method: 'GET',
    path: '/lint',
    summary: 'What deserves a second look on any client, and callbacks that many share.',
    page: 'lint.md#all-clients',
    permission: 'clients:read',
    query: [...PLACE, 'severity', ...PAGE],
    headers: [],
    answers: { 200: 'LintPage' },
    answerHeaders: [],
    errors: READ_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
