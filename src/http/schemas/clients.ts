/** Schemas of clients that are shown, listed and changed. */

import * as z from 'zod/mini'
import type {
  ClientBodies,
  ClientPage,
  ClientPatchRequest,
  JsonPatchOperation,
  Knowledge,
  ManagedLists,
  OwnedValue,
  Plan,
  RollbackRequest,
  Unread,
  UnreadableClient,
  Values,
  ValuesRequest,
} from '../../contract/clients.ts'
import { FIELD_NAMES, FIELDS } from '../../core/client.ts'
import {
  client,
  clientPatch,
  listedClient,
  managedValue,
  shownClient,
  withheldClient,
} from './client.ts'
import { errorCode, fieldChange, name, placeOfChange, warning } from './common.ts'
import { plainText } from './leases.ts'
import {
  described,
  flag,
  json,
  object,
  optional,
  type Schemas,
  type Shape,
  text,
  time,
  yes,
} from './parts.ts'

export const knowledge = z.object({
  provider: text,
  userPoolId: optional(text),
  complete: described(z.boolean(), 'Every client of the place has been read.'),
  verifiedAt: described(z.nullable(time), 'When the client with the oldest data was read.'),
} satisfies Shape<Knowledge>)

const unread = described(
  z.object({
    provider: text,
    userPoolId: optional(text),
    code: errorCode,
    clients: z.int().check(z.gte(1)),
    verifiedAt: time,
  } satisfies Shape<Unread>),
  'With fresh=true: clients of this place on this page that could not be read and are shown as last seen, the oldest at verifiedAt.',
)

const unreadableClient = z.object({
  ...name,
  error: text,
  code: text,
} satisfies Shape<UnreadableClient>)

const clientPage = z.object({
  clients: z.array(listedClient),
  unreadable: optional(z.array(unreadableClient)),
  next: optional(text),
  mirror: z.array(knowledge),
  unread: optional(z.array(unread)),
} satisfies Shape<ClientPage>)

export const clientPatchRequest = z.strictObject({
  ...placeOfChange,
  client: clientPatch,
} satisfies Shape<ClientPatchRequest>)

export const jsonPatch = z.array(
  z.object({
    op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
    path: text,
    from: optional(text),
    value: optional(json),
  } satisfies Shape<JsonPatchOperation>),
)

/** Members of every plan. */
export const planMembers = {
  dryRun: yes,
  changes: z.array(fieldChange),
  requests: z.array(object),
  warnings: z.array(warning),
  client,
} satisfies Shape<Plan>

export const rollbackRequest = z.strictObject({
  ...placeOfChange,
  to: described(
    z
      .int({ error: 'must be a revision of the history, a whole number from 0' })
      .check(z.gte(0, { error: 'must be a revision of the history, a whole number from 0' })),
    'A revision of the history, or 0.',
  ),
  allowPartial: optional(
    described(flag, 'Restores what can be restored even if some settings cannot.'),
  ),
} satisfies Shape<RollbackRequest>)

/** Each record of a client names its managers. */
const MAX_MANAGER_LENGTH = 64

const ownedValue = z.object({
  field: text,
  value: text,
  managers: optional(z.array(text)),
  leases: optional(z.array(z.object({ owner: text, expiresAt: time }))),
}) as z.ZodMiniType as z.ZodMiniType<OwnedValue>

const values = z.object({ ...name, values: z.array(ownedValue) } satisfies Shape<Values>)

/** The lists of clients. */
const LISTS = FIELD_NAMES.filter((one) => FIELDS[one].kind === 'list')

const managedLists = z.partial(
  z.strictObject(Object.fromEntries(LISTS.map((list) => [list, FIELDS[list].schema]))),
)

export const valuesRequest = z.strictObject({
  ...placeOfChange,
  managers: described(
    z.record(plainText(MAX_MANAGER_LENGTH), managedLists),
    'By manager and list: the values that are theirs. A list that is not named is left alone.',
  ) as z.ZodMiniType as z.ZodMiniType<ManagedLists>,
  client: optional(clientPatch),
} satisfies Shape<ValuesRequest>)

export const CLIENT_SCHEMAS = {
  OwnedValue: ownedValue,
  Values: values,
  ValuesRequest: valuesRequest,
  ManagedValue: managedValue,
  Client: client,
  ShownClient: shownClient,
  ListedClient: listedClient,
  WithheldClient: withheldClient,
  ClientPage: clientPage,
  Knowledge: knowledge,
  Unread: unread,
  ClientPatch: clientPatch,
  ClientPatchRequest: clientPatchRequest,
  JsonPatch: jsonPatch,
  Plan: z.object(planMembers),
  RollbackRequest: rollbackRequest,
} satisfies Schemas<ClientBodies>
