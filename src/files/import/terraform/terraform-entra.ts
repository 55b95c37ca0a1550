/**
 * `azuread_application` of a Terraform state as Microsoft Graph spells it, and `azuread_application_registration` with the
 * resources beside it (terraform-provider-azuread, docs/resources/application.md, application_registration.md and those of its parts).
 */

import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import type { Loss } from '../imported.ts'
import { isPartOf, withParts } from './terraform-entra-parts.ts'
import type { ResourceReader } from './terraform-resource.ts'

const MEMBERS: Readonly<Record<string, string>> = {
  description: 'description',
  device_only_auth_enabled: 'isDeviceOnlyAuthSupported',
  display_name: 'displayName',
  fallback_public_client_enabled: 'isFallbackPublicClient',
  identifier_uris: 'identifierUris',
  notes: 'notes',
  service_management_reference: 'serviceManagementReference',
  sign_in_audience: 'signInAudience',
  tags: 'tags',
}

/** Why some are in no file. */
const LOST: Readonly<Record<string, string>> = {
  owners: 'owners are no settings of the client',
  password: 'secrets are in no file',
}

const INFO: Readonly<Record<string, string>> = {
  marketing_url: 'marketingUrl',
  privacy_statement_url: 'privacyStatementUrl',
  support_url: 'supportUrl',
  terms_of_service_url: 'termsOfServiceUrl',
}

/** Computed, of Terraform alone, or read below. */
const LEFT_OUT =
  /^(id|object_id|client_id|application_id|app_role_ids|oauth2_permission_scope_ids|publisher_domain|disabled_by_microsoft|prevent_duplicate_names|template_id|logo_url|feature_tags|timeouts|homepage_url|logout_url|implicit_access_token_issuance_enabled|implicit_id_token_issuance_enabled|requested_access_token_version|web|single_page_application|public_client|group_membership_claims|required_resource_access)$/

/** Blocks are lists of one. */
const block = (attributes: JsonObject, name: string): JsonObject => {
  const value = attributes[name]
  const [first = null] = Array.isArray(value) ? (value as readonly Json[]) : [value ?? null]
  return isRecord(first) ? first : {}
}

export const entraNative: ResourceReader = ({ type, attributes: own }, all) => {
  const isRegistration = type === 'azuread_application_registration'
  const attributes = isRegistration ? withParts(own, all.filter(isPartOf(own))) : own
  const losses: Omit<Loss, 'about'>[] = []
  const members: [string, Json][] = []
  const info: [string, Json][] = []
  for (const [name, value] of Object.entries(attributes)) {
    if (isUnset(value) || LEFT_OUT.test(name)) continue
    const [member, page] = [MEMBERS[name], INFO[name]]
    if (member !== undefined) members.push([member, value])
    else if (page !== undefined) info.push([page, value])
    else {
      const why = LOST[name] ?? 'it is not read; set it in client.providerSettings'
      losses.push({ what: name, why })
    }
  }
  const { client_id: clientId, application_id: formerId } = attributes
  const appId = clientId ?? formerId
  const { group_membership_claims: claims } = attributes
  return {
    client: {
      type: 'entra',
      native: {
        ...(typeof appId === 'string' ? { appId } : {}),
        ...Object.fromEntries(members),
        ...(Array.isArray(claims) && claims.length > 0
          ? { groupMembershipClaims: claims.join(', ') }
          : {}),
        ...(info.length > 0 ? { info: Object.fromEntries(info) } : {}),
        web: webOf(block(attributes, 'web')),
        spa: { redirectUris: urisOf(block(attributes, 'single_page_application')) },
        publicClient: { redirectUris: urisOf(block(attributes, 'public_client')) },
        ...permissionsOf(attributes),
        ...apiOf(attributes),
      },
    },
    losses,
  }
}

const isUnset = (value: Json) =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)

const urisOf = ({ redirect_uris: uris }: JsonObject): readonly Json[] =>
  Array.isArray(uris) ? uris : []

function webOf(web: JsonObject): JsonObject {
  const flows = block(web, 'implicit_grant')
  return {
    homePageUrl: web.homepage_url || null,
    logoutUrl: web.logout_url || null,
    redirectUris: urisOf(web),
    implicitGrantSettings: {
      enableAccessTokenIssuance: flows.access_token_issuance_enabled === true,
      enableIdTokenIssuance: flows.id_token_issuance_enabled === true,
    },
  }
}

/** Of a registration; that of an application lies in a block with more, which is not read. */
const apiOf = ({ requested_access_token_version: version }: JsonObject): JsonObject =>
  version === undefined || version === null ? {} : { api: { requestedAccessTokenVersion: version } }

function permissionsOf({ required_resource_access: all }: JsonObject): JsonObject {
  const resources = Array.isArray(all) ? all.filter(isRecord) : []
  if (resources.length === 0) return {}
  return {
    requiredResourceAccess: resources.map(({ resource_app_id: id, resource_access: access }) => ({
      resourceAppId: id ?? null,
      resourceAccess: Array.isArray(access) ? access : [],
    })),
  }
}
