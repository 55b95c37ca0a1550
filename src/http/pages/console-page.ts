/**
 * The console: one page, and the files that it is made of. The page runs the scripts of this build by their whole addresses, whose names are
 * hashes of what is in them, and nothing else: no inline script, no other file of this server, no other host; texts become markup in no
 * way (Trusted Types). `strict-dynamic` is no way there: what a script of the page imports counts as inserted by the parser.
 * https://www.w3.org/TR/CSP3/#framework-directive-source-list, https://w3c.github.io/trusted-types/dist/spec/
 */

import { createHash } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import type { ConsoleFiles } from '../session/console-settings.ts'
import { consoleOf } from '../session/session-caller.ts'
import type { HttpRequest } from '../wire/message.ts'
import { escaped } from './html.ts'

/** The page as a browser asks for it. */
export function consolePage(
  { begin, files }: ConsoleFiles,
  url: string,
  { prefix = '', headers }: HttpRequest,
): Answer {
  const path = (name: string) => escaped(`${prefix}/console/${name}`)
  // Where the browser thinks that it is; a gateway may have replaced the name.
  const hosts = [url, ...(headers.host ?? []).filter((host) => HOST.test(host))]
  const scripts = [...files.keys()].filter((name) => name.endsWith('.js'))
  const sources = hosts.flatMap((host, index) =>
    scripts.map((name) => `${host}${index === 0 ? '' : prefix}/console/${name}`),
  )
  const policy = [
    "default-src 'none'",
    `script-src ${sources.join(' ')}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  const digest = createHash('sha256')
    .update(files.get(begin.script)?.text ?? '')
    .digest('base64')
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      vary: 'Accept, Host',
    },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Clientry</title><link rel="icon" href="${path(begin.icon)}"><link rel="stylesheet" href="${path(begin.style)}"></head><body><div id="root"></div><noscript>The console needs JavaScript. The API is described at <a href="${escaped(prefix)}/docs">/docs</a>.</noscript><script type="module" src="${path(begin.script)}" integrity="sha256-${digest}"></script></body></html>`,
  }
}

/** A name or an address with a port, and nothing that could end a source of the policy. */
const HOST = /^[\w.-]+(:\d{1,5})?$/

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
