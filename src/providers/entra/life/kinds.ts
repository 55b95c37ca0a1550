/**
 * What a new application starts from. The audience is always sent: without it personal accounts could sign in, with lower
 * limits (recorded: AzureADandPersonalMicrosoftAccount). Platforms are spelled out as reads show them.
 */

import type { ClientKind } from '../../../core/client-kind.ts'
import type { JsonObject } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import { KIND } from '../platforms.ts'

const COMMON: JsonObject = {
  signInAudience: 'AzureADMyOrg',
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
  },
  spa: { redirectUris: [] },
  publicClient: { redirectUris: [] },
}

/** The record that a new application of a kind starts from. */
export const blank = (kind: ClientKind): Native => ({
  ...COMMON,
  ...(kind === 'native' ? { isFallbackPublicClient: true } : {}),
  [KIND]: kind,
})
