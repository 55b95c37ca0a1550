/** Another allowed value for each field that a provider lets change, other than that of its fixture. */

import type { FieldName } from '../../src/core/client.ts'
import type { Json } from '../../src/core/json/json.ts'

export type Samples = { readonly [F in FieldName]?: Json }

/** What most providers take; each subject adds its own. */
export const COMMON: Samples = {
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
  clientUri: 'https://new.example.com/about',
  policyUri: 'https://new.example.com/policy',
  tosUri: 'https://new.example.com/terms',
  jwksUri: 'https://new.example.com/keys',
  contacts: ['team@example.com'],
  requirePushedAuthorizationRequests: true,
  dpopBoundAccessTokens: true,
  idTokenLifetime: 7200,
  refreshTokenLifetime: 1728000,
  refreshTokenRotation: { enabled: true, graceSeconds: 0 },
}
