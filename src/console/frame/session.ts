/**
 * The session of this browser, and the SDK by way of it: the cookie goes along by itself, and the key of the session as a
 * header. The page never has a token.
 */

import { useSyncExternalStore } from 'react'
import {
  type Api,
  type CurrentSession,
  connect,
  type Fetch,
  type Session,
} from '../../sdk/index.ts'

/** What is known of the session. */
export interface SessionState {
  readonly signIn?: NonNullable<Session['signIn']> | undefined
  readonly current?: CurrentSession | undefined
  /** It was there, and has ended: what was entered is kept until someone signs in again. */
  readonly hasEnded: boolean
  readonly isKnown: boolean
}

const RENEW_EVERY_MS = 60_000
/** A token is renewed so long before its end (milliseconds). */
const BEFORE_END_MS = 90_000

/** The server is where the page comes from. */
const url = new URL('.', window.location.href.split('#')[0] ?? '').href.replace(/\/$/, '')

let state: SessionState = { hasEnded: false, isKnown: false }
let renewedAt = 0
const listeners = new Set<() => void>()

function set(next: Partial<SessionState>): void {
  state = { ...state, ...next }
  for (const listener of listeners) listener()
}

const withCookie: Fetch = (address, request) =>
  fetch(address, {
    ...request,
    credentials: 'same-origin',
    headers: {
      ...(request.headers as Record<string, string>),
      ...(state.current === undefined ? {} : { 'clientry-session': state.current.key }),
    },
  })

/** For the session itself: what it answers is taken as it is. */
const sessions = connect({ url, fetch: withCookie, retryForMs: 10_000 })

/** Every operation, on behalf of who is signed in. */
export const api: Api = connect({
  url,
  retryForMs: 20_000,
  fetch: async (address, request) => {
    await renewIfDue()
    const answer = await withCookie(address, request)
    if (
      answer.status === 401 &&
      answer.headers.get('www-authenticate')?.includes('max_age') !== true
    ) {
      set({ hasEnded: true })
    }
    return answer
  },
})

/** Learns whether someone is signed in. */
export async function loadSession(): Promise<void> {
  const { body } = await sessions.getSession()
  const { signIn, current } = body
  renewedAt = Date.now()
  set({
    signIn,
    current: current ?? state.current,
    hasEnded: current === undefined && state.current !== undefined,
    isKnown: true,
  })
}

/** Leads to the issuer, and back to this view. */
export async function signIn(fresh = false): Promise<void> {
  const view = window.location.hash.startsWith('#/') ? { view: window.location.hash } : {}
  const { body } = await sessions.beginSignIn({ ...view, fresh })
  window.location.assign(body.url)
}

/** The same in a new tab, so that nothing that was entered here is lost. `fresh`: the person proves again who they are. */
export async function signInInTab(fresh = false): Promise<void> {
  // Opened within the click, or the browser would take it for a pop-up.
  const tab = window.open('about:blank')
  const { body } = await sessions.beginSignIn({ fresh })
  if (tab === null) window.location.assign(body.url)
  else tab.location.href = body.url
}

export async function signOut(): Promise<void> {
  await sessions.endSession()
  // Whatever was loaded goes with the page.
  window.location.hash = ''
  window.location.reload()
}

/** Someone is here: the session goes on. */
function active(): void {
  if (state.current !== undefined && !state.hasEnded && Date.now() - renewedAt > RENEW_EVERY_MS) {
    void renew()
  }
}

async function renewIfDue(): Promise<void> {
  const { current, hasEnded } = state
  if (current === undefined || hasEnded) return
  if (
    Date.parse(current.tokenUntil) - Date.now() < BEFORE_END_MS &&
    Date.now() - renewedAt > 5_000
  ) {
    await renew()
  }
}

let renewing: Promise<void> | undefined

/** One tab at a time: a refresh token is good for one use. */
function renew(): Promise<void> {
  renewing ??= navigator.locks
    .request('clientry-session', async () => {
      renewedAt = Date.now()
      const { body } = await sessions.renewSession()
      set({ current: body.current ?? state.current })
    })
    // A request that needs the session shows what is wrong with it.
    .catch(() => undefined)
    .finally(() => {
      renewing = undefined
    })
  return renewing
}

/** Watches whether someone is here, and whether the session has ended elsewhere. */
export function watchSession(): void {
  for (const event of ['pointerdown', 'keydown']) window.addEventListener(event, active, true)
  window.addEventListener('focus', () => {
    if (state.hasEnded) void loadSession()
  })
  window.setInterval(() => {
    const { current, hasEnded } = state
    if (current !== undefined && !hasEnded && Date.parse(current.idleUntil) <= Date.now()) {
      set({ hasEnded: true })
    }
  }, 5_000)
}

/** What is known of the session; the view is drawn again when it changes. */
export const useSession = (): SessionState => useSyncExternalStore(subscribe, () => state)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
