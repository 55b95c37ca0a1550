/** The sign-in of the console: begun and finished here, so that no token ever reaches the page. */

import { randomUUID } from 'node:crypto'
import type { SESSION_OPERATIONS } from '../../contract/operations/session.ts'
import type { Session } from '../../contract/server.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { escaped } from '../../core/page/text.ts'
import type { Answer } from '../answer.ts'
import { credentialsMissing } from '../auth/challenge.ts'
import type { Exchange, HttpSettings } from '../exchange.ts'
import { getConsoleFile } from '../pages/console-page.ts'
import { page } from '../pages/html.ts'
import type { Handlers } from '../route.ts'
import { signInRequest } from '../schemas/server.ts'
import { readOptionalJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'
import type { SignedIn } from './console-settings.ts'
import { cookieOf, fits, SESSION_COOKIE, SIGN_IN_COOKIE, setCookie } from './cookies.ts'
import { end } from './ended-sessions.ts'
import { checkOrigin, consoleOf, ownSession, sessionIn } from './session-caller.ts'
import {
  closeSession,
  closeSignIn,
  endsOf,
  keyOf,
  LONGEST_MS,
  openSignIn,
  SIGN_IN_MS,
  type StoredSession,
} from './stored-session.ts'

export const SESSION_HANDLERS: Handlers<keyof typeof SESSION_OPERATIONS> = {
  getConsoleFile,
  getSession,
  beginSignIn,
  finishSignIn,
  renewSession,
  endSession,
}

/** A token that ends within this time is replaced when the session is renewed (milliseconds). */
const ENDING_MS = 120_000

/** Any page may ask; only one of this origin learns of a session. */
async function getSession({ settings, request }: Exchange): Promise<Answer> {
  return sessionAnswer(settings, await sessionIn(request, settings))
}

function sessionAnswer(
  { console }: HttpSettings,
  session: StoredSession | undefined,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body: Session = {
    ...(console && { signIn: { url: console.url, issuer: console.issuer.issuer } }),
    ...(session && { current: currentOf(session) }),
  }
  return { status: 200, headers, body: body as unknown as JsonObject }
}

function currentOf(session: StoredSession): NonNullable<Session['current']> {
  const { principal, authenticatedAt } = session
  const { idleUntil, until } = endsOf(session)
  return {
    key: keyOf(session),
    subject: principal.subject,
    ...(authenticatedAt === undefined ? {} : { authenticatedAt: rfc3339(authenticatedAt) }),
    tokenUntil: rfc3339(principal.expiresAt),
    idleUntil: rfc3339(idleUntil),
    until: rfc3339(until),
  }
}

const rfc3339 = (time: number) => new Date(time).toISOString()

/** Begins a sign-in in this browser. */
async function beginSignIn({ settings, request }: Exchange): Promise<Answer> {
  const body = readOptionalJsonBody(request)
  checkMembers(signInRequest, body)
  const view = memberOf(signInRequest, body, 'view') ?? ''
  const fresh = memberOf(signInRequest, body, 'fresh') ?? false
  const console = consoleOf(settings)
  checkOrigin(request, console)
  const { url, checks } = await console.issuer.begin(fresh)
  const { seal, now } = settings.service
  const sealed = closeSignIn(seal, { ...checks, view, startedAt: now() })
  return {
    status: 200,
    headers: { 'set-cookie': setCookie(SIGN_IN_COOKIE, sealed, SIGN_IN_MS / 1_000) },
    body: { url },
  }
}

/** The browser comes back from the issuer: what it brings counts only with the cookie of its own sign-in. */
async function finishSignIn({ settings, request }: Exchange): Promise<Answer> {
  const console = consoleOf(settings)
  const { seal, now } = settings.service
  const sealed = cookieOf(request, SIGN_IN_COOKIE)
  const pending = sealed === undefined ? undefined : openSignIn(seal, sealed, now())
  try {
    if (pending === undefined) {
      throw credentialsMissing(
        'No sign-in is under way in this browser, or it took too long, or another one has begun since.',
      )
    }
    const signedIn = await console.issuer.finish(request.query, pending)
    const session = await sessionOf(settings, signedIn, request.deadline)
    const target = escaped(`${console.url}/${pending.view}`)
    // The cookie is kept from what other sites cause, and the way back from the issuer is of that kind: so this is a page.
    const body = `<meta http-equiv="refresh" content="0;url=${target}"><h1>You are signed in</h1><p><a href="${target}">Go on to Clientry</a></p>`
    const signed = page('Clientry: signed in', body)
    return { ...signed, headers: { ...signed.headers, 'set-cookie': cookieFor(settings, session) } }
  } catch (error) {
    if (!isClientError(error)) throw error
    const target = escaped(`${console.url}/`)
    const failed = `<h1>You are not signed in</h1><p>${escaped(error.message)}</p><p><a href="${target}">Back to Clientry</a></p>`
    return { ...page('Clientry: not signed in', failed), status: error.status }
  }
}

/** A session of what a sign-in gave, by the token that any other caller would send. */
async function sessionOf(
  { verify, console, service }: HttpSettings,
  { accessToken, ...signedIn }: SignedIn,
  deadline: number,
): Promise<StoredSession> {
  const principal = await verify(accessToken, deadline)
  if (principal.issuer !== console?.issuer.issuer) {
    throw credentialsMissing('The access token is not one of the issuer that the console uses.')
  }
  const now = service.now()
  return { id: randomUUID(), principal, ...signedIn, startedAt: now, renewedAt: now }
}

/** The cookie of a session. A refresh token that makes it too long is left out: the session then ends with its token. */
function cookieFor({ service }: HttpSettings, session: StoredSession): string {
  const { refreshToken, ...rest } = session
  const [whole, short] = [session, rest].map((one) =>
    setCookie(SESSION_COOKIE, closeSession(service.seal, one), LONGEST_MS / 1_000),
  )
  const cookie = [whole, short].find((one) => one !== undefined && fits(one))
  if (cookie !== undefined) return cookie
  throw credentialsMissing(
    'The access token has more scopes or claims than a cookie can hold. Request fewer with console.scope.',
  )
}

/** Only the page renews, one tab at a time: an answer that is late cannot bring back an older refresh token. */
async function renewSession({ settings, request }: Exchange): Promise<Answer> {
  const session = await ownSession(request, settings)
  const now = settings.service.now()
  const isEnding = session.principal.expiresAt - now < ENDING_MS
  const { refreshToken } = session
  const next =
    isEnding && refreshToken !== undefined
      ? await renewed(settings, session, refreshToken, request.deadline)
      : session
  if (next.principal.expiresAt <= now) {
    throw credentialsMissing('The access token behind this session has ended. Sign in again.')
  }
  const renewal = { ...next, renewedAt: now }
  return sessionAnswer(settings, renewal, { 'set-cookie': cookieFor(settings, renewal) })
}

async function renewed(
  settings: HttpSettings,
  session: StoredSession,
  refreshToken: string,
  deadline: number,
): Promise<StoredSession> {
  const tokens = await consoleOf(settings).issuer.renew(refreshToken)
  const { principal, ...next } = await sessionOf(settings, { refreshToken, ...tokens }, deadline)
  if (principal.subject !== session.principal.subject) {
    throw new ClientError('unauthenticated', 'The issuer renewed the session for someone else.')
  }
  const { refreshToken: nextToken = refreshToken } = next
  // A renewal is no proof of who sits there: the time of that stays.
  return { ...session, principal, refreshToken: nextToken }
}

/** Signs out: the cookie goes, its copies are refused everywhere, and the refresh token ends at the issuer. */
async function endSession({ settings, request }: Exchange): Promise<Answer> {
  const session = await ownSession(request, settings)
  const { ended: here, issuer } = consoleOf(settings)
  const { store, now } = settings.service
  await end(session.id, now(), { here, notes: store.notes })
  if (session.refreshToken !== undefined) await issuer.revoke(session.refreshToken)
  return sessionAnswer(settings, undefined, { 'set-cookie': setCookie(SESSION_COOKIE, '', 0) })
}
