/** Operations that look for what deserves a second look. */

import { type Operation, PAGE, PLACE, READ_ERRORS, READ_OF_CLIENT } from './row.ts'

export const LINT_OPERATIONS = {
  lintClient: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/lint',
    summary: 'Checks a client for risky settings, with the change that fixes each.',
    page: 'lint.md',
    answers: { 200: 'Findings', 304: 'nothing' },
  },
  lintClients: {
    method: 'GET',
    path: '/lint',
    summary: 'Checks all clients for risky settings, and for callbacks that many share.',
    page: 'lint.md#all-clients',
    permission: 'clients:read',
    query: [...PLACE, 'severity', ...PAGE],
    headers: [],
    answers: { 200: 'LintPage' },
    answerHeaders: [],
    errors: READ_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
