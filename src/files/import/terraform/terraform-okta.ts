/**
 * `okta_app_oauth` of a Terraform state as the Apps API spells it (okta/terraform-provider-okta,
 * docs/resources/app_oauth.md and resource_okta_app_oauth.go).
 */

import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import type { Loss } from '../imported.ts'
import type { ResourceReader } from './terraform-resource.ts'

const OAUTH = 'settings.oauthClient'
const CLIENT = 'credentials.oauthClient'

/** Members of the application, by their paths. */
const MEMBERS: Readonly<Record<string, string>> = {
  admin_note: 'settings.notes.admin',
  auto_key_rotation: `${CLIENT}.autoKeyRotation`,
  client_id: `${CLIENT}.client_id`,
  client_uri: `${OAUTH}.client_uri`,
  consent_method: `${OAUTH}.consent_method`,
  dpop_bound_access_tokens: `${OAUTH}.dpop_bound_access_tokens`,
  enduser_note: 'settings.notes.enduser',
  frontchannel_logout_session_required: `${OAUTH}.frontchannel_logout_session_required`,
  frontchannel_logout_uri: `${OAUTH}.frontchannel_logout_uri`,
  grant_types: `${OAUTH}.grant_types`,
  implicit_assignment: 'settings.implicitAssignment',
  issuer_mode: `${OAUTH}.issuer_mode`,
  jwks_uri: `${OAUTH}.jwks_uri`,
  label: 'label',
  login_uri: `${OAUTH}.initiate_login_uri`,
  logo_uri: `${OAUTH}.logo_uri`,
  participate_slo: `${OAUTH}.participate_slo`,
  pkce_required: `${CLIENT}.pkce_required`,
  policy_uri: `${OAUTH}.policy_uri`,
  post_logout_redirect_uris: `${OAUTH}.post_logout_redirect_uris`,
  redirect_uris: `${OAUTH}.redirect_uris`,
  refresh_token_leeway: `${OAUTH}.refresh_token.leeway`,
  refresh_token_rotation: `${OAUTH}.refresh_token.rotation_type`,
  response_types: `${OAUTH}.response_types`,
  status: 'status',
  token_endpoint_auth_method: `${CLIENT}.token_endpoint_auth_method`,
  tos_uri: `${OAUTH}.tos_uri`,
  type: `${OAUTH}.application_type`,
  wildcard_redirect: `${OAUTH}.wildcard_redirect`,
}

/** Of Terraform alone, computed, or said elsewhere. */
const LEFT_OUT =
  /^(id|name|sign_on_mode|logo|logo_url|features|timeouts|omit_secret|preconfigured_app|client_secret.*|client_basic_secret.*|profile|jwks|login_mode|login_scopes|hide_ios|hide_web|auto_submit_toolbar|accessibility_.*|user_name_template.*|app_settings_json|app_links_json)$/

export const oktaNative: ResourceReader = ({ attributes }) => {
  const losses: Omit<Loss, 'about'>[] = []
  const members: [string, Json][] = []
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === '' || LEFT_OUT.test(name)) continue
    if (Array.isArray(value) && value.length === 0 && !Object.hasOwn(MEMBERS, name)) continue
    const path = MEMBERS[name]
    if (path !== undefined) members.push([path, value])
    else losses.push({ what: name, why: 'it is no part of the application at the Apps API' })
  }
  const isStatic = attributes.refresh_token_rotation !== 'ROTATE'
  const native: JsonObject = {
    // Okta drops a leeway beside STATIC.
    ...Object.fromEntries(
      members.filter(([path]) => !(isStatic && path.endsWith('refresh_token.leeway'))),
    ),
    ...profileOf(attributes),
    ...visibilityOf(attributes),
    ...loginOf(attributes),
    ...keysOf(attributes),
  }
  return { client: { type: 'okta', native }, losses }
}

/** Terraform keeps JSON as a text. */
function profileOf({ profile }: JsonObject): JsonObject {
  if (typeof profile !== 'string' || profile === '') return {}
  try {
    const value: Json = JSON.parse(profile)
    return isRecord(value) ? { profile: value } : {}
  } catch {
    return {}
  }
}

function visibilityOf({
  hide_ios: iOS,
  hide_web: web,
  auto_submit_toolbar: submit,
}: JsonObject): JsonObject {
  if (typeof iOS !== 'boolean' || typeof web !== 'boolean') return {}
  const toolbar = typeof submit === 'boolean' ? { autoSubmitToolbar: submit } : {}
  return { visibility: { ...toolbar, hide: { iOS, web } } }
}

function loginOf({ login_mode: mode, login_scopes: scopes }: JsonObject): JsonObject {
  if (typeof mode !== 'string' || mode === '') return {}
  const login = { mode, default_scope: Array.isArray(scopes) ? scopes : [] }
  return { [`${OAUTH}.idp_initiated_login`]: login }
}

function keysOf({ jwks }: JsonObject): JsonObject {
  const keys = (Array.isArray(jwks) ? (jwks as readonly Json[]) : []).filter(isRecord)
  if (keys.length === 0) return {}
  const held = keys.map((key) =>
    Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null && value !== '')),
  )
  return { [`${OAUTH}.jwks`]: { keys: held } }
}
