/**
 * The pages of the OpenID Provider: login, consent, logout, errors. Plain HTML that loads nothing from
 * anywhere and runs no script.
 */

/** The part of a Koa context that a page is written to. */
export interface Page {
  type: string
  body: unknown
  set(name: string, value: string): void
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const STYLE =
  'body{font:16px/1.5 system-ui;max-width:28rem;margin:4rem auto;padding:0 1rem}input,button{font:inherit;padding:.3rem .6rem}'
/** No `form-action`: browsers apply it to the redirect back to the client too. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

function show(page: Page, title: string, body: string): void {
  page.type = 'html'
  page.set('content-security-policy', POLICY)
  page.set('cache-control', 'no-store')
  page.body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>`
}

const form = (prompt: string, body: string) =>
  `<form action="" method="post" autocomplete="off"><input type="hidden" name="prompt" value="${prompt}">${body} <button name="cancel" value="yes" formnovalidate>Cancel</button></form>`

/** Asks who the user is; any name will do. */
export function renderLogin(page: Page, client: string, hint: string): void {
  const input = `<input name="login" required autofocus placeholder="Any name" value="${escaped(hint)}">`
  const text = '<p>For development and tests: any name is let in.</p>'
  show(page, `Sign in to ${client}`, `${text}${form('login', `${input} <button>Sign in</button>`)}`)
}

/** Asks whether the client may have what it requests. */
export function renderConsent(page: Page, client: string, requested: readonly string[]): void {
  const items = requested.map((one) => `<li>${escaped(one)}</li>`).join('')
  const button = '<button autofocus>Allow</button>'
  show(page, `Allow ${client} access?`, `<ul>${items}</ul>${form('consent', button)}`)
}

/** Shows why a request could not be sent back to its client. */
export function renderError(page: Page, out: object): void {
  const members = Object.entries(out)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(String(value))}</dd>`)
    .join('')
  show(page, 'This request cannot be answered', `<dl>${members}</dl>`)
}

/** Asks whether to sign out; `own` is oidc-provider's form, with its token against forgery. */
export function renderLogout(page: Page, own: string): void {
  const button = '<button form="op.logoutForm" name="logout" value="yes">Sign out</button>'
  show(page, 'Sign out?', `${own}${button} <button form="op.logoutForm">Stay</button>`)
}

/** Says that the user is signed out, where no client is to be returned to. */
export function renderLogoutDone(page: Page): void {
  show(page, 'Signed out', '<p>You are signed out.</p>')
}
