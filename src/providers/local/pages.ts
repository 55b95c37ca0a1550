/** The few pages that are ours: an error, the question before a logout, and its end. */

import type { KoaContextWithOIDC } from 'oidc-provider'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? '')

function page(ctx: KoaContextWithOIDC, title: string, body: string): void {
  ctx.type = 'html'
  ctx.body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><body style="font:16px/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem"><h1>${escaped(title)}</h1>${body}</body></html>`
}

/** Shows why a request could not be sent back to its client. */
export function renderError(ctx: KoaContextWithOIDC, out: object): void {
  const members = Object.entries(out)
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(String(value))}</dd>`)
    .join('')
  page(ctx, 'This request cannot be answered', `<dl>${members}</dl>`)
}

/** Asks whether to sign out; `form` is oidc-provider's own, with its token against forgery. */
export async function renderLogout(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  const button = '<button form="op.logoutForm" name="logout" value="yes">Sign out</button>'
  page(ctx, 'Sign out?', `${form}${button} <button form="op.logoutForm">Stay</button>`)
}

/** Says that the user is signed out, where no client is to be returned to. */
export async function renderLogoutDone(ctx: KoaContextWithOIDC): Promise<void> {
  page(ctx, 'Signed out', '<p>You are signed out.</p>')
}
