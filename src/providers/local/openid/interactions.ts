/**
 * What the OpenID Provider asks the user in the middle of a flow: the name to sign in with, and consent
 * (oidc-provider, docs/README.md, "User flows"). Any name is let in: development and tests only.
 * A foreign page cannot send these forms: the interaction's cookie is SameSite=Lax and bound to its path.
 */

import type { IncomingMessage } from 'node:http'
import { errors, type Interaction, type Provider as OpenidProvider } from 'oidc-provider'
import { accessOf, grantRequested } from './consent.ts'
import { renderConsent, renderError, renderLogin } from './pages.ts'

type Middleware = Parameters<OpenidProvider['use']>[0]

/** Path of an interaction below the issuer. */
export const interactionPath = (uid: string) => `/interaction/${uid}`

const MAX_FORM_BYTES = 8_192

/** Answers the requests for interactions and passes all others on. */
export function createInteractions(provider: OpenidProvider): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(interactionPath(''))) return next()
    try {
      const interaction = await provider.interactionDetails(ctx.req, ctx.res)
      const client = await provider.Client.find(String(interaction.params.client_id))
      // Disabled or gone since the flow began.
      if (client === undefined) throw new errors.InvalidClient('client is not there any more')
      if (ctx.method === 'POST') {
        const result = await resultOf(provider, interaction, await readForm(ctx.req))
        ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
        ctx.status = 303
        return
      }
      const { login_hint: hint, redirect_uri: uri } = interaction.params
      const destination = { name: client.clientName ?? client.clientId, redirectUri: String(uri) }
      if (interaction.prompt.name === 'consent')
        renderConsent(ctx, destination, accessOf(interaction))
      else renderLogin(ctx, destination, typeof hint === 'string' ? hint : '')
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      ctx.status = error.status
      renderError(ctx, { error: error.error, error_description: error.error_description })
    }
  }
}

async function resultOf(provider: OpenidProvider, interaction: Interaction, form: URLSearchParams) {
  const { prompt } = interaction
  const login = form.get('login')
  if (form.has('cancel')) {
    return { error: 'access_denied', error_description: 'The user cancelled.' }
  }
  if (prompt.name === 'login' && login !== null && login !== '') {
    return { login: { accountId: login } }
  }
  if (prompt.name === 'consent' && form.get('prompt') === 'consent') {
    return { consent: { grantId: await grantRequested(provider, interaction) } }
  }
  throw new errors.InvalidRequest('the form does not fit what was asked')
}

async function readForm(incoming: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_FORM_BYTES) throw new errors.InvalidRequest('the form is too large')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
