/** Schemas of the history. */

import * as z from 'zod/mini'
import type { Page } from '../../contract/common.ts'
import type {
  ApprovalMark,
  DayCounts,
  HistoryBodies,
  HistoryCounts,
  HistoryItem,
  JobOrigin,
  LeaseChange,
} from '../../contract/history.ts'
import { HISTORY_ACTIONS, HISTORY_OUTCOMES } from '../../service/reading/history.ts'
import { actor, clientName, fieldChange } from './common.ts'
import { lease } from './leases.ts'
import {
  count,
  described,
  IGNORED,
  optional,
  type Schemas,
  type Shape,
  text,
  time,
} from './parts.ts'

const job = z.object({
  id: text,
  submittedBy: actor,
  startedBy: optional(actor),
  approvedBy: optional(actor),
} satisfies Shape<JobOrigin>)

const approval = z.object({
  requestId: text,
  approvedBy: actor,
} satisfies Shape<ApprovalMark>)

const leases = z.object({
  taken: z.array(lease),
  ended: z.array(lease),
} satisfies Shape<LeaseChange>)

const historyItem = z.object({
  kind: z.enum(['change', 'outside_change', 'overlap']),
  client: clientName,
  revision: z.int().check(z.gte(1)),
  at: time,
  endedAt: optional(time),
  outcome: z.enum(HISTORY_OUTCOMES),
  changes: z.array(fieldChange),
  surprises: optional(z.array(fieldChange)),
  missed: optional(described(z.array(text), IGNORED)),
  providerMessage: optional(
    described(text, 'What the provider said when it refused the change, in its own words.'),
  ),
  whole: optional(described(text, 'Path and query of the item with the values that are cut here.')),
  operationId: optional(text),
  requestId: optional(text),
  actor: optional(actor),
  job: optional(job),
  approval: optional(approval),
  rollbackTo: optional(count),
  action: optional(z.enum(HISTORY_ACTIONS)),
  copiedFrom: optional(clientName),
  leases: optional(leases),
  secretId: optional(text),
  keyId: optional(text),
  candidates: optional(z.array(text)),
  settledBy: optional(z.enum(['request', 'settlement'])),
} satisfies Shape<HistoryItem>)

const dayCounts = z.object({
  day: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)),
  counts: z.object({
    applied: optional(count),
    partly_applied: optional(count),
    not_applied: optional(count),
    conflict: optional(count),
    outside_change: optional(count),
    overlap: optional(count),
  } satisfies Shape<DayCounts['counts']>),
} satisfies Shape<DayCounts>)

export const HISTORY_SCHEMAS = {
  HistoryItem: historyItem,
  HistoryPage: z.object({
    items: z.array(historyItem),
    next: optional(text),
  } satisfies Shape<Page<HistoryItem>>),
  HistoryCounts: z.object({
    from: time,
    to: time,
    days: z.array(dayCounts),
  } satisfies Shape<HistoryCounts>),
} satisfies Schemas<HistoryBodies>
