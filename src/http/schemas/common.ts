/** Schemas of what bodies of several nouns share. */

import * as z from 'zod/mini'
import type {
  Actor,
  ClientName,
  CommonBodies,
  FieldChange,
  PlaceOfChange,
  PlaceOfClient,
  Warning,
} from '../../contract/common.ts'
import { ERROR_CODES, type ErrorCode } from '../../core/errors.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'
import {
  described,
  flag,
  json,
  object,
  optional,
  type Schemas,
  type Shape,
  text,
  yes,
} from './parts.ts'

/** Where the client of a request is. */
export const place = {
  provider: optional(text),
  userPoolId: optional(text),
} satisfies Shape<PlaceOfClient>

/** The same for a change that can harm a client by which the server works. */
export const placeOfChange = {
  ...place,
  ownClient: optional(described(flag, QUERY_PARAMETERS.ownClient.says)),
} satisfies Shape<PlaceOfChange>

/** Members that name a client. */
export const name = {
  id: text,
  provider: text,
  userPoolId: optional(text),
} satisfies Shape<ClientName>

export const clientName = z.object(name)

export const actor = z.object({
  subject: text,
  issuer: text,
  clientId: optional(text),
} satisfies Shape<Actor>)

export const errorCode = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]])

export const fieldChange = z.object({
  field: text,
  before: json,
  after: json,
  added: optional(z.array(json)),
  removed: optional(z.array(json)),
  cut: optional(described(yes, 'The values are large, and left out on this page.')),
} satisfies Shape<FieldChange>)

export const warning = z.object({
  code: text,
  message: text,
  field: optional(text),
  mend: optional(described(object, 'The body of a PATCH of the same client that fixes it.')),
} satisfies Shape<Warning>)

export const COMMON_SCHEMAS = {
  ClientName: clientName,
  FieldChange: fieldChange,
  Warning: warning,
} satisfies Schemas<Omit<CommonBodies, 'Error' | 'Problem'>>
