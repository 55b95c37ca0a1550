/** What may be asked of a Cognito app client (cognito-idp 2016-04-18, UpdateUserPoolClient). */

import type { JsonObject } from '../../../src/core/json/json.ts'
import {
  type Ask,
  ask,
  at,
  type Frame,
  future,
  type Group,
  list,
  raw,
  setting,
  textsAt,
  value,
} from './ask.ts'

const APP = 'https://app.example.com'
const url = (name: string) => `https://${name}.example.com/cb`
const URLS = ['one', 'two', 'three'].map(url)
const FLOWS = ['AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient']

const isOn = (record: JsonObject) => record.AllowedOAuthFlowsUserPoolClient === true
const flowsOf = (record: JsonObject) => textsAt(record, 'AllowedOAuthFlows')

/** Where there is a flow with a browser, a callback stays; the default one stays in any case. */
const callbacks: Group = {
  about: ['callbacks'],
  asks: (record) => list('callbacks', 'CallbackURLs', URLS, { keeps: 'first' }).asks(record),
}

const defaultCallback: Group = {
  about: ['callbacks', 'defaultCallback'],
  asks: (record) => {
    const now = record.DefaultRedirectURI
    const others = textsAt(record, 'CallbackURLs').filter((one) => one !== now)
    return [
      ...others.map((one) => ask({ defaultCallback: one }, 'DefaultRedirectURI')),
      ask(
        { defaultCallback: url('four'), callbacks: { add: [url('four')] } },
        'DefaultRedirectURI',
        'CallbackURLs',
      ),
      ...(now === undefined ? [] : [ask({ defaultCallback: null }, 'DefaultRedirectURI')]),
      ask(
        { defaultCallback: null, callbacks: [url('five')] },
        'DefaultRedirectURI',
        'CallbackURLs',
      ),
    ]
  },
}

/** Flows with a browser and that of a machine exclude each other, and so do their scopes. */
const grants: Group = {
  about: ['grantTypes', 'scopes'],
  asks: (record) => {
    const flows = isOn(record) ? flowsOf(record) : []
    const wanted = (name: string, grantTypes: readonly string[]): readonly Ask[] =>
      [...flows].sort().join() === name
        ? []
        : [
            flowsOf(record).includes('client_credentials')
              ? ask({ grantTypes, scopes: ['openid'] }, ...FLOWS, 'AllowedOAuthScopes')
              : ask({ grantTypes }, ...FLOWS),
          ]
    return [
      ...wanted('code', ['authorization_code', 'refresh_token']),
      ...wanted('implicit', ['implicit']),
      ...wanted('code,implicit', ['authorization_code', 'implicit', 'refresh_token']),
      ...(flows.includes('client_credentials')
        ? []
        : [
            ask(
              { grantTypes: ['client_credentials'], scopes: ['orders/read'] },
              ...FLOWS,
              'AllowedOAuthScopes',
            ),
          ]),
      ...(flows.length === 0
        ? []
        : [ask({ grantTypes: [] }, ...FLOWS), ask({ grantTypes: null }, ...FLOWS)]),
    ]
  },
}

const scopes: Group = {
  about: ['scopes'],
  asks: (record) =>
    flowsOf(record).includes('client_credentials')
      ? [ask({ scopes: ['orders/read', 'orders/write'] }, 'AllowedOAuthScopes')]
      : list('scopes', 'AllowedOAuthScopes', ['phone', 'profile', 'orders/read'], {
          keeps: 'first',
        }).asks(record),
}

const UNITS: Readonly<Record<string, number>> = {
  days: 86_400,
  hours: 3_600,
  minutes: 60,
  seconds: 1,
}

/** The states and asks have refresh tokens that outlive the others. */
function lifetime(
  field: 'accessTokenLifetime' | 'idTokenLifetime' | 'refreshTokenLifetime',
  token: 'AccessToken' | 'IdToken' | 'RefreshToken',
  values: readonly number[],
): Group {
  return {
    about: [field],
    asks: (record) => {
      const stored = record[`${token}Validity`]
      const unit = at(record, `TokenValidityUnits.${token}`)
      const fallback = token === 'RefreshToken' ? 'days' : 'hours'
      const now =
        Number(stored ?? (token === 'RefreshToken' ? 30 : 1)) *
        (UNITS[String(unit ?? fallback)] ?? 0)
      const touches = [`${token}Validity`, `TokenValidityUnits.${token}`]
      const asks = values
        .filter((one) => one !== now)
        .map((one) => ask({ [field]: one }, ...touches))
      return stored === undefined ? asks : [...asks, ask({ [field]: null }, ...touches)]
    },
  }
}

/** Rotation and the flow that refreshes exclude each other. */
const rotation: Group = {
  about: ['refreshTokenRotation', 'ExplicitAuthFlows'],
  asks: (record) => {
    const on = at(record, 'RefreshTokenRotation.Feature') === 'ENABLED'
    const moves = ['RefreshTokenRotation', 'ExplicitAuthFlows']
    const refreshing = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH']
    if (!on) {
      return [
        ask({ refreshTokenRotation: { enabled: true } }, ...moves),
        ask({ refreshTokenRotation: { enabled: true, graceSeconds: 30 } }, ...moves),
        raw('ExplicitAuthFlows', refreshing),
        ...(record.ExplicitAuthFlows === undefined ? [] : [raw('ExplicitAuthFlows', null)]),
      ]
    }
    return [
      ask({ refreshTokenRotation: { enabled: false } }, ...moves),
      ask(
        { refreshTokenRotation: { graceSeconds: 45 } },
        'RefreshTokenRotation.RetryGracePeriodSeconds',
      ),
      ask({ refreshTokenRotation: null }, ...moves),
      raw('ExplicitAuthFlows', ['ALLOW_CUSTOM_AUTH']),
    ]
  },
}

export const COGNITO: Frame = {
  states: {
    ClientName: ['Example', 'Other client'],
    LogoutURLs: [[`${APP}/logout`], [`${APP}/logout`, `${APP}/out`], undefined],
    ReadAttributes: [['email', 'name'], ['email'], undefined],
    WriteAttributes: [['name'], undefined],
    SupportedIdentityProviders: [['COGNITO', 'Google'], ['COGNITO'], undefined],
    AnalyticsConfiguration: [
      {
        ApplicationId: 'abc',
        RoleArn: 'arn:aws:iam::111122223333:role/pinpoint',
        ExternalId: 'x',
        UserDataShared: true,
      },
      undefined,
    ],
    PreventUserExistenceErrors: ['ENABLED', 'LEGACY', undefined],
    EnableTokenRevocation: [true, false],
    EnablePropagateAdditionalUserContextData: [true, false],
    AuthSessionValidity: [3, 5, 15],
    MemberOfTomorrow: [{ Some: ['thing', 1], flag: true }, ['b', 'a'], 'text', undefined],
  },
  together: [
    [
      {
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['email', 'openid'],
        AllowedOAuthFlowsUserPoolClient: true,
      },
      {
        AllowedOAuthFlows: ['code', 'implicit'],
        AllowedOAuthScopes: ['openid'],
        AllowedOAuthFlowsUserPoolClient: true,
      },
      {
        AllowedOAuthFlows: ['client_credentials'],
        AllowedOAuthScopes: ['orders/read'],
        AllowedOAuthFlowsUserPoolClient: true,
      },
      // What it holds while OAuth is off stays there.
      {
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['email'],
        AllowedOAuthFlowsUserPoolClient: false,
      },
      {
        AllowedOAuthFlows: undefined,
        AllowedOAuthScopes: ['openid'],
        AllowedOAuthFlowsUserPoolClient: false,
      },
    ],
    [
      { CallbackURLs: [`${APP}/callback`], DefaultRedirectURI: undefined },
      { CallbackURLs: [`${APP}/callback`, url('one')], DefaultRedirectURI: `${APP}/callback` },
    ],
    [
      {
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'],
        RefreshTokenRotation: undefined,
      },
      {
        ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
        RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
      },
      {
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_CUSTOM_AUTH'],
        RefreshTokenRotation: { Feature: 'DISABLED' },
      },
      { ExplicitAuthFlows: undefined, RefreshTokenRotation: undefined },
    ],
    [
      {
        RefreshTokenValidity: 10,
        AccessTokenValidity: 30,
        IdTokenValidity: 45,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
      },
      {
        RefreshTokenValidity: 100,
        AccessTokenValidity: 2,
        IdTokenValidity: 3,
        TokenValidityUnits: { AccessToken: 'hours', RefreshToken: 'hours' },
      },
      {
        RefreshTokenValidity: 30,
        AccessTokenValidity: undefined,
        IdTokenValidity: undefined,
        TokenValidityUnits: {},
      },
    ],
  ],
  groups: [
    value('name', 'ClientName', ['One', 'Another name']),
    callbacks,
    defaultCallback,
    list('allowedLogoutUrls', 'LogoutURLs', URLS),
    grants,
    scopes,
    list('supportedIdp', 'SupportedIdentityProviders', ['COGNITO', 'Google']),
    lifetime('accessTokenLifetime', 'AccessToken', [900, 3_601, 86_400]),
    lifetime('idTokenLifetime', 'IdToken', [600, 7_200]),
    lifetime('refreshTokenLifetime', 'RefreshToken', [864_000, 129_600, 100_001]),
    rotation,
    setting('ReadAttributes', [['email', 'phone_number'], ['custom:x']], 'clears'),
    setting('WriteAttributes', [['email']], 'clears'),
    setting('PreventUserExistenceErrors', ['LEGACY', 'ENABLED']),
    setting('EnableTokenRevocation', [true, false]),
    setting('EnablePropagateAdditionalUserContextData', [true, false]),
    setting('AuthSessionValidity', [4, 10]),
    {
      about: ['AnalyticsConfiguration'],
      asks: ({ AnalyticsConfiguration: now }) =>
        now === undefined
          ? [
              raw('AnalyticsConfiguration', {
                ApplicationArn: 'arn:aws:mobiletargeting:us-east-1:111122223333:apps/new',
              }),
            ]
          : [
              raw('AnalyticsConfiguration.ExternalId', 'y'),
              raw('AnalyticsConfiguration.UserDataShared', false),
              raw('AnalyticsConfiguration', null),
            ],
    },
    future('MemberOfTomorrow'),
    {
      about: ['MemberOfTomorrow'],
      asks: (record) =>
        record.MemberOfTomorrow === undefined ? [] : [raw('MemberOfTomorrow', null)],
    },
  ],
}
