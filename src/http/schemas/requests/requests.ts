/** Schemas of requests for approval. */

import * as z from 'zod/mini'
import type { Page } from '../../../contract/common.ts'
import type {
  ApprovalPlan,
  ApprovalRequest,
  DecisionRequest,
  RequestBodies,
  RequestedClient,
  RequestedJob,
} from '../../../contract/requests/requests.ts'
import { REQUEST_STATES } from '../../../service/approval/request-states.ts'
import { HISTORY_ACTIONS } from '../../../service/reading/history.ts'
import { planMembers } from '../clients.ts'
import { actor, errorCode, fieldChange } from '../common.ts'
import { count, optional, type Schemas, type Shape, text, time, yes } from '../parts.ts'

const COMMENT = { error: 'must be a text of 1 to 1000 characters' }

export const decisionRequest = z.strictObject({
  comment: optional(z.string(COMMENT).check(z.minLength(1, COMMENT), z.maxLength(1_000, COMMENT))),
} satisfies Shape<DecisionRequest>)

const requestedClient = z.object({
  provider: text,
  userPoolId: optional(text),
  id: optional(text),
} satisfies Shape<RequestedClient>)

const requestedJob = z.object({
  id: text,
  providers: z.array(text),
  clients: count,
} satisfies Shape<RequestedJob>)

const approvalRequest = z.object({
  id: text,
  state: z.enum(REQUEST_STATES),
  operation: text,
  client: requestedClient,
  job: optional(requestedJob),
  action: optional(z.enum(HISTORY_ACTIONS)),
  submittedBy: actor,
  submittedAt: time,
  expiresAt: time,
  changes: optional(z.array(fieldChange)),
  withheld: optional(yes),
  decidedBy: optional(actor),
  decidedAt: optional(time),
  comment: optional(text),
  endedAt: optional(time),
  operationId: optional(text),
  code: optional(errorCode),
} satisfies Shape<ApprovalRequest>)

const { client: _, ...plan } = planMembers

export const REQUEST_SCHEMAS = {
  ApprovalRequest: approvalRequest,
  ApprovalRequestPage: z.object({
    items: z.array(approvalRequest),
    next: optional(text),
  } satisfies Shape<Page<ApprovalRequest>>),
  DecisionRequest: decisionRequest,
  ApprovalPlan: z.object(plan satisfies Shape<ApprovalPlan>),
} satisfies Schemas<RequestBodies>
