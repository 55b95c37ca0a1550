/** Schemas of what the server says of itself. */

import * as z from 'zod/mini'
import type { Index, ServerBodies, Status } from '../../contract/server.ts'
import { anyObject, type Schemas, type Shape, text } from './parts.ts'

export const SERVER_SCHEMAS = {
  Status: z.object({ status: text } satisfies Shape<Status>),
  Index: z.object({
    name: text,
    version: text,
    links: z.record(z.string(), text),
  } satisfies Shape<Index>),
  Page: z.string(),
  Document: anyObject(),
  Metrics: z.string(),
} satisfies Schemas<ServerBodies>
