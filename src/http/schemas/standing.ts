/** Schemas of what holds for a client beside its settings. */

import * as z from 'zod/mini'
import type {
  ProtectionRequest,
  ResumptionRequest,
  StandingBodies,
  Suspension,
  SuspensionRequest,
} from '../../contract/standing.ts'
import { place, placeOfChange } from './common.ts'
import { described, flag, optional, type Schemas, type Shape, text, time } from './parts.ts'

export const protectionRequest = z.strictObject({
  ...place,
  protected: flag,
} satisfies Shape<ProtectionRequest>)

export const suspension = z.object({
  since: optional(time),
  operationId: optional(text),
  fields: optional(z.array(text)),
  doesNotStop: z.array(text),
} satisfies Shape<Suspension>)

export const suspensionRequest = z.strictObject(placeOfChange satisfies Shape<SuspensionRequest>)

export const resumptionRequest = z.strictObject({
  ...placeOfChange,
  allowPartial: optional(
    described(flag, 'Gives back what can be given back, where something cannot.'),
  ),
} satisfies Shape<ResumptionRequest>)

export const STANDING_SCHEMAS = {
  ProtectionRequest: protectionRequest,
  Suspension: suspension,
  SuspensionRequest: suspensionRequest,
  ResumptionRequest: resumptionRequest,
} satisfies Schemas<StandingBodies>
