/** Schemas of moves. */

import * as z from 'zod/mini'
import type {
  Move,
  MoveBodies,
  MoveRequest,
  Moves,
  OpenMoveRequest,
} from '../../../contract/moves.ts'
import { MAX_VALUE_LENGTH } from '../../../service/base/request.ts'
import { timeIn } from '../../wire/query.ts'
import { name, placeOfChange, warning } from '../common.ts'
import { ONE_URL, plainText } from '../leases.ts'
import { described, optional, type Schemas, type Shape, text, time } from '../parts.ts'

export const move = z.object({
  from: text,
  to: text,
  state: z.enum(['widening', 'widened']),
  operationId: text,
  startedAt: time,
  widenedAt: optional(time),
  acceptedBy: optional(z.enum(['endpoint', 'wait'])),
  narrowFrom: optional(
    described(time, 'The old redirect URI cannot be removed before: codes for it are still good.'),
  ),
  narrowAt: optional(time),
} satisfies Shape<Move>)

const from = plainText(MAX_VALUE_LENGTH)

const A_TIME = { error: 'must be a time that exists, as in RFC 3339, such as 2026-01-31T12:00:00Z' }

export const moveRequest = z.strictObject({
  ...placeOfChange,
  from,
  to: plainText(MAX_VALUE_LENGTH).check(ONE_URL),
  narrowAt: optional(
    described(
      z.string(A_TIME).check(
        z.refine((value) => timeIn(value) !== undefined, A_TIME),
        z.meta({ format: 'date-time' }),
      ),
      'When the old redirect URI is removed automatically; absent: on request.',
    ),
  ),
} satisfies Shape<MoveRequest>)

export const openMoveRequest = z.strictObject({
  ...placeOfChange,
  from,
} satisfies Shape<OpenMoveRequest>)

const moves = z.object({
  ...name,
  moves: z.array(move),
  warnings: optional(z.array(warning)),
} satisfies Shape<Moves>)

export const MOVE_SCHEMAS = {
  Move: move,
  MoveRequest: moveRequest,
  OpenMoveRequest: openMoveRequest,
  Moves: moves,
} satisfies Schemas<MoveBodies>
