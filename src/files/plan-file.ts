/**
 * The plan file: what `clientry plan` found and `clientry apply` does, as JSON that people can read in a
 * review. Each item is bound to the state of its client, and named so that it has its effect once. A
 * digest over all of it shows an edit by accident; whoever makes the digest anew is found out by the dry
 * run that `apply` compares with what the plan shows.
 */

import { createHash } from 'node:crypto'
import { isAbsolute, relative, sep } from 'node:path'
import * as z from 'zod/mini'
import type { FieldChange } from '../core/diff.ts'
import { ClientError } from '../core/errors.ts'
import { canonicalJson, type JsonObject } from '../core/json/json.ts'
import { parseJson, stringifyJson } from '../core/json/json-text.ts'
import type { FieldPatches } from '../core/patch/patch.ts'

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
  /** To what a new client of that kind starts from. */
  readonly changes: readonly FieldChange[]
}

export interface DeleteItem extends ItemBase {
  readonly action: 'delete'
  readonly id: string
  readonly name: string | null
  readonly etag: string
  /** What no new client gets back. */
  readonly lost: readonly string[]
}

export type PlanItem = UpdateItem | CreateItem | DeleteItem

export interface PlanFile {
  readonly format: typeof FORMAT
  /** RFC 3339. */
  readonly madeAt: string
  /** Where the client files are, as it was named; each `file` of an item is below it. */
  readonly folder: string
  readonly items: readonly PlanItem[]
  /** SHA-256 over the rest, in lower case hexadecimal. */
  readonly digest: string
}

const FORMAT = 'clientry-plan-2'

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
  folder: text,
  digest: text,
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
        changes: z.array(anyObject),
      }),
      z.strictObject({
        ...place,
        action: z.literal('delete'),
        id: text,
        name,
        etag: text,
        lost: z.array(text),
      }),
    ]),
  ),
})

/** The text of a plan for the client files below `folder`. */
export function renderPlan(madeAt: Date, folder: string, items: readonly PlanItem[]): string {
  const plan = { format: FORMAT, madeAt: madeAt.toISOString(), folder, items }
  return `${stringifyJson({ ...plan, digest: digestOf(plan) }, 2)}\n`
}

/** Whatever the order of members and the white space; members that are undefined are none. */
function digestOf(plan: object): string {
  const text = canonicalJson(parseJson(stringifyJson(plan)))
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Reads a plan.
 * @throws ClientError `invalid_field`, naming the place in it
 */
export function parsePlan(path: string, text: string): PlanFile {
  const parsed = schema.safeParse(jsonOf(path, text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where =
      issue === undefined || issue.path.length === 0 ? '' : ` (at ${issue.path.join('.')})`
    throw fault(`${path} is no plan that this version of clientry has made${where}`)
  }
  const { digest, ...plan } = parsed.data
  if (digest !== digestOf(plan)) {
    throw fault(`${path} was changed after it was made: its digest does not fit`)
  }
  const outside = plan.items.find(({ file }) => file !== undefined && !isBelow(plan.folder, file))
  if (outside !== undefined) {
    throw fault(`${path} names the file ${outside.file}, which is not below ${plan.folder}`)
  }
  return parsed.data as unknown as PlanFile
}

const fault = (says: string) =>
  new ClientError('invalid_field', `${says}; make it anew with clientry plan.`)

/** Whether a path leads to something below a folder, as both are written. */
export function isBelow(folder: string, path: string): boolean {
  const [first = ''] = relative(folder, path).split(sep)
  return first !== '' && first !== '..' && !isAbsolute(relative(folder, path))
}

function jsonOf(path: string, text: string): JsonObject {
  try {
    return parseJson(text) as JsonObject
  } catch (cause) {
    throw new ClientError('invalid_field', `${path} is not JSON; clientry plan makes plans.`, {
      cause,
    })
  }
}
