/**
 * What Okta makes of a body: a creation gets its defaults, and an update replaces, but for the members that it ignores or
 * keeps. [recorded] and [documented] say from where each rule is known.
 */

import { copyOf, isRecord } from '../copy.ts'
import { type OktaApp, type OktaSecret, type Org, secretFor, timeAt } from './org.ts'
import { checkApp } from './validate.ts'

type Members = Record<string, unknown>

const objectOf = (value: unknown): Members => (isRecord(value) ? value : {})

const BY_SECRET = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']

export const usesSecret = (app: OktaApp): boolean =>
  BY_SECRET.includes(String(clientOf(app).token_endpoint_auth_method))

/** `credentials.oauthClient`. */
export const clientOf = ({ credentials }: OktaApp): Members =>
  objectOf(objectOf(credentials).oauthClient)

/** `settings.oauthClient`. */
export const oauthOf = ({ settings }: OktaApp): Members => objectOf(objectOf(settings).oauthClient)

/** Members of `settings.oauthClient` beside those of which each application has one (OpenAPI file). */
const OPTIONAL = [
  ...['backchannel_authentication_request_signing_alg', 'backchannel_custom_authenticator_id'],
  ...['backchannel_token_delivery_mode', 'frontchannel_logout_session_required'],
  ...['frontchannel_logout_uri', 'id_token_encrypted_response_alg', 'initiate_login_uri', 'jwks'],
  ...[
    'jwks_uri',
    'network',
    'policy_uri',
    'post_logout_redirect_uris',
    'request_object_signing_alg',
  ],
  ...['sector_identifier_uri', 'subject_type', 'tos_uri'],
]

/** Makes an application. */
export function created(org: Org, body: Members, active: boolean): OktaApp {
  const id = org.nextId('app')
  const at = timeAt(org.now())
  const app = wholeApp(org, body, { id, name: body.name, created: at, lastUpdated: at })
  checkApp(app, body)
  return withStatus(org, app, active ? 'ACTIVE' : 'INACTIVE')
}

/** Replaces one. Its status, name, ids and times are not the body's to say [documented, recorded]. */
export function replaced(org: Org, before: OktaApp, body: Members): OktaApp {
  const { id, name, created: at, status } = before
  const app = wholeApp(org, body, { id, name, created: at, lastUpdated: timeAt(org.now()) }, before)
  checkApp(app, body)
  return withStatus(org, app, status)
}

/** [recorded] `universalLogout` is there while the application is active. */
export function withStatus({ features }: Org, app: OktaApp, status: unknown): OktaApp {
  const { universalLogout: _, ...rest } = app
  const isShown = status === 'ACTIVE' && features.universalLogout !== undefined
  return { ...rest, status, ...(isShown ? { universalLogout: features.universalLogout } : {}) }
}

interface Identity {
  readonly id: unknown
  readonly name: unknown
  readonly created: unknown
  readonly lastUpdated: string
}

function wholeApp(org: Org, body: Members, identity: Identity, before?: OktaApp): OktaApp {
  const { features } = org
  const { label, signOnMode = 'OPENID_CONNECT', accessibility, visibility, profile } = body
  const orn =
    features.orn === undefined
      ? {}
      : { orn: `${features.orn}:apps:${identity.name}:${identity.id}` }
  return copyOf({
    id: identity.id,
    ...orn,
    name: identity.name,
    label,
    lastUpdated: identity.lastUpdated,
    created: identity.created,
    accessibility: {
      selfService: false,
      errorRedirectUrl: null,
      loginRedirectUrl: null,
      ...objectOf(accessibility),
    },
    visibility: {
      ...(features.autoLaunch ? { autoLaunch: false } : {}),
      autoSubmitToolbar: false,
      hide: { iOS: true, web: true },
      appLinks: { oidc_client_link: true },
      ...objectOf(visibility),
    },
    features: [],
    signOnMode,
    credentials: credentialsOf(org, body, identity.id, before),
    settings: settingsOf(org, body, before),
    ...(isRecord(profile) ? { profile } : {}),
    ...futureIn(org, body),
  })
}

/** Members that no one here knows. */
const futureIn = ({ future }: Org, members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => future.has(name)))

function credentialsOf(
  { features }: Org,
  body: Members,
  id: unknown,
  before: OktaApp | undefined,
): Members {
  const { oauthClient: sent, signing: _, ...others } = objectOf(body.credentials)
  const { client_secret: __, client_id: chosen, ...client } = objectOf(sent)
  const { application_type: type } = before === undefined ? oauthOf(body) : oauthOf(before)
  return {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of Okta's own
    userNameTemplate: { template: '${source.login}', type: 'BUILT_IN' },
    ...others,
    signing: { kid: features.kid },
    oauthClient: {
      autoKeyRotation: true,
      token_endpoint_auth_method: 'client_secret_basic',
      // [documented]
      pkce_required: type === 'browser' || type === 'native',
      ...client,
      client_id: before === undefined ? (chosen ?? id) : clientOf(before).client_id,
    },
  }
}

function settingsOf(org: Org, body: Members, before: OktaApp | undefined): Members {
  const { features } = org
  const { oauthClient: _, emOptInStatus: __, notes, ...others } = objectOf(body.settings)
  return {
    app: {},
    notifications: {
      vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null },
    },
    manualProvisioning: false,
    implicitAssignment: false,
    ...others,
    ...(features.emOptInStatus === undefined ? {} : { emOptInStatus: features.emOptInStatus }),
    notes: { admin: null, enduser: null, ...objectOf(notes) },
    oauthClient: oauthSettings(org, oauthOf(body), before && oauthOf(before)),
  }
}

function oauthSettings({ features, future }: Org, sent: Members, before: Members = {}): Members {
  const names = [...OPTIONAL, ...future]
  const optional = names.flatMap((name) =>
    sent[name] === undefined || sent[name] === null ? [] : [[name, sent[name]]],
  )
  const { consent_method: consent, participate_slo: slo } = sent
  const type = before.application_type ?? sent.application_type
  const grants = listOf(sent.grant_types)
  return {
    client_uri: sent.client_uri ?? null,
    logo_uri: sent.logo_uri ?? null,
    redirect_uris: sent.redirect_uris ?? [],
    response_types: sent.response_types ?? [],
    grant_types: grants,
    application_type: type,
    // [recorded] An org without the feature takes the member, and shows none.
    ...(features.consent ? { consent_method: consent ?? 'TRUSTED' } : {}),
    issuer_mode: sent.issuer_mode ?? 'DYNAMIC',
    idp_initiated_login: sent.idp_initiated_login ?? { mode: 'DISABLED', default_scope: [] },
    wildcard_redirect: sent.wildcard_redirect ?? 'DISABLED',
    dpop_bound_access_tokens: sent.dpop_bound_access_tokens ?? false,
    ...(features.singleLogout ? { participate_slo: slo ?? false } : {}),
    ...Object.fromEntries(optional),
    ...(isRecord(sent.jwks) ? { jwks: { keys: listOf(sent.jwks.keys).map(shownKey) } } : {}),
    ...refreshToken(grants, { type, sent: sent.refresh_token, before: before.refresh_token }),
    // [recorded]
    ...(grants.includes('urn:openid:params:grant-type:ciba')
      ? { backchannel_token_delivery_mode: 'poll' }
      : {}),
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** [recorded] A key gets an id, times, and `null` for the members of other types. */
function shownKey(key: unknown, index: number): unknown {
  if (!isRecord(key)) return key
  const none = key.kty === 'RSA' ? { x: null, y: null, crv: null } : { n: null, e: null }
  return { id: `pks${String(key.kid ?? index)}`, status: 'ACTIVE', use: null, ...none, ...key }
}

interface RefreshToken {
  readonly type: unknown
  readonly sent: unknown
  readonly before: unknown
}

/** [recorded] of defaults and of a leeway beside STATIC; [documented] of what is left out: it stays. */
function refreshToken(grants: readonly unknown[], { type, sent, before }: RefreshToken): Members {
  if (!grants.includes('refresh_token')) return {}
  const usual = { rotation_type: type === 'browser' ? 'ROTATE' : 'STATIC' }
  const { rotation_type, leeway } = { ...usual, ...objectOf(before), ...objectOf(sent) } as Members
  return {
    refresh_token:
      rotation_type === 'ROTATE' ? { rotation_type, leeway: leeway ?? 30 } : { rotation_type },
  }
}

/**
 * The secrets after a write. [recorded] An empty value and the same one keep the secret; a value that is brought along is
 * taken. [documented] A way without secrets deletes them. A change between ways with one makes another
 * (okta/terraform-provider-okta#109).
 */
export function secretsAfter(
  org: Org,
  {
    app,
    body,
    before,
    secrets,
  }: {
    readonly app: OktaApp
    readonly body: Members
    readonly before?: OktaApp
    readonly secrets: readonly OktaSecret[]
  },
): readonly OktaSecret[] {
  const { otherwise } = org.features
  if (!usesSecret(app)) return otherwise ? secrets : []
  const { client_secret: sent } = clientOf(body)
  const newest = secrets.filter(({ status }) => status === 'ACTIVE').at(-1)
  const method = (one: OktaApp) => clientOf(one).token_endpoint_auth_method
  const isOtherWay = before !== undefined && method(before) !== method(app)
  if (typeof sent === 'string' && sent !== '') {
    if (newest === undefined) return [secretFor(org, sent)]
    return secrets.map((one) => (one === newest ? { ...one, client_secret: sent } : one))
  }
  const isNew = otherwise ? sent === undefined && !isOtherWay : isOtherWay
  if (newest === undefined || isNew) return [secretFor(org, org.nextSecret())]
  return secrets
}

/** An application as answers show it; `secret`: in those to writes. */
export function shownApp(org: Org, app: OktaApp, secret?: OktaSecret): OktaApp {
  // Those of the catalogue and of Okta itself are shown as they were put there.
  if (app.name !== 'oidc_client') return copyOf(app)
  const { credentials } = app
  const client = clientOf(app)
  const withSecret =
    secret === undefined ? client : { ...client, client_secret: secret.client_secret }
  return {
    ...copyOf(app),
    credentials: { ...objectOf(credentials), oauthClient: withSecret },
    _links: linksOf(org, app),
  }
}

const WITH_POLICIES = ['profileEnrollment', 'policies', 'accessPolicy']

/** [recorded] The names; where they lead is not compared. */
function linksOf({ features, baseUrl }: Org, app: OktaApp): Members {
  const { id, status } = app
  const verb = status === 'ACTIVE' ? ['deactivate'] : []
  const names = [
    ...['uploadLogo', 'appLinks', 'profileEnrollment'],
    ...(status === 'ACTIVE' ? [] : ['activate']),
    ...['policies', 'groups', 'logo'],
    // Those that authenticate have some (recorded).
    ...(clientOf(app).token_endpoint_auth_method === 'none' ? [] : ['clientCredentials']),
    ...['accessPolicy', 'users'],
    ...verb,
  ].filter((name) => features.policies || !WITH_POLICIES.includes(name))
  return Object.fromEntries(
    names.map((name) => [name, { href: `${baseUrl()}/api/v1/apps/${String(id)}#${name}` }]),
  )
}
