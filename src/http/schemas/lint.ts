/** Schemas of what deserves a second look. */

import * as z from 'zod/mini'
import type {
  Finding,
  Findings,
  LintBodies,
  LintedClient,
  LintPage,
  Mend,
  Sharers,
} from '../../contract/lint.ts'
import { SEVERITIES } from '../../core/lint/rule.ts'
import { clientPatch } from './client.ts'
import { knowledge } from './clients.ts'
import { clientName } from './common.ts'
import { optional, type Schemas, type Shape, text, time } from './parts.ts'

const finding = z.object({
  rule: text,
  severity: z.enum(SEVERITIES),
  field: text,
  message: text,
  source: text,
  mend: optional(z.object({ client: clientPatch } satisfies Shape<Mend>)),
} satisfies Shape<Finding>)

const linted = z.object({
  client: clientName,
  lastVerifiedAt: time,
  findings: z.array(finding),
} satisfies Shape<LintedClient>)

const sharers = z.object({
  clients: z.array(clientName),
  count: z.int(),
} satisfies Shape<Sharers>)

const lintPage = z.object({
  items: z.array(linted),
  shared: z.array(z.intersection(finding, sharers)),
  next: optional(text),
  mirror: z.array(knowledge),
} satisfies Shape<LintPage>)

export const LINT_SCHEMAS = {
  Finding: finding,
  Findings: z.object({ findings: z.array(finding) } satisfies Shape<Findings>),
  LintPage: lintPage,
} satisfies Schemas<LintBodies>
