/**
 * The plan file: what `clientry plan` found and `clientry apply` does, as JSON that people can read in a
 * review. Each item is bound to the state of its client, and named so that it has its effect once.
 */

import * as z from 'zod/mini'
import type { FieldChange } from '../core/diff.ts'
import { ClientError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { FieldPatches } from '../core/patch.ts'

interface ItemBase {
  /** The file that asks for it; a removal has none. */
  readonly file?: string | undefined
  readonly provider: string
  readonly userPoolId?: string | undefined
  /** Sent as `Idempotency-Key`: an apply that was cut off can be run again. */
  readonly key: string
}

export interface UpdateItem extends ItemBase {
  readonly action: 'update'
  readonly id: string
  readonly name: string | null
  /** Of the state that it was planned from. */
  readonly etag: string
  readonly patch: FieldPatches
  readonly changes: readonly FieldChange[]
}

export interface CreateItem extends ItemBase {
  readonly action: 'create'
  readonly file: string
  readonly name: string
  readonly kind: string
  readonly patch: FieldPatches
}

export interface DeleteItem extends ItemBase {
  readonly action: 'delete'
  readonly id: string
  readonly name: string | null
  readonly etag: string
}

export type PlanItem = UpdateItem | CreateItem | DeleteItem

export interface PlanFile {
  readonly format: typeof FORMAT
  /** RFC 3339. */
  readonly madeAt: string
  readonly items: readonly PlanItem[]
}

const FORMAT = 'clientry-plan-1'

const text = z.string().check(z.minLength(1))
const place = {
  file: z.optional(text),
  provider: text,
  userPoolId: z.optional(text),
  key: z.string().check(z.minLength(16), z.maxLength(257)),
}
const anyObject = z.record(z.string(), z.unknown())
const name = z.nullable(z.string())

const schema = z.strictObject({
  format: z.literal(FORMAT),
  madeAt: text,
  items: z.array(
    z.discriminatedUnion('action', [
      z.strictObject({
        ...place,
        action: z.literal('update'),
        id: text,
        name,
        etag: text,
        patch: anyObject,
        changes: z.array(anyObject),
      }),
      z.strictObject({
        ...place,
        file: text,
        action: z.literal('create'),
        name: text,
        kind: text,
        patch: anyObject,
      }),
      z.strictObject({ ...place, action: z.literal('delete'), id: text, name, etag: text }),
    ]),
  ),
})

/** The text of a plan. */
export function renderPlan(madeAt: Date, items: readonly PlanItem[]): string {
  const plan: PlanFile = { format: FORMAT, madeAt: madeAt.toISOString(), items }
  return `${JSON.stringify(plan, null, 2)}\n`
}

/**
 * Reads a plan.
 * @throws ClientError `invalid_field`, naming the place in it
 */
export function parsePlan(path: string, text: string): PlanFile {
  const parsed = schema.safeParse(jsonOf(path, text))
  if (parsed.success) return parsed.data as unknown as PlanFile
  const [issue] = parsed.error.issues
  const where =
    issue === undefined || issue.path.length === 0 ? '' : ` (at ${issue.path.join('.')})`
  throw new ClientError(
    'invalid_field',
    `${path} is no plan that this version of clientry has made${where}; make it anew with clientry plan.`,
  )
}

function jsonOf(path: string, text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject
  } catch (cause) {
    throw new ClientError('invalid_field', `${path} is not JSON; clientry plan makes plans.`, {
      cause,
    })
  }
}
