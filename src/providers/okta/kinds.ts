/**
 * What a new application starts from. Sources: RFC 9700 sections 2.1.1 (code flow with PKCE), 2.4 (no password grant) and
 * 4.14.2 (refresh tokens of public clients rotate); RFC 8252 section 8.4 (native apps are public clients); RFC 6749
 * section 4.4; Okta, "Dynamic Client Registration" (grants and response types of each type).
 */

import type { ClientKind } from '../../core/client-kind.ts'
import type { Native } from '../../core/mapping/row.ts'
import { DEFAULTS, LEEWAY, METHOD, oauth, PKCE, ROTATION } from './members.ts'

const CODE_FLOW = {
  [oauth('grant_types')]: ['authorization_code', 'refresh_token'],
  [oauth('response_types')]: ['code'],
  [oauth('redirect_uris')]: [],
  [PKCE]: true,
}
const PUBLIC = {
  ...CODE_FLOW,
  [METHOD]: 'none',
  [ROTATION]: 'ROTATE',
  [LEEWAY]: 0,
}
const CONFIDENTIAL = { [METHOD]: 'client_secret_basic' }

const KINDS: Readonly<Record<ClientKind, Native>> = {
  spa: { ...PUBLIC, [oauth('application_type')]: 'browser' },
  native: { ...PUBLIC, [oauth('application_type')]: 'native' },
  web: {
    ...CODE_FLOW,
    ...CONFIDENTIAL,
    [oauth('application_type')]: 'web',
    [ROTATION]: 'STATIC',
  },
  machine: {
    ...CONFIDENTIAL,
    [oauth('application_type')]: 'service',
    [oauth('grant_types')]: ['client_credentials'],
    [oauth('response_types')]: ['token'],
    [oauth('redirect_uris')]: [],
    [PKCE]: false,
  },
}

/** The record that a new application of a kind starts from. */
export const blank = (kind: ClientKind): Native => ({
  status: 'ACTIVE',
  ...DEFAULTS,
  ...KINDS[kind],
})
