/**
 * The plan file: what `clientry plan` found and `clientry apply` will do, as JSON that people can read in a
 * review. Each item is bound to the state of its client, and has a key so that it takes effect only once. A
 * digest of the whole plan shows an accidental edit. If someone edits the plan and renews the digest, the dry
 * run that `apply` compares with the plan still shows the difference.
 */

import { createHash } from 'node:crypto'
import { isAbsolute, relative, sep } from 'node:path'
import * as z from 'zod/mini'
import type { FieldChange } from '../core/diff.ts'
import { ClientError } from '../core/errors.ts'
import { canonicalJson, type JsonObject } from '../core/json/json.ts'
import { parseJson, stringifyJson } from '../core/json/json-text.ts'
import type { FieldPatches } from '../core/patch/patch.ts'
import type { ManagedLists } from '../sdk/index.ts'

interface ItemBase {
  /** The file that asks for the change; a deletion has none. */
  readonly file?: string | undefined
  readonly provider: string
  readonly userPoolId?: string | undefined
  /** Sent as `Idempotency-Key`, so that an interrupted apply can be run again. */
  readonly key: string
}

export interface UpdateItem extends ItemBase {
  readonly action: 'update'
  readonly id: string
  readonly name: string | null
  /** The ETag of the state that it was planned from. */
  readonly etag: string
  readonly patch: FieldPatches
  /** What managers have from then on, by list. */
  readonly managers?: ManagedLists | undefined
  readonly changes: readonly FieldChange[]
}

export interface CreateItem extends ItemBase {
  readonly action: 'create'
  readonly file: string
  readonly name: string
  readonly kind: string
  readonly patch: FieldPatches
  /** What is set by an update right after, since no creation takes it. */
  readonly afterwards?: FieldPatches | undefined
  /** What managers have, stated right after. */
  readonly managers?: ManagedLists | undefined
  /** Settings (dotted paths) that only another client can have; they are taken out of the file. */
  readonly left?: readonly string[] | undefined
  /** Compared with the defaults of a new client of that kind. */
  readonly changes: readonly FieldChange[]
}

export interface DeleteItem extends ItemBase {
  readonly action: 'delete'
  readonly id: string
  readonly name: string | null
  readonly etag: string
  /** What no new client can get back. */
  readonly lost: readonly string[]
}

export type PlanItem = UpdateItem | CreateItem | DeleteItem

export interface PlanFile {
  readonly format: typeof FORMAT
  /** RFC 3339. */
  readonly madeAt: string
  /** The folder of the client files, as the user named it; each `file` of an item is below it. */
  readonly folder: string
  /** The environment that it was made for; what comes from the process environment is in it by name. */
  readonly environment?: string | undefined
  readonly items: readonly PlanItem[]
  /** SHA-256 of the rest, in lower-case hexadecimal. */
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
  environment: z.optional(text),
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
        managers: z.optional(anyObject),
        changes: z.array(anyObject),
      }),
      z.strictObject({
        ...place,
        file: text,
        action: z.literal('create'),
        name: text,
        kind: text,
        patch: anyObject,
        afterwards: z.optional(anyObject),
        managers: z.optional(anyObject),
        left: z.optional(z.array(text)),
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
export function renderPlan(
  madeAt: Date,
  { folder, environment, items }: Pick<PlanFile, 'folder' | 'environment' | 'items'>,
): string {
  const plan = {
    format: FORMAT,
    madeAt: madeAt.toISOString(),
    folder,
    ...(environment === undefined ? {} : { environment }),
    items,
  }
  return `${stringifyJson({ ...plan, digest: digestOf(plan) }, 2)}\n`
}

/** Independent of white space and of the order of members; undefined members do not count. */
function digestOf(plan: object): string {
  const text = canonicalJson(parseJson(stringifyJson(plan)))
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Parses a plan.
 * @throws ClientError `invalid_field`, which names the place in the plan
 */
export function parsePlan(path: string, text: string): PlanFile {
  const parsed = schema.safeParse(jsonOf(path, text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where =
      issue === undefined || issue.path.length === 0 ? '' : ` (at ${issue.path.join('.')})`
    throw fault(`${path} is not a plan made by this version of clientry${where}`)
  }
  const { digest, ...plan } = parsed.data
  if (digest !== digestOf(plan)) {
    throw fault(`${path} was edited after it was made, since its digest does not match`)
  }
  const outside = plan.items.find(({ file }) => file !== undefined && !isBelow(plan.folder, file))
  if (outside !== undefined) {
    throw fault(`${path} names the file ${outside.file}, which is not below ${plan.folder}`)
  }
  return parsed.data as unknown as PlanFile
}

const fault = (says: string) =>
  new ClientError('invalid_field', `${says}. Make a new plan with: clientry plan`)

/** Whether a path lies below a folder, judged by their spelling. */
export function isBelow(folder: string, path: string): boolean {
  const [first = ''] = relative(folder, path).split(sep)
  return first !== '' && first !== '..' && !isAbsolute(relative(folder, path))
}

function jsonOf(path: string, text: string): JsonObject {
  try {
    return parseJson(text) as JsonObject
  } catch (cause) {
    throw new ClientError('invalid_field', `${path} is not JSON. Make a plan with: clientry plan`, {
      cause,
    })
  }
}
