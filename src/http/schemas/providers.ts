/** Schemas of providers. */

import * as z from 'zod/mini'
import type {
  PrivilegedSetting,
  Provider,
  ProviderBodies,
  ProviderSummary,
} from '../../contract/providers.ts'
import { object, optional, type Schemas, type Shape, text } from './parts.ts'
import { callerRights } from './server.ts'

const summary = {
  id: text,
  type: text,
  default: z.boolean(),
  userPools: z.boolean(),
  caller: callerRights,
} satisfies Shape<ProviderSummary>

const privileged = z.object({
  path: text,
  values: optional(z.array(text)),
} satisfies Shape<PrivilegedSetting>)

const provider = z.object({
  ...summary,
  updates: z.enum(['replace', 'merge']),
  // One member for each field; what stands there is the mapping's own.
  fields: object as z.ZodMiniType as z.ZodMiniType<Provider['fields']>,
  settings: z.array(text),
  creationSettings: z.array(text),
  readOnlySettings: z.array(text),
  boundSettings: z.array(text),
  privileged: z.array(privileged),
  settingMaps: z.array(text),
  defaultSettings: object,
  openedSettings: optional(z.array(text)),
  members: optional(object),
} satisfies Shape<Provider>)

export const PROVIDER_SCHEMAS = {
  Provider: provider,
  ProviderList: z.object({ providers: z.array(z.object(summary)) }),
} satisfies Schemas<ProviderBodies>
