/** `GET /`: where things are, as JSON for a program; for a browser the console, or a page where there is none. */

import { escaped } from '../../core/page/text.ts'
import { VERSION } from '../../core/version.ts'
import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { accepted } from '../wire/accept.ts'
import { consolePage } from './console-page.ts'
import { page } from './html.ts'

const PLACES = [
  ['docs', '/docs', 'Reference of the API'],
  ['openapi', '/openapi.json', 'OpenAPI description'],
  ['clients', '/clients', 'Clients; needs a token'],
  ['providers', '/providers', 'Providers; needs a token'],
  ['health', '/healthz', 'Whether the process is running'],
  ['readiness', '/readyz', 'Whether changes can be made'],
] as const

/** No token is asked for, so it says nothing about clients, providers or callers. */
export async function getIndex({ settings, request }: Exchange): Promise<Answer> {
  const { prefix = '' } = request
  if (!accepted(request, 'text/html', 'application/json')) {
    const links = PLACES.map(([name, path]) => [name, `${prefix}${path}`])
    const body = { name: 'Clientry', version: VERSION, links: Object.fromEntries(links) }
    return { status: 200, headers: { vary: 'Accept' }, body }
  }
  const { files } = settings.console ?? {}
  if (files !== undefined) return consolePage(files, request)
  const isWell = await settings.service.store.check().then(
    () => true,
    () => false,
  )
  const rows = PLACES.map(
    ([, path, says]) =>
      `<tr><td><a href="${escaped(prefix + path)}"><code>${path}</code></a></td><td>${says}</td></tr>`,
  )
  return page(
    'Clientry',
    `<h1>Clientry</h1><p>One safe API for OAuth client applications. Version ${VERSION}.</p>
<p>${isWell ? 'The server is running, and changes can be made.' : 'The server is running, but its history cannot be written, so no change can be made.'}</p>
<table>${rows.join('')}</table>`,
  )
}
