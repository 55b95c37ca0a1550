/** Operations on requests for approval. Any token may ask: each shows its caller what that caller may know of. */

import { BODY_ERRORS, LIST_ERRORS, type Operation, PAGE, READ_ERRORS, WRITE_ERRORS } from './row.ts'

/** It can be sent as often as one likes: who has decided so before gets the same answer. */
const DECISION = {
  method: 'POST',
  page: 'security.md#approval',
  permission: 'token',
  query: [],
  headers: [],
  body: 'DecisionRequest',
  bodyOptional: true,
  answers: { 200: 'ApprovalRequest' },
  answerHeaders: [],
  errors: BODY_ERRORS,
} as const

export const REQUEST_OPERATIONS = {
  /** Those that the caller has submitted, and those that the caller could submit too. */
  listRequests: {
    method: 'GET',
    path: '/requests',
    summary: 'Lists requests for approval, newest first.',
    page: 'security.md#approval',
    permission: 'token',
    query: ['state', ...PAGE],
    headers: [],
    answers: { 200: 'ApprovalRequestPage' },
    answerHeaders: [],
    errors: LIST_ERRORS,
  },
  getRequest: {
    method: 'GET',
    path: '/requests/{requestId}',
    summary: 'Shows a request for approval: what it changes, and how it stands.',
    page: 'security.md#approval',
    permission: 'token',
    query: [],
    headers: [],
    answers: { 200: 'ApprovalRequest' },
    answerHeaders: [],
    errors: READ_ERRORS,
  },
  /** Of a job it is empty: that has planned each of its clients already, and its results say how. */
  planRequest: {
    method: 'GET',
    path: '/requests/{requestId}/plan',
    summary: 'Plans what an approval of a request would do now, for callers who may decide it.',
    page: 'security.md#approval',
    permission: 'token',
    query: [],
    headers: [],
    answers: { 200: 'ApprovalPlan' },
    answerHeaders: [],
    errors: WRITE_ERRORS,
  },
  approveRequest: {
    ...DECISION,
    freshSignIn: true,
    path: '/requests/{requestId}/approve',
    summary: 'Approves a request, which is then carried out exactly as it is shown.',
  },
  /** By its submitter it is withdrawn. */
  rejectRequest: {
    ...DECISION,
    path: '/requests/{requestId}/reject',
    summary: 'Rejects a request, or withdraws one of your own.',
  },
} as const satisfies Readonly<Record<string, Operation>>
