/** Schemas of what there is to see at a glance. */

import * as z from 'zod/mini'
import type {
  AbsentPart,
  ChangesOverview,
  Ending,
  EndingsOverview,
  Overview,
  OverviewBodies,
  PaceOverview,
  PlaceOverview,
  RuleCount,
  SeverityCounts,
} from '../../../contract/overview/overview.ts'
import { SEVERITIES } from '../../../core/lint/rule.ts'
import { PERMISSIONS } from '../../../core/rights/permissions.ts'
import { knowledge } from '../clients.ts'
import { clientName } from '../common.ts'
import { count, optional, type Schemas, type Shape, text, time, yes } from '../parts.ts'

const severityCounts = z.object({
  error: count,
  warning: count,
  info: count,
} satisfies Shape<SeverityCounts>)

const placeOverview = z.object({
  ...knowledge.shape,
  clients: count,
  atLeast: optional(yes),
  checked: count,
  findings: severityCounts,
} satisfies Shape<PlaceOverview>)

const ruleCount = z.object({
  rule: text,
  severity: z.enum(SEVERITIES),
  says: text,
  source: text,
  findings: count,
  clients: count,
} satisfies Shape<RuleCount>)

const changes = z.object({
  provider: text,
  open: count,
  openSince: optional(time),
  outsideChanges: count,
  conflicts: count,
  from: time,
} satisfies Shape<ChangesOverview>)

const ending = z.object({
  client: clientName,
  what: z.enum(['lease', 'secret', 'removal']),
  at: time,
  field: optional(text),
  value: optional(text),
  owner: optional(text),
  secretId: optional(text),
} satisfies Shape<Ending>)

const endings = z.object({
  items: z.array(ending),
  isCut: z.boolean(),
} satisfies Shape<EndingsOverview>)

const pace = z.object({
  provider: text,
  bucket: text,
  perSecond: optional(z.number()),
  left: optional(z.number()),
  burst: optional(z.number()),
  waiting: count,
  pausedUntil: optional(time),
} satisfies Shape<PaceOverview>)

const absent = z.object({
  part: z.enum(['clients', 'changes', 'pace']),
  provider: text,
  userPoolId: optional(text),
  reason: z.enum(['permission', 'limit', 'mirror']),
  permission: z.enum(PERMISSIONS),
} satisfies Shape<AbsentPart>)

export const OVERVIEW_SCHEMAS = {
  Overview: z.object({
    at: time,
    places: z.array(placeOverview),
    rules: z.array(ruleCount),
    changes: z.array(changes),
    endings,
    pace: z.array(pace),
    absent: z.array(absent),
  } satisfies Shape<Overview>),
} satisfies Schemas<OverviewBodies>
