/** A browser that is just good enough for the pages of real authorization servers: redirects, cookies and forms. */

import { request as send } from 'node:http'

/** Where requests for an address really go, since a front or a name stands before the server. */
export type Routes = Readonly<Record<string, string>>

export interface Page {
  readonly url: URL
  readonly status: number
  readonly location: string | undefined
  readonly cookies: readonly string[]
  readonly text: string
}

const TIMEOUT_MS = 60_000

/** One request with the name of the address that was asked for, wherever it goes. */
export function ask(
  url: URL,
  routes: Routes,
  init: { readonly method?: string; readonly headers?: object; readonly body?: string } = {},
): Promise<Page> {
  const { method = 'GET', headers = {}, body } = init
  const target = new URL(url.pathname + url.search, routes[url.origin] ?? url.origin)
  return new Promise((resolve, reject) => {
    const outgoing = send(
      target,
      {
        method,
        // Servers close connections that are idle, at times just when one is used again.
        agent: false,
        headers: { host: url.host, ...headers },
        timeout: TIMEOUT_MS,
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () =>
          resolve({
            url,
            status: incoming.statusCode ?? 0,
            location: incoming.headers.location,
            cookies: incoming.headers['set-cookie'] ?? [],
            text: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${url.href}`)))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** A step that a page of the server itself cannot take: where the browser goes next. */
export type Step = (
  url: URL,
  browser: { readonly cookies: Map<string, string> },
) => Promise<URL | undefined>

export interface Visitor {
  readonly routes: Routes
  /** Values of inputs, by their names. */
  readonly fields: Readonly<Record<string, string>>
  readonly step?: Step
}

/** Where a visit ended: at the client, by a redirect, or on a page that goes no further. */
export type End = { readonly sentBack: URL } | { readonly page: Page }

const MOST_PAGES = 20

/** Begins at an address and goes on until it is sent to the client or stands still. */
export async function visit(start: URL, client: URL, visitor: Visitor): Promise<End> {
  const cookies = new Map<string, string>()
  let next: { readonly url: URL; readonly form?: URLSearchParams } = { url: start }
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const step = await visitor.step?.(next.url, { cookies })
    if (step !== undefined) {
      next = { url: step }
      continue
    }
    const page = await open(next.url, next.form, cookies, visitor.routes)
    if (page.location !== undefined) {
      const to = new URL(page.location, page.url)
      if (to.origin === client.origin && to.pathname === client.pathname) return { sentBack: to }
      next = { url: to }
      continue
    }
    const form = formOf(page, visitor.fields)
    if (page.status !== 200 || form === undefined) return { page }
    next = form
  }
  throw new Error(`The pages from ${start.href} do not end.`)
}

async function open(
  url: URL,
  form: URLSearchParams | undefined,
  cookies: Map<string, string>,
  routes: Routes,
): Promise<Page> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const page = await ask(url, routes, {
    headers: {
      cookie,
      accept: 'text/html',
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form === undefined ? {} : { method: 'POST', body: String(form) }),
  })
  for (const line of page.cookies) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '' || /; *max-age=0\b/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
  return page
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', '#39': "'", '#x2F': '/' }
const decoded = (text: string) =>
  text.replace(/&(amp|quot|#39|#x2F);/g, (_, name: string) => ENTITIES[name] ?? '')
const attribute = (tag: string, name: string) => {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag)
  return found === null ? undefined : decoded(found[1] ?? found[2] ?? found[3] ?? '')
}

/** The first form of a page that is posted, filled in; of its buttons the one that `fields` names a value for. */
function formOf({ url, text }: Page, fields: Visitor['fields']) {
  const [, head = '', inner = ''] =
    [...text.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/gi)].find(([, tag = '']) =>
      /\smethod\s*=\s*["']?post/i.test(tag),
    ) ?? []
  if (head === '') return undefined
  const form = new URLSearchParams()
  for (const [tag] of inner.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
    const [name, type = ''] = [attribute(tag, 'name'), attribute(tag, 'type')]
    if (name === undefined) continue
    const value = attribute(tag, 'value') ?? ''
    const isButton = tag.startsWith('<button') || type === 'submit'
    const isChosen = !isButton || fields[name] === value
    if (isChosen && type !== 'checkbox') form.set(name, fields[name] ?? value)
  }
  return { url: new URL(attribute(head, 'action') ?? '', url), form }
}
