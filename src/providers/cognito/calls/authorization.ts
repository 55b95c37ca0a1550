/**
 * The authorization endpoint of a user pool, `/oauth2/authorize` of its domain. Both answers are redirects there: to
 * `/error?error=redirect_mismatch` for a redirect URI that is not registered, and to `/login`, or to the redirect URI
 * where `prompt=none` is known, for one that is (Amazon Cognito, "The redirect and authorization endpoint").
 */

import { type Authorization, WAIT_SECONDS } from '../../authorization/authorization.ts'
import { lookAt, redirectsThere, type Takes } from '../../authorization/look.ts'
import type { Part } from '../../definition.ts'

/** Amazon Cognito, "The redirect and authorization endpoint": a code is valid for five minutes. */
const CODE_SECONDS = 300

/** Whether an answer is one of those to a registered redirect URI. */
export const takes: Takes = (answer, redirectUri) =>
  redirectsThere(answer, redirectUri) || answer.location?.pathname === '/login'

/** What is known of the endpoints; a pool whose domain is not configured cannot be asked. */
export const createAuthorization = (
  domainOf: (place: Part) => string | undefined,
): Authorization => ({
  codeSeconds: CODE_SECONDS,
  waitSeconds: WAIT_SECONDS,
  look: lookAt((ref) => {
    const domain = domainOf(ref)
    return domain === undefined ? undefined : `${domain}/oauth2/authorize`
  }, takes),
})
