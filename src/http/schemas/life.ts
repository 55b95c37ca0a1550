/** Schemas of what makes, copies, adopts and removes clients. */

import * as z from 'zod/mini'
import type {
  Adoption,
  CopiedSetting,
  CopyPlan,
  CopyReport,
  CopyRequest,
  Creation,
  LifeBodies,
  Removal,
  RemovalPlan,
  RestorationPlan,
} from '../../contract/life.ts'
import { CLIENT_KINDS } from '../../core/client-kind.ts'
import { parseUrl } from '../../core/uri/uri-reading.ts'
import { client, clientPatch } from './client.ts'
import { planMembers } from './clients.ts'
import { clientName, place } from './common.ts'
import { described, flag, json, optional, type Schemas, type Shape, text, yes } from './parts.ts'
import { teamName } from './standing.ts'

const kind = z.enum(CLIENT_KINDS, { error: `must be one of: ${CLIENT_KINDS.join(', ')}` })

export const creationRequest = z.strictObject({
  ...place,
  kind: described(kind, 'The kind of the client.'),
  team: optional(
    described(
      teamName,
      'Whose client it is. Default: the team that the grant of the caller is limited to, if it is one.',
    ),
  ),
  client: clientPatch,
} satisfies Shape<Creation>)

export const copyRequest = z.strictObject({
  provider: text,
  userPoolId: optional(text),
  kind: optional(described(kind, 'Default: the kind of the source.')),
  team: optional(
    described(
      teamName,
      'Whose client it is. Default: the team that the grant of the caller is limited to, if it is one.',
    ),
  ),
  client: optional(clientPatch),
  allowLoss: optional(described(flag, 'Copies what can be copied even if some settings cannot.')),
} satisfies Shape<CopyRequest>)

const copiedSetting = z.object({
  field: text,
  before: optional(json),
  after: optional(json),
  removed: optional(z.array(json)),
  why: optional(text),
} satisfies Shape<CopiedSetting>)

const settings = z.array(copiedSetting)

const copyReport = z.object({
  carried: settings,
  derived: settings,
  lost: settings,
  new: settings,
  left: settings,
  unread: settings,
} satisfies Shape<CopyReport>)

const copyPlan = z.object({ ...planMembers, report: copyReport } satisfies Shape<CopyPlan>)

/** RFC 6750 section 2.1: what can stand in an `Authorization` header. */
const TOKEN = { error: 'must be 1 to 4096 visible ASCII characters' }
const URI = { error: 'must be an absolute http or https URL' }

const isHttp = z.refine<string>((value) => /^https?:$/.test(parseUrl(value)?.protocol ?? ''), URI)

export const adoptionRequest = z.strictObject({
  ...place,
  registrationAccessToken: optional(
    z
      .string(TOKEN)
      .check(z.minLength(1, TOKEN), z.maxLength(4_096, TOKEN), z.regex(/^[\x21-\x7e]*$/, TOKEN)),
  ),
  registrationClientUri: optional(
    z.string(URI).check(z.maxLength(2_048, URI), isHttp, z.meta({ format: 'uri' })),
  ),
} satisfies Shape<Adoption>)

const restorationPlan = z.object({
  ...planMembers,
  lost: z.array(text),
} satisfies Shape<RestorationPlan>)

const removal = z.object({
  removed: yes,
  client: clientName,
  lost: z.array(text),
} satisfies Shape<Removal>)

const { dryRun, requests } = planMembers

const removalPlan = z.object({
  dryRun,
  requests,
  client,
  lost: z.array(text),
} satisfies Shape<RemovalPlan>)

export const LIFE_SCHEMAS = {
  CreationRequest: creationRequest,
  AdoptionRequest: adoptionRequest,
  CopyRequest: copyRequest,
  CopiedSetting: copiedSetting,
  CopyReport: copyReport,
  Copy: z.intersection(client, z.object({ report: optional(copyReport) })),
  CopyPlan: copyPlan,
  Restoration: z.intersection(client, z.object({ lost: optional(z.array(text)) })),
  RestorationPlan: restorationPlan,
  Removal: removal,
  RemovalPlan: removalPlan,
} satisfies Schemas<LifeBodies>
