/**
 * The caller of a request that comes with a session instead of a token. The cookie alone carries no rights: the page sends the key of
 * its session as a header beside it, and what changes something must come from our own origin.
 */

import { ClientError } from '../../core/errors.ts'
import { withinDeadline } from '../../service/base/deadline.ts'
import { credentialsMissing } from '../auth/challenge.ts'
import type { Principal } from '../auth/principal.ts'
import type { HttpSettings } from '../exchange.ts'
import type { HttpRequest } from '../wire/message.ts'
import type { ConsoleSettings } from './console-settings.ts'
import { cookieOf, SESSION_COOKIE } from './cookies.ts'
import { isEnded } from './ended-sessions.ts'
import { keyOf, openSession, type StoredSession } from './stored-session.ts'

/** Holds the key of the session. */
export const SESSION_HEADER = 'Clientry-Session'

/** What of the settings sessions need. */
export type SessionSettings = Pick<HttpSettings, 'console' | 'service'>

/**
 * The caller by the session of the request; `undefined` where the request names none.
 * @throws ClientError `unauthenticated`, `invalid_request`, `foreign_origin`
 */
export async function sessionCaller(
  request: HttpRequest,
  settings: SessionSettings,
): Promise<Principal | undefined> {
  if (request.headers[SESSION_HEADER.toLowerCase()] === undefined) return undefined
  if (request.headers.authorization !== undefined) {
    const says = `The request has both an Authorization header and a ${SESSION_HEADER} header. Send one of them.`
    throw new ClientError('invalid_request', says, { field: SESSION_HEADER })
  }
  const { principal, authenticatedAt } = await ownSession(request, settings)
  if (principal.expiresAt <= settings.service.now()) {
    throw credentialsMissing(
      'The access token behind this session has ended. Renew the session, or sign in again.',
    )
  }
  return { ...principal, session: { authenticatedAt } }
}

/**
 * The session of a request that our own page sends.
 * @throws ClientError `unauthenticated`, `foreign_origin`
 */
export async function ownSession(
  request: HttpRequest,
  settings: SessionSettings,
): Promise<StoredSession> {
  const settingsOfConsole = consoleOf(settings)
  checkOrigin(request, settingsOfConsole)
  const session = await sessionIn(request, settings)
  const [key, ...more] = request.headers[SESSION_HEADER.toLowerCase()] ?? []
  if (session === undefined || more.length > 0 || key !== keyOf(session)) {
    throw credentialsMissing('There is no session, or it has ended. Sign in again.')
  }
  return session
}

/** The session whose cookie the browser sent, if it goes on. */
export async function sessionIn(
  request: HttpRequest,
  { console, service }: SessionSettings,
): Promise<StoredSession | undefined> {
  const sealed = cookieOf(request, SESSION_COOKIE)
  if (console === undefined || sealed === undefined || isForeign(request)) return undefined
  const session = openSession(service.seal, sealed, service.now())
  // The issuer may be another one since.
  if (session?.principal.issuer !== console.issuer.issuer) return undefined
  const { notes } = withinDeadline(service, request.deadline).store
  return (await isEnded(session.id, console.ended, notes)) ? undefined : session
}

/**
 * The console of this server.
 * @throws ClientError `no_such_route`
 */
export function consoleOf({ console }: SessionSettings): ConsoleSettings {
  if (console !== undefined) return console
  const says =
    'There is no console here. The member console of the configuration sets one up (docs/console.md).'
  throw new ClientError('no_such_route', says)
}

/**
 * Refuses what a page of another origin sends, and what does not say where it comes from.
 * @throws ClientError `foreign_origin`
 */
export function checkOrigin(request: HttpRequest, { url }: ConsoleSettings): void {
  const [origin, ...more] = request.headers.origin ?? []
  // Browsers send it with everything but reads (Fetch Standard, section 3.2).
  const isRead = request.method === 'GET' && origin === undefined
  const isOwn = origin === new URL(url).origin && more.length === 0
  if ((isRead || isOwn) && !isForeign(request)) return
  throw new ClientError(
    'foreign_origin',
    `This can be done only by a page of ${new URL(url).origin}, which the Origin header of the request must name.`,
  )
}

/** Whether the browser itself says that another site, or another origin of this site, is behind it (Fetch Metadata). */
const isForeign = ({ headers }: HttpRequest): boolean => {
  const sites = headers['sec-fetch-site'] ?? []
  return sites.some((site) => site !== 'same-origin' && site !== 'none')
}
