/** `GET /providers` and `GET /providers/{providerId}`: what each provider can hold, and why not. */

import type { PROVIDER_OPERATIONS } from '../../contract/operations/providers.ts'
import { FIELD_NAMES, FIELDS } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import {
  boundSettings,
  creationSettings,
  defaultSettings,
  isMapped,
  type Mapping,
  privilegedSettings,
  rawSettings,
  settingMaps,
  shownSettings,
} from '../../core/mapping/mapping.ts'
import type { Limits, Row } from '../../core/mapping/row.ts'
import { isLens } from '../../core/mapping/row.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Answer } from '../answer.ts'
import { requirePermission } from '../auth/permissions.ts'
import { callerRightsAt } from '../caller/whoami.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { callerOf, permissionOf, visibleProviders } from '../target.ts'

export const PROVIDER_HANDLERS: Handlers<keyof typeof PROVIDER_OPERATIONS> = {
  listProviders,
  getProvider,
}

/** Lists the providers that the caller may use. */
function listProviders(exchange: Exchange): Answer {
  const { service, permissions } = exchange.settings
  const visible = visibleProviders(exchange)
  const principal = callerOf(exchange)
  if (visible.length === 0) {
    requirePermission(permissions, {
      principal,
      providerId: '',
      permission: permissionOf(exchange),
    })
  }
  const providers = visible.flatMap((id) => {
    const provider = service.providers.get(id)
    return provider === undefined ? [] : [summaryOf(exchange, id, provider)]
  })
  return { status: 200, body: { providers } }
}

/**
 * Shows what one provider can hold.
 * @throws ClientError `not_found`
 */
function getProvider(exchange: Exchange): Answer {
  const { service } = exchange.settings
  const { providerId = '' } = exchange.params
  const provider = service.providers.get(providerId)
  if (provider === undefined || !visibleProviders(exchange).includes(providerId)) {
    throw new ClientError('not_found', 'There is no such provider. GET /providers lists them.')
  }
  const summary = summaryOf(exchange, providerId, provider)
  return { status: 200, body: { ...summary, ...capabilitiesOf(provider.mapping) } }
}

function summaryOf(exchange: Exchange, id: string, provider: Provider): JsonObject {
  return {
    id,
    type: provider.type,
    default: id === exchange.settings.defaultProvider,
    userPools: provider.userPools !== undefined,
    caller: callerRightsAt(exchange, id) as unknown as JsonObject,
  }
}

/** The capability table of a mapping; the generated documentation shows the same. */
export function capabilitiesOf(mapping: Mapping): JsonObject {
  const { classes = {} } = mapping.members ?? {}
  const fields = FIELD_NAMES.map((field): [string, JsonObject] => [
    field,
    isMapped(field)
      ? capability(mapping.fields[field], FIELDS[field].says)
      : { support: 'native', writable: true, says: FIELDS[field].says },
  ])
  return {
    updates: mapping.omitted === 'reset' ? 'replace' : 'merge',
    fields: Object.fromEntries(fields),
    settings: rawSettings(mapping),
    creationSettings: creationSettings(mapping),
    readOnlySettings: shownSettings(mapping),
    boundSettings: boundSettings(mapping),
    privileged: privilegedSettings(mapping) as unknown as Json,
    settingMaps: settingMaps(mapping),
    defaultSettings: defaultSettings(mapping),
    ...(mapping.opened === undefined ? {} : { openedSettings: mapping.opened }),
    ...(Object.keys(classes).length === 0 ? {} : { members: { ...classes } }),
  }
}

function capability(row: Row<unknown>, says: string): JsonObject {
  if (row.support === 'missing') {
    const value = row.value === undefined ? {} : { value: row.value as Json }
    return { support: 'missing', writable: false, reason: row.why, ...value, says }
  }
  const native = row.keys.length === 0 ? {} : { native: row.keys }
  if (!isLens(row)) {
    const creatable = row.made === undefined ? {} : { creatable: true }
    return { support: 'read-only', writable: false, ...creatable, reason: row.why, ...native, says }
  }
  return {
    support: row.support,
    writable: true,
    ...(row.afterCreation === undefined ? {} : { afterCreation: true }),
    ...native,
    ...(row.limits === undefined ? {} : { limits: limitsOf(row.limits) }),
    ...(row.note === undefined ? {} : { note: row.note }),
    says,
  }
}

function limitsOf({ pattern, ...limits }: Limits): JsonObject {
  const plain = limits as unknown as JsonObject
  return pattern === undefined ? plain : { ...plain, pattern: pattern.says }
}
