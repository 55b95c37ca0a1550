/**
 * `keycloak_openid_client` of a Terraform state as the admin API spells it (terraform-provider-keycloak,
 * docs/resources/openid_client.md and keycloak/openid_client.go).
 */

import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import type { Loss } from '../imported.ts'
import type { ResourceReader } from './terraform-resource.ts'

const MEMBERS: Readonly<Record<string, string>> = {
  admin_url: 'adminUrl',
  always_display_in_console: 'alwaysDisplayInConsole',
  base_url: 'baseUrl',
  client_authenticator_type: 'clientAuthenticatorType',
  client_id: 'clientId',
  consent_required: 'consentRequired',
  description: 'description',
  direct_access_grants_enabled: 'directAccessGrantsEnabled',
  enabled: 'enabled',
  frontchannel_logout_enabled: 'frontchannelLogout',
  full_scope_allowed: 'fullScopeAllowed',
  implicit_flow_enabled: 'implicitFlowEnabled',
  name: 'name',
  root_url: 'rootUrl',
  service_accounts_enabled: 'serviceAccountsEnabled',
  standard_flow_enabled: 'standardFlowEnabled',
  valid_redirect_uris: 'redirectUris',
  web_origins: 'webOrigins',
}

/** Texts at the API, whatever they are in the state. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  access_token_lifespan: 'access.token.lifespan',
  allow_refresh_token_in_standard_token_exchange:
    'standard.token.exchange.enableRefreshRequestedTokenType',
  backchannel_logout_revoke_offline_sessions: 'backchannel.logout.revoke.offline.tokens',
  backchannel_logout_session_required: 'backchannel.logout.session.required',
  backchannel_logout_url: 'backchannel.logout.url',
  client_offline_session_idle_timeout: 'client.offline.session.idle.timeout',
  client_offline_session_max_lifespan: 'client.offline.session.max.lifespan',
  client_session_idle_timeout: 'client.session.idle.timeout',
  client_session_max_lifespan: 'client.session.max.lifespan',
  consent_screen_text: 'consent.screen.text',
  display_on_consent_screen: 'display.on.consent.screen',
  exclude_issuer_from_auth_response: 'exclude.issuer.from.auth.response',
  exclude_session_state_from_auth_response: 'exclude.session.state.from.auth.response',
  frontchannel_logout_url: 'frontchannel.logout.url',
  login_theme: 'login_theme',
  oauth2_device_authorization_grant_enabled: 'oauth2.device.authorization.grant.enabled',
  oauth2_device_code_lifespan: 'oauth2.device.code.lifespan',
  oauth2_device_polling_interval: 'oauth2.device.polling.interval',
  pkce_code_challenge_method: 'pkce.code.challenge.method',
  require_dpop_bound_tokens: 'dpop.bound.access.tokens',
  standard_token_exchange_enabled: 'standard.token.exchange.enabled',
  use_refresh_tokens: 'use.refresh.tokens',
  use_refresh_tokens_client_credentials: 'client_credentials.use_refresh_token',
}

/** Of Terraform alone, computed, or said elsewhere. */
const LEFT_OUT =
  /^(id|realm_id|access_type|client_secret.*|import|resource_server_id|service_account_user_id|extra_config|valid_post_logout_redirect_uris|authentication_flow_binding_overrides)$/

export const keycloakNative: ResourceReader = ({ attributes }) => {
  const losses: Omit<Loss, 'about'>[] = []
  const members: [string, Json][] = []
  const texts: [string, Json][] = []
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === '' || LEFT_OUT.test(name)) continue
    if (Array.isArray(value) && value.length === 0 && !Object.hasOwn(MEMBERS, name)) continue
    const [member, attribute] = [MEMBERS[name], ATTRIBUTES[name]]
    if (member !== undefined) members.push([member, value])
    else if (attribute !== undefined) texts.push([attribute, String(value)])
    else losses.push({ what: name, why: 'it is no part of the client at the admin API' })
  }
  const { extra_config: extra, realm_id: realm } = attributes
  return {
    client: {
      type: 'keycloak',
      ...(typeof realm === 'string' ? { userPoolId: realm } : {}),
      native: {
        protocol: 'openid-connect',
        ...Object.fromEntries(members),
        ...accessOf(attributes),
        ...flowsOf(attributes),
        attributes: {
          ...Object.fromEntries(texts),
          ...logoutUris(attributes),
          ...(isRecord(extra) ? extra : {}),
        },
      },
    },
    losses,
  }
}

const accessOf = ({ access_type: type }: JsonObject): JsonObject => ({
  publicClient: type === 'PUBLIC',
  bearerOnly: type === 'BEARER-ONLY',
})

/** One text at the API, with this between its parts. */
function logoutUris({ valid_post_logout_redirect_uris: uris }: JsonObject): JsonObject {
  return Array.isArray(uris) && uris.length > 0
    ? { 'post.logout.redirect.uris': uris.join('##') }
    : {}
}

function flowsOf({ authentication_flow_binding_overrides: overrides }: JsonObject): JsonObject {
  const [flows] = Array.isArray(overrides) ? (overrides as readonly Json[]) : []
  if (!isRecord(flows)) return {}
  const flowIds = { browser: flows.browser_id, direct_grant: flows.direct_grant_id }
  const set = Object.entries(flowIds).filter(([, id]) => typeof id === 'string' && id !== '')
  if (set.length === 0) return {}
  return { authenticationFlowBindingOverrides: Object.fromEntries(set) as JsonObject }
}
