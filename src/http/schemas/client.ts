/** The schemas of a client and of its patch, made of the table of fields: the ones that validate. */

import * as z from 'zod/mini'
import type {
  Client,
  ClientFacts,
  ClientPatch,
  ListedClient,
  ListedFacts,
  ManagedValue,
  WithheldClient,
} from '../../contract/clients.ts'
import { FIELD_NAMES, FIELDS, type FieldName } from '../../core/client.ts'
import type { FieldKind } from '../../core/field.ts'
import { name, warning } from './common.ts'
import { lease } from './leases.ts'
import { described, optional, type Shape, text, time, yes } from './parts.ts'
import { suspension } from './standing.ts'

/** What a provider holds may lie outside what a patch may set, so only the kind is promised. */
const SHOWN: Readonly<Record<FieldKind, z.ZodMiniType>> = {
  string: text,
  secret: text,
  boolean: z.boolean(),
  integer: z.int(),
  list: z.array(text),
  map: z.looseObject({}),
  object: z.looseObject({}),
  raw: z.looseObject({}),
}

const fieldsBy = (schemaOf: (field: FieldName) => z.ZodMiniType) =>
  Object.fromEntries(
    FIELD_NAMES.map((field) => [field, described(schemaOf(field), FIELDS[field].says)]),
  )

export const managedValue = z.object({
  field: text,
  value: text,
  managers: z.array(text),
}) as z.ZodMiniType as z.ZodMiniType<ManagedValue>

const facts = {
  secretRedacted: optional(yes),
  provider: text,
  userPoolId: optional(text),
  protected: optional(yes),
  leases: optional(z.array(lease)),
  managed: optional(z.array(managedValue)),
  suspension: optional(suspension),
  warnings: optional(z.array(warning)),
} satisfies Shape<ClientFacts>

const shownMembers = {
  ...fieldsBy((field) => {
    const { kind, empty } = FIELDS[field]
    return empty === null ? z.nullable(SHOWN[kind]) : SHOWN[kind]
  }),
  ...facts,
}

export const shownClient = z.looseObject(shownMembers) as z.ZodMiniType as z.ZodMiniType<Client>

/** One schema with all members, since generators of clients make nothing of several that hold at once. */
export const listedClient = z.looseObject({
  ...shownMembers,
  lastVerifiedAt: time,
} satisfies Shape<ListedFacts> & object) as z.ZodMiniType as z.ZodMiniType<ListedClient>

export const withheldClient = described(
  z.object({ ...name, withheld: yes } satisfies Shape<WithheldClient>),
  'In answers to writes by a caller without clients:read.',
)

/** The attributes follow from the table of fields, from which the interface follows as well. */
export const client = z.union([
  shownClient,
  withheldClient,
]) as z.ZodMiniType as z.ZodMiniType<Client>

function patchOf(field: FieldName): z.ZodMiniType {
  const { kind, schema } = FIELDS[field]
  // It is a patch itself, whose members are cleared one by one.
  if (kind === 'raw') return schema
  // Members of an object may come alone, and a null removes one of a map.
  if (schema instanceof z.ZodMiniObject) return z.union([z.partial(schema), z.null()])
  if (schema instanceof z.ZodMiniRecord && kind === 'map') {
    return z.union([z.record(z.string(), z.union([schema.def.valueType, z.null()])), z.null()])
  }
  if (kind !== 'list') return z.union([schema, z.null()])
  const change = z.strictObject({ add: optional(schema), remove: optional(schema) })
  return z.union([schema, change, z.null()])
}

export const clientPatch = described(
  z.object(fieldsBy((field) => optional(patchOf(field)))),
  'A JSON Merge Patch (RFC 7396); lists also take { add, remove }.',
) as z.ZodMiniType as z.ZodMiniType<ClientPatch>
