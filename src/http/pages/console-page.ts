/**
 * The console: one page, and the files that it is made of. The page runs the scripts of this build, each by the hash of what is in it, and
 * nothing else: no inline script, no other file of this server, no other host; texts become markup in no way (Trusted Types). A hash
 * covers what the page names itself, with `integrity`, and nothing that a script imports; so the page names all of them, each before
 * another one imports it, and an import finds it loaded already (HTML, the module map).
 * https://www.w3.org/TR/CSP3/#script-pre-request, https://w3c.github.io/trusted-types/dist/spec/
 */

import { ClientError } from '../../core/errors.ts'
import { escaped } from '../../core/page/text.ts'
import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import type { ConsoleFiles } from '../session/console-settings.ts'
import { consoleOf } from '../session/session-caller.ts'
import type { HttpRequest } from '../wire/message.ts'

/** The page as a browser asks for it. */
export function consolePage(
  { begin, files }: ConsoleFiles,
  { prefix = '' }: Pick<HttpRequest, 'prefix'>,
): Answer {
  const path = (name: string) => escaped(`${prefix}/console/${name}`)
  const digestOf = (name: string) => files.get(name)?.digest ?? ''
  const policy = [
    "default-src 'none'",
    `script-src ${[...begin.scripts, ...begin.later].map((name) => `'${digestOf(name)}'`).join(' ')}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  const later = begin.later.map(
    (name) => `<link rel="modulepreload" href="${path(name)}" integrity="${digestOf(name)}">`,
  )
  const scripts = begin.scripts.map(
    (name) => `<script type="module" src="${path(name)}" integrity="${digestOf(name)}"></script>`,
  )
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      vary: 'Accept',
    },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Clientry</title><link rel="icon" href="${path(begin.icon)}"><link rel="stylesheet" href="${path(begin.style)}">${scripts.join('')}${later.join('')}</head><body><div id="root"></div><noscript>The console needs JavaScript. The API is described at <a href="${escaped(prefix)}/docs">/docs</a>.</noscript></body></html>`,
  }
}

/**
 * A file of the console. Its name holds a hash of what is in it, so it is good for ever.
 * @throws ClientError `no_such_route`
 */
export function getConsoleFile({ settings, request, params }: Exchange): Answer {
  const file = consoleOf(settings).files?.files.get(params.file ?? '')
  if (file === undefined) {
    throw new ClientError('no_such_route', 'The console has no such file. Load the page again.')
  }
  const { type, text, gzip } = file
  const headers = {
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'same-origin',
    vary: 'Accept-Encoding',
  }
  if (gzip === undefined || !takesGzip(request)) return { status: 200, headers, body: text }
  const encoded = { ...headers, 'content-encoding': 'gzip' }
  return { status: 200, headers: encoded, body: '', bytes: gzip }
}

/** RFC 9110 section 12.5.3: named, and not with the weight of nothing. */
const takesGzip = ({ headers }: HttpRequest): boolean =>
  (headers['accept-encoding'] ?? [])
    .flatMap((line) => line.split(','))
    .some((one) => /^gzip(;q=(0\.\d*[1-9]\d*|1(\.0+)?))?$/i.test(one.replace(/\s/g, '')))
