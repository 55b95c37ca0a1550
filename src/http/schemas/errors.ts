/** The schemas of the body of an error. */

import * as z from 'zod/mini'
import type { ErrorBody, Problem } from '../../contract/common.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { clientPatch } from './client.ts'
import { errorCode } from './common.ts'
import { described, IGNORED, optional, type Shape, text } from './parts.ts'

/** A program sends it as it is, to where the client is: what a body without a provider may be does not hold of it. */
const mend = described(
  z.object({ client: clientPatch }),
  'A PATCH of the same client, after which the request can succeed.',
) as z.ZodMiniType as z.ZodMiniType<JsonObject>

const members = {
  error: text,
  code: errorCode,
  field: optional(text),
  fields: optional(described(z.array(text), IGNORED)),
  operationId: optional(text),
  outcome: optional(z.enum(['partly_applied', 'not_applied', 'conflict', 'unknown'])),
  mend: optional(mend),
  providerMessage: optional(
    described(text, 'What the provider said in its own words, without secrets.'),
  ),
  requestId: text,
} satisfies Shape<ErrorBody>

export const error = z.object(members)

export const problem = z.object({
  ...members,
  type: text,
  title: text,
  status: z.int(),
  detail: text,
} satisfies Shape<Problem>)
