/**
 * What keeps the contract and the server together, at compile time: each line below a comment that expects an
 * error must not compile. (`npm run check`; there is nothing to run.)
 */

import * as z from 'zod/mini'
import type { OperationName } from '../../src/contract/operations.ts'
import type { StandingBodies } from '../../src/contract/standing.ts'
import type { Handler, Handlers } from '../../src/http/route.ts'
import { optional, type Schemas, type Shape, text } from '../../src/http/schemas/parts.ts'
import { STANDING_SCHEMAS } from '../../src/http/schemas/standing.ts'

interface Sample {
  readonly name: string
  readonly note?: string
}

export const whole = { name: text, note: optional(text) } satisfies Shape<Sample>
// @ts-expect-error: a member that may be absent has no schema
export const lacking = { name: text } satisfies Shape<Sample>
// @ts-expect-error: the contract has no such member
export const more = { name: text, note: optional(text), odd: text } satisfies Shape<Sample>
// @ts-expect-error: a member of another type
export const other = { name: z.boolean(), note: optional(text) } satisfies Shape<Sample>
// @ts-expect-error: a member that may be absent is demanded
export const demanded = { name: text, note: text } satisfies Shape<Sample>

interface SampleBodies {
  readonly Sample: Sample
}

export const named = { Sample: z.object(whole) } satisfies Schemas<SampleBodies>
const loosened = z.object({ ...whole, name: optional(text) })
// @ts-expect-error: a member that must be there may be absent
export const loose = { Sample: loosened } satisfies Schemas<SampleBodies>
// @ts-expect-error: a body without a schema
export const none = {} satisfies Schemas<SampleBodies>

export const standing: Schemas<StandingBodies> = STANDING_SCHEMAS

declare const handle: Handler
export const handlers: Handlers<'getHealth'> = { getHealth: handle }
// @ts-expect-error: an operation without a handler
export const missing: Handlers<'getHealth' | 'getReadiness'> = { getHealth: handle }
// @ts-expect-error: a handler without an operation
export const odd: Handlers<OperationName>['getNothing'] = handle
