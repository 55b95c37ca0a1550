/** Another allowed value for each field that a provider lets change, other than that of its fixture. */

import type { FieldName } from '../../src/core/client.ts'
import type { Json } from '../../src/core/json/json.ts'

export type Samples = { readonly [F in FieldName]?: Json }

const COMMON: Samples = {
  name: 'Another name',
  secret: 'another-secret-another-secret-another',
  callbacks: ['https://app.example.com/callback', 'https://new.example.com/callback'],
  allowedLogoutUrls: ['https://new.example.com/logout'],
  description: 'Another text',
  webOrigins: ['https://new.example.com'],
  allowedOrigins: ['https://new.example.com'],
  clientMetadata: { team: 'platform', tier: 'gold', added: 'yes' },
  disabled: true,
  initiateLoginUri: 'https://new.example.com/login',
  logoUri: 'https://new.example.com/logo.png',
  idTokenLifetime: 7200,
  refreshTokenLifetime: 1728000,
  refreshTokenRotation: { enabled: true, graceSeconds: 0 },
}

/** By provider. */
export const SAMPLES = {
  auth0: {
    ...COMMON,
    grantTypes: ['authorization_code'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    supportedIdp: ['google', 'users'],
    appType: 'spa',
    oidcConformant: false,
    refreshTokenIdleLifetime: 600000,
    idTokenSignedResponseAlg: 'PS256',
  },
  cognito: {
    ...COMMON,
    grantTypes: ['implicit'],
    supportedIdp: ['COGNITO'],
    defaultCallback: 'https://app.example.com/callback',
    scopes: ['openid'],
    accessTokenLifetime: 3600,
  },
  local: {
    ...COMMON,
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    tokenEndpointAuthMethod: 'client_secret_post',
    appType: 'native',
    responseTypes: ['code', 'none'],
    scopes: ['openid', 'email'],
    accessTokenLifetime: 1800,
    idTokenSignedResponseAlg: 'PS256',
    firstParty: false,
  },
  rfc7592: {
    ...COMMON,
    grantTypes: ['authorization_code'],
    tokenEndpointAuthMethod: 'client_secret_post',
    appType: 'native',
    responseTypes: ['code', 'none'],
    scopes: ['openid', 'email'],
    idTokenSignedResponseAlg: 'PS256',
  },
} as const satisfies Readonly<Record<string, Samples>>
