/**
 * Members of an OpenID Connect application of Okta (Apps API), each by its path, since a record has the objects of
 * `OPENED` opened. Sources: recorded traffic of Okta's Terraform provider and SDK; the types of @okta/okta-sdk-nodejs
 * 8.1.0 (OpenIdConnectApplication and its parts).
 */

import { type MemberTable, membersOf, POWERFUL_GRANTS } from '../../core/mapping/members.ts'

/** Objects whose members are settings by themselves. */
export const OPENED = [
  'credentials',
  'credentials.oauthClient',
  'settings',
  'settings.notes',
  'settings.oauthClient',
  'settings.oauthClient.refresh_token',
]

/** The path of a setting of the OAuth client. */
export const oauth = (name: string) => `settings.oauthClient.${name}`
/** The path of a credential of the OAuth client. */
export const credential = (name: string) => `credentials.oauthClient.${name}`

export const METHOD = credential('token_endpoint_auth_method')
export const SECRET = credential('client_secret')
export const CLIENT_ID = credential('client_id')
export const PKCE = credential('pkce_required')
export const ROTATION = oauth('refresh_token.rotation_type')
export const LEEWAY = oauth('refresh_token.leeway')
export const DELIVERY = oauth('backchannel_token_delivery_mode')

export const MEMBERS: MemberTable = {
  _embedded: ['hidden'],
  _links: ['hidden'],
  accessibility: ['setting'],
  created: ['field', 'read-only'],
  [credential('autoKeyRotation')]: ['setting'],
  [CLIENT_ID]: ['field', 'read-only'],
  [SECRET]: ['field', 'create-only', 'secret'],
  [PKCE]: ['setting'],
  [METHOD]: ['field', 'credential'],
  // The key of the org, which it rotates.
  'credentials.signing': ['read-only', 'volatile', 'public'],
  'credentials.userNameTemplate': ['setting', 'public'],
  expressConfiguration: ['read-only'],
  features: ['read-only'],
  id: ['read-only'],
  label: ['field'],
  lastUpdated: ['field', 'read-only', 'volatile'],
  name: ['read-only'],
  orn: ['read-only'],
  profile: ['field', 'merged', 'empty-is-absent'],
  'settings.app': ['setting', 'empty-is-absent'],
  'settings.emOptInStatus': ['read-only'],
  'settings.identityStoreId': ['setting'],
  'settings.implicitAssignment': ['setting', 'privileged'],
  'settings.inlineHookId': ['setting', 'privileged'],
  'settings.manualProvisioning': ['setting'],
  'settings.notes.admin': ['field'],
  'settings.notes.enduser': ['setting'],
  'settings.notifications': ['setting'],
  [oauth('application_type')]: ['field', 'create-only'],
  [oauth('backchannel_authentication_request_signing_alg')]: ['setting'],
  [oauth('backchannel_custom_authenticator_id')]: ['setting'],
  [DELIVERY]: ['setting'],
  [oauth('client_uri')]: ['field'],
  [oauth('consent_method')]: ['field', 'privileged'],
  [oauth('dpop_bound_access_tokens')]: ['field'],
  [oauth('frontchannel_logout_session_required')]: ['setting'],
  [oauth('frontchannel_logout_uri')]: ['setting'],
  [oauth('grant_types')]: ['field', POWERFUL_GRANTS],
  [oauth('id_token_encrypted_response_alg')]: ['setting', 'public'],
  [oauth('idp_initiated_login')]: ['setting'],
  [oauth('initiate_login_uri')]: ['field'],
  [oauth('issuer_mode')]: ['setting'],
  [oauth('jwks')]: ['setting', 'credential', 'empty-is-absent'],
  [oauth('jwks_uri')]: ['field', 'credential'],
  [oauth('logo_uri')]: ['field'],
  [oauth('network')]: ['setting'],
  [oauth('participate_slo')]: ['setting'],
  [oauth('policy_uri')]: ['field'],
  [oauth('post_logout_redirect_uris')]: ['field', 'empty-is-absent'],
  [oauth('redirect_uris')]: ['field'],
  [LEEWAY]: ['field'],
  [ROTATION]: ['field'],
  [oauth('request_object_signing_alg')]: ['setting'],
  [oauth('response_types')]: ['field'],
  [oauth('sector_identifier_uri')]: ['setting'],
  [oauth('subject_type')]: ['setting'],
  [oauth('tos_uri')]: ['field'],
  [oauth('wildcard_redirect')]: ['setting'],
  signOnMode: ['read-only'],
  status: ['field'],
  // Absent while the application is inactive.
  universalLogout: ['mirror'],
  visibility: ['setting'],
}

/** What no update takes; an update that leaves `name` or `signOnMode` out was never seen. */
export const NEVER_SENT = [
  ...membersOf(MEMBERS, 'hidden'),
  ...membersOf(MEMBERS, 'mirror'),
  'created',
  'credentials.signing',
  'expressConfiguration',
  'features',
  'id',
  'lastUpdated',
  'orn',
  'settings.emOptInStatus',
  'status',
]

/** What Okta sets where a creation names nothing (41 recorded creations). */
export const DEFAULTS = {
  accessibility: { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null },
  visibility: {
    autoLaunch: false,
    autoSubmitToolbar: false,
    hide: { iOS: true, web: true },
    appLinks: { oidc_client_link: true },
  },
  [credential('autoKeyRotation')]: true,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of Okta's own
  'credentials.userNameTemplate': { template: '${source.login}', type: 'BUILT_IN' },
  'settings.app': {},
  'settings.notifications': {
    vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null },
  },
  'settings.manualProvisioning': false,
  'settings.implicitAssignment': false,
  'settings.notes.admin': null,
  'settings.notes.enduser': null,
  [oauth('client_uri')]: null,
  [oauth('logo_uri')]: null,
  [oauth('consent_method')]: 'TRUSTED',
  [oauth('issuer_mode')]: 'DYNAMIC',
  [oauth('idp_initiated_login')]: { mode: 'DISABLED', default_scope: [] },
  [oauth('wildcard_redirect')]: 'DISABLED',
  [oauth('dpop_bound_access_tokens')]: false,
} as const
