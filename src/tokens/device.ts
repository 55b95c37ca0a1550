/** Signing in on another device, where there is no browser: the device authorization grant (RFC 8628). */

import * as openid from 'openid-client'
import { ClientryError } from '../sdk/error.ts'
import type { Tokens } from './kept.ts'
import { forAudience, partyOf, refused, tokensOf, userParametersOf } from './party.ts'
import type { TokenRequest } from './token-request.ts'

/** What the user needs: where to go, and what to compare or to enter there. */
export interface DeviceCode {
  readonly address: string
  readonly code: string
  /** The same with the code in it, where the issuer has such an address. */
  readonly completeAddress?: string
}

/**
 * Waits until the user has agreed, as long as the issuer lets them.
 * @throws ClientryError `unauthenticated` if the issuer or the user refuses, `unreachable`
 */
export async function signInByDevice(
  request: TokenRequest,
  show: (code: DeviceCode) => void,
): Promise<Tokens> {
  const party = await partyOf(request)
  if (party.serverMetadata().device_authorization_endpoint === undefined) {
    throw new ClientryError(
      'unauthenticated',
      `${request.issuer} names no device authorization endpoint, so sign in through a browser.`,
    )
  }
  try {
    const begun = await openid.initiateDeviceAuthorization(party, userParametersOf(request))
    const { verification_uri_complete: completeAddress } = begun
    show({
      address: begun.verification_uri,
      code: begun.user_code,
      ...(completeAddress === undefined ? {} : { completeAddress }),
    })
    return tokensOf(await openid.pollDeviceAuthorizationGrant(party, begun, forAudience(request)))
  } catch (error) {
    throw refused(error)
  }
}
