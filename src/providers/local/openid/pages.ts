/**
 * The pages of the OpenID Provider: login, consent, logout, errors. HTML with the look of all our pages, which loads nothing from
 * anywhere and runs no script. Names of clients are shown as text, and their addresses are no links.
 */

import { LOOK, styleSource } from '../../../core/page/look.ts'
import { escaped, visible, visibleHtml } from '../../../core/page/text.ts'
import { parseUrl } from '../../../core/uri/uri-reading.ts'

/** The part of a Koa context that a page is written to. */
export interface Page {
  type: string
  body: unknown
  set(name: string, value: string): void
}

/** The client that a user is on the way to. */
export interface Destination {
  readonly name: string
  /** Where its answer is sent. */
  readonly redirectUri: string
}

const STYLE = `${LOOK}
main{max-width:26rem;margin:8vh auto 0;padding:1.5rem;background:var(--raised);border:1px solid var(--line);border-radius:10px}
h1{font-size:1.4rem;margin:0 0 .75rem}p{margin:.5rem 0}.quiet{color:var(--quiet);font-size:.9em}ul{padding-left:1.2rem}
label{display:block;margin:1rem 0 .25rem}button,input{font:inherit;color:inherit;background:var(--ground);border:1px solid light-dark(#7d8594,#6c7484);border-radius:6px;padding:.4rem .8rem;min-height:2.4rem}
input{width:100%}button{cursor:pointer}.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.row{display:flex;gap:.5rem;margin-top:1.25rem}dt{color:var(--quiet)}dd{margin:0 0 .5rem}`

/** No `form-action`: browsers apply it to the redirect back to the client too. */
const POLICY = `default-src 'none'; style-src ${styleSource(STYLE)}; base-uri 'none'; frame-ancestors 'none'`

/** `title` is a text, `heading` and `body` are HTML. */
function show(page: Page, title: string, body: string, heading = escaped(title)): void {
  page.type = 'html'
  page.set('content-security-policy', POLICY)
  page.set('cache-control', 'no-store')
  page.body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><main><h1>${heading}</h1>${body}</main></body></html>`
}

const CANCEL = '<button name="cancel" value="yes" formnovalidate>Cancel</button>'

const form = (prompt: string, body: string, button: string) =>
  `<form action="" method="post" autocomplete="off"><input type="hidden" name="prompt" value="${prompt}">${body}<div class="row">${button}${CANCEL}</div></form>`

/** Where the user comes back to; the host is what can be known of a client that only has a name. */
function returning({ redirectUri }: Destination): string {
  const { host, protocol } = parseUrl(redirectUri) ?? { host: redirectUri, protocol: '' }
  const place = host === '' ? `an app that opens ${protocol}` : host
  return `<p class="quiet">You return to ${visibleHtml(place)}</p>`
}

/** Asks who the user is; any name will do. */
export function renderLogin(page: Page, client: Destination, hint: string): void {
  const text = '<p>For development and tests: any name is let in.</p>'
  const input = `<label for="login">Name</label><input id="login" name="login" required autofocus value="${escaped(hint)}">`
  show(
    page,
    `Sign in to ${visible(client.name)}`,
    `${text}${form('login', input, '<button class="main">Sign in</button>')}${returning(client)}`,
    `Sign in to ${visibleHtml(client.name)}`,
  )
}

/** What a user is asked to allow. */
export interface Access {
  /** Scopes and claims, in the order of the request. */
  readonly requested: readonly string[]
  /** They were allowed before, and the client wants the user to be asked again. */
  readonly isGranted: boolean
}

/** Asks whether the client may have what it requests. */
export function renderConsent(page: Page, client: Destination, access: Access): void {
  const items = access.requested.map((one) => `<li>${saysOf(one)}</li>`).join('')
  const lead = access.isGranted
    ? 'It asks you again for what you have allowed before:'
    : 'It asks for your permission to:'
  const list = items === '' ? '<p>It asks for nothing but to know that you are here.</p>' : ''
  show(
    page,
    `Allow ${visible(client.name)} access?`,
    `${list || `<p>${lead}</p><ul>${items}</ul>`}${form('consent', '', '<button class="main" autofocus>Allow</button>')}${returning(client)}`,
    `Allow ${visibleHtml(client.name)} access?`,
  )
}

/** OpenID Connect Core 1.0, sections 5.4 and 11. */
const SAYS: Readonly<Record<string, string>> = {
  openid: 'know who you are here',
  profile: 'see your profile, such as your name',
  email: 'see your email address',
  address: 'see your postal address',
  phone: 'see your phone number',
  offline_access: 'keep this access while you are away',
}

/** Of a scope without a meaning that everyone knows, its name. */
const saysOf = (scope: string): string =>
  Object.hasOwn(SAYS, scope)
    ? `${SAYS[scope]} <code class="quiet">${scope}</code>`
    : `use <code>${visibleHtml(scope)}</code>`

/** Shows why a request could not be sent back to its client. */
export function renderError(page: Page, out: object): void {
  const members = Object.entries(out)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${visibleHtml(String(value))}</dd>`)
    .join('')
  const next =
    'Go back to the application and try once more. If it happens again, show its developers these lines:'
  show(page, 'This request cannot be answered', `<p>${next}</p><dl>${members}</dl>`)
}

/** Asks whether to sign out; `own` is oidc-provider's form, with its token against forgery. */
export function renderLogout(page: Page, own: string): void {
  const buttons =
    '<div class="row"><button class="main" form="op.logoutForm" name="logout" value="yes">Sign out</button><button form="op.logoutForm">Stay</button></div>'
  show(
    page,
    'Sign out?',
    `<p>Other applications may keep you signed in until they ask again.</p>${own}${buttons}`,
  )
}

/** Says that the user is signed out, where no client is to be returned to. */
export function renderLogoutDone(page: Page): void {
  show(page, 'Signed out', '<p>You are signed out, and can close this page.</p>')
}
