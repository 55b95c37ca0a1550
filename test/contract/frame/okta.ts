/**
 * What may be asked of an application of Okta: members and values as its OpenAPI file and recorded traffic have them.
 * Native members are named by their paths.
 */

import type { FieldName } from '../../../src/core/client.ts'
import type { Json, JsonObject } from '../../../src/core/json/json.ts'
import { type Ask, ask, type Frame, type Group, list, value } from './ask.ts'

const APP = 'https://app.example.com'
const at = (path: string) => `${APP}/${path}`
const oauth = (name: string) => `settings.oauthClient.${name}`

/** A merge patch over one path of Okta's own record. */
const raw = (path: string, one: Json): Ask =>
  ask(
    {
      providerSettings: path
        .split('.')
        .reduceRight<Json>((inner, name) => ({ [name]: inner }), one),
    },
    path,
  )

const setting = (path: string, values: readonly Json[], clears = false): Group => ({
  about: [path],
  asks: ({ [path]: now = null }) => [
    ...values
      .filter((one) => JSON.stringify(one) !== JSON.stringify(now))
      .map((one) => raw(path, one)),
    ...(clears && now !== null ? [raw(path, null)] : []),
  ],
})

/** A text of which there may be none, shown as `null` or not at all. */
const text = (field: FieldName, native: string, values: readonly string[]): Group => ({
  about: [field],
  asks: ({ [native]: now = null }) => [
    ...values.filter((one) => one !== now).map((one) => ask({ [field]: one }, native)),
    ...(now === null ? [] : [ask({ [field]: null }, native)]),
  ],
})

const GRANTS = oauth('grant_types')
const textsIn = (record: JsonObject, path: string) => (record[path] ?? []) as readonly string[]

const grants: Group = {
  about: ['grantTypes', 'responseTypes', 'refreshTokenRotation'],
  asks: (record) => {
    const refresh = [oauth('refresh_token.rotation_type'), oauth('refresh_token.leeway')]
    const now = textsIn(record, GRANTS)
    const turn = (grant: string, ...more: readonly string[]) =>
      ask({ grantTypes: { [now.includes(grant) ? 'remove' : 'add']: [grant] } }, GRANTS, ...more)
    return [
      turn('refresh_token', ...refresh),
      turn('implicit', oauth('response_types')),
      turn('client_credentials'),
    ]
  },
}

const method: Group = {
  about: ['tokenEndpointAuthMethod'],
  asks: ({ 'credentials.oauthClient.token_endpoint_auth_method': now = null }) =>
    ['client_secret_post', 'client_secret_basic', 'none']
      .filter((one) => one !== now)
      .map((one) =>
        ask(
          { tokenEndpointAuthMethod: one },
          'credentials.oauthClient.token_endpoint_auth_method',
          'credentials.oauthClient.pkce_required',
        ),
      ),
}

const rotation: Group = {
  about: ['refreshTokenRotation', 'grantTypes'],
  asks: (record) => {
    const touched = [oauth('refresh_token.rotation_type'), oauth('refresh_token.leeway')]
    if (!textsIn(record, GRANTS).includes('refresh_token')) return []
    const isOn = record[touched[0] ?? ''] === 'ROTATE'
    return [
      ask({ refreshTokenRotation: { enabled: !isOn, graceSeconds: isOn ? 0 : 20 } }, ...touched),
      ...(isOn && record[touched[1] ?? ''] !== 5
        ? [ask({ refreshTokenRotation: { enabled: true, graceSeconds: 5 } }, ...touched)]
        : []),
    ]
  },
}

const metadata: Group = {
  about: ['clientMetadata'],
  asks: ({ profile = {} }) => [
    ask({ clientMetadata: { team: 'platform' } }, 'profile'),
    ask({ clientMetadata: { added: 'yes' } }, 'profile'),
    ...('tier' in (profile as JsonObject)
      ? [ask({ clientMetadata: { tier: null } }, 'profile')]
      : []),
  ],
}

const tomorrow: Group = {
  about: [oauth('of_tomorrow')],
  asks: ({ [oauth('of_tomorrow')]: now }) =>
    now === undefined
      ? []
      : [
          raw(oauth('of_tomorrow.added'), { more: [1, 2] }),
          raw(oauth('of_tomorrow.flag'), 'another'),
        ],
}

const status: Group = {
  about: ['disabled'],
  // What Okta shows of an active application only.
  asks: ({ status: now }) => [ask({ disabled: now === 'ACTIVE' }, 'status', 'universalLogout')],
}

export const OKTA: Frame = {
  states: {
    label: ['Example', 'Zwölf'],
    status: ['ACTIVE', 'INACTIVE'],
    profile: [{ team: 'identity', tier: 'gold', levels: { of: ['trust'] } }, undefined],
    'settings.notes.admin': ['The example of the documentation', null],
    'settings.notes.enduser': ['For everyone', null],
    'credentials.oauthClient.pkce_required': [true, false],
    [oauth('redirect_uris')]: [[at('callback')], [at('callback'), at('one')]],
    [oauth('post_logout_redirect_uris')]: [[at('logout')], undefined],
    [oauth('client_uri')]: [at(''), null],
    [oauth('logo_uri')]: [at('logo.png'), null],
    [oauth('policy_uri')]: [at('policy'), undefined],
    [oauth('tos_uri')]: [at('terms'), undefined],
    [oauth('jwks_uri')]: [at('keys'), undefined],
    [oauth('initiate_login_uri')]: [at('login'), undefined],
    [oauth('consent_method')]: ['TRUSTED', 'REQUIRED'],
    [oauth('issuer_mode')]: ['DYNAMIC', 'ORG_URL'],
    [oauth('frontchannel_logout_uri')]: [at('frontchannel'), undefined],
    [oauth('of_tomorrow')]: [{ flag: true, list: [1, 2] }, undefined],
  },
  together: [
    [
      {},
      {
        [GRANTS]: ['authorization_code'],
        [oauth('refresh_token.rotation_type')]: undefined,
        [oauth('refresh_token.leeway')]: undefined,
      },
      {
        [oauth('refresh_token.rotation_type')]: 'STATIC',
        [oauth('refresh_token.leeway')]: undefined,
      },
    ],
  ],
  groups: [
    value('name', 'label', ['One', 'Другой']),
    text('description', 'settings.notes.admin', ['Other words']),
    list('callbacks', oauth('redirect_uris'), ['one', 'two', 'three'].map(at), { keeps: 'first' }),
    list('allowedLogoutUrls', oauth('post_logout_redirect_uris'), ['bye', 'ciao'].map(at)),
    text('clientUri', oauth('client_uri'), [at('about')]),
    text('logoUri', oauth('logo_uri'), [at('other.png')]),
    text('policyUri', oauth('policy_uri'), [at('privacy')]),
    text('tosUri', oauth('tos_uri'), [at('rules')]),
    text('jwksUri', oauth('jwks_uri'), [at('other-keys')]),
    text('initiateLoginUri', oauth('initiate_login_uri'), [at('start')]),
    grants,
    method,
    rotation,
    metadata,
    status,
    {
      about: ['firstParty'],
      asks: ({ [oauth('consent_method')]: now }) => [
        ask({ firstParty: now === 'REQUIRED' }, oauth('consent_method')),
      ],
    },
    {
      about: ['dpopBoundAccessTokens', 'grantTypes'],
      asks: () => [ask({ dpopBoundAccessTokens: true }, oauth('dpop_bound_access_tokens'))],
    },
    {
      about: ['responseTypes', 'grantTypes'],
      asks: () => [ask({ responseTypes: { add: ['id_token'] } }, oauth('response_types'))],
    },
    setting('settings.notes.enduser', ['Other words'], true),
    setting(oauth('issuer_mode'), ['DYNAMIC', 'ORG_URL']),
    setting(oauth('frontchannel_logout_uri'), [at('other')], true),
    setting('settings.implicitAssignment', [true]),
    setting('visibility', [{ autoSubmitToolbar: true }]),
    setting(oauth('idp_initiated_login'), [{ mode: 'DISABLED', default_scope: ['openid'] }]),
    tomorrow,
  ],
}
