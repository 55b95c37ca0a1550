/** Schemas of what the server says of itself. */

import * as z from 'zod/mini'
import type { ServerBodies, Status } from '../../contract/server.ts'
import { anyObject, type Schemas, type Shape, text } from './parts.ts'

export const SERVER_SCHEMAS = {
  Status: z.object({ status: text } satisfies Shape<Status>),
  Document: anyObject(),
  Metrics: z.string(),
} satisfies Schemas<ServerBodies>
