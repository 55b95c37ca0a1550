/** Schemas of what holds for a client beside its settings. */

import * as z from 'zod/mini'
import type {
  EndingSecret,
  OpenChange,
  ProtectionRequest,
  ResumptionRequest,
  Standing,
  StandingBodies,
  Suspension,
  SuspensionRequest,
  TeamRequest,
} from '../../contract/standing.ts'
import { HISTORY_ACTIONS } from '../../service/reading/history.ts'
import { name, place, placeOfChange } from './common.ts'
import { lease } from './leases.ts'
import { move } from './moves/moves.ts'
import { described, flag, optional, type Schemas, type Shape, text, time } from './parts.ts'

export const protectionRequest = z.strictObject({
  ...place,
  protected: flag,
} satisfies Shape<ProtectionRequest>)

/** Few signs, so that a team is spelled alike in the configuration, on a command line and in a log. */
export const teamName = z.string().check(z.regex(/^[\w.-]{1,64}$/))

export const teamRequest = z.strictObject({
  ...place,
  team: described(z.nullable(teamName), 'Whose client it is; null: no team.'),
} satisfies Shape<TeamRequest>)

export const suspension = z.object({
  since: optional(time),
  operationId: optional(text),
  fields: optional(z.array(text)),
  doesNotStop: z.array(text),
} satisfies Shape<Suspension>)

const endingSecret = z.object({ id: text, retiresAt: time } satisfies Shape<EndingSecret>)

const openChange = z.object({
  operationId: text,
  at: time,
  action: optional(z.enum(HISTORY_ACTIONS)),
} satisfies Shape<OpenChange>)

const standing = z.object({
  ...name,
  protected: z.boolean(),
  team: optional(text),
  suspension: optional(suspension),
  endingSecrets: z.array(endingSecret),
  leases: described(
    z.array(lease),
    'For callers without clients:read: only those that they have taken themselves.',
  ),
  moves: optional(z.array(move)),
  openChange: optional(openChange),
  removedAt: optional(time),
} satisfies Shape<Standing>)

export const suspensionRequest = z.strictObject(placeOfChange satisfies Shape<SuspensionRequest>)

export const resumptionRequest = z.strictObject({
  ...placeOfChange,
  allowPartial: optional(
    described(flag, 'Restores what can be restored even if some settings cannot.'),
  ),
} satisfies Shape<ResumptionRequest>)

export const STANDING_SCHEMAS = {
  ProtectionRequest: protectionRequest,
  TeamRequest: teamRequest,
  Standing: standing,
  Suspension: suspension,
  SuspensionRequest: suspensionRequest,
  ResumptionRequest: resumptionRequest,
} satisfies Schemas<StandingBodies>
