/** Operations by which a person signs in to the console, stays signed in and signs out. */

import { type Operation, PUBLIC_ERRORS } from './row.ts'

/** They are about the cookie of the browser, and no token is asked for. */
const SESSION = {
  permission: 'public',
  query: [],
  headers: [],
  answerHeaders: [],
  errors: PUBLIC_ERRORS,
  page: 'console.md#signing-in',
} as const

/** What changes the session, or begins one: only the page of the console may. */
const OWN_PAGE = { ...SESSION, errors: [400, 401, 403, 404, 500, 503, 504] } as const

export const SESSION_OPERATIONS = {
  /** Of the page at `/`; scripts, styles and images. */
  getConsoleFile: {
    ...SESSION,
    method: 'GET',
    path: '/console/{file}',
    summary: 'A file that the console is made of.',
    answers: { 200: 'ConsoleFile' },
    mediaType: 'text/javascript',
    errors: [400, 404, 500, 503, 504],
    page: 'console.md#what-the-browser-loads',
  },
  getSession: {
    ...SESSION,
    method: 'GET',
    path: '/session',
    summary: 'Shows who is signed in to the console in this browser, and where people sign in.',
    answers: { 200: 'Session' },
  },
  beginSignIn: {
    ...OWN_PAGE,
    method: 'POST',
    path: '/session/sign-in',
    summary: 'Begins a sign-in to the console, and answers the address at which it goes on.',
    body: 'SignInRequest',
    bodyOptional: true,
    answers: { 200: 'SignIn' },
    errors: [400, 403, 404, 413, 415, 500, 503, 504],
  },
  /** The issuer sends the browser there, with parameters of its own kind (RFC 6749 section 4.1.2). */
  finishSignIn: {
    ...SESSION,
    method: 'GET',
    path: '/session/callback',
    summary: 'Finishes a sign-in to the console: the issuer sends the browser here.',
    anyQuery: true,
    answers: { 200: 'Page' },
    mediaType: 'text/html',
    errors: [400, 401, 404, 500, 503, 504],
  },
  renewSession: {
    ...OWN_PAGE,
    method: 'POST',
    path: '/session/renew',
    summary: 'Keeps a session of the console alive, with a new access token where that is due.',
    answers: { 200: 'Session' },
  },
  endSession: {
    ...OWN_PAGE,
    method: 'DELETE',
    path: '/session',
    summary: 'Signs out of the console.',
    answers: { 200: 'Session' },
  },
} as const satisfies Readonly<Record<string, Operation>>
