/** What a browser gets: the start page and the reference. */

import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { startWorld, type World } from '../contract/world.ts'
import { onShared } from '../fixtures/opened.ts'

let world: World
const it = onShared(startWorld, (opened) => {
  world = opened
})

const get = (path: string, accept?: string, prefix = '') =>
  world.clientry.app({
    ...{ method: 'GET', path, query: '', body: undefined, prefix },
    headers: accept === undefined ? {} : { accept: [accept] },
    deadline: Date.now() + 5_000,
  })

// As browsers send it for an address that someone enters.
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

/** What each page must keep to: its own style by its hash, no script, nothing from elsewhere. */
function checkPage({ headers, body }: Awaited<ReturnType<typeof get>>) {
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  const policy = headers['content-security-policy'] ?? ''
  expect(policy).toMatch(/^default-src 'none';/)
  expect(policy).not.toMatch(/unsafe|script-src|https?:/)
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(body) ?? []
  expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
  expect(body).not.toMatch(/<script|<iframe|<img|<link|\son\w+=|javascript:|url\(|@import/i)
  const targets = [...body.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, to = '']) => to)
  expect(targets.filter((to) => /^([a-z]+:)?\/\//i.test(to))).toEqual([])
  expect(Buffer.byteLength(body)).toBeGreaterThan(500)
  return targets
}

describe('GET /', () => {
  it('answers a program with JSON that says where things are, and a browser with a page', async () => {
    for (const accept of [
      undefined,
      '*/*',
      'application/json',
      'application/json, text/html;q=0.5',
    ]) {
      const { status, headers, body } = await get('/', accept)
      expect([status, headers['content-type'], headers.vary]).toEqual([
        200,
        'application/json; charset=utf-8',
        'Accept',
      ])
      const { name, links } = JSON.parse(body)
      expect(name).toBe('Clientry')
      expect(links).toMatchObject({ openapi: '/openapi.json', docs: '/docs', health: '/healthz' })
    }
    const page = await get('/', BROWSER)
    expect([page.status, page.headers.vary]).toEqual([200, 'Accept'])
    expect(checkPage(page)).toEqual(expect.arrayContaining(['/docs', '/openapi.json', '/healthz']))
    expect(page.body).toContain('changes can be made')
  })

  it('leads to places that are there, behind a prefix too', async () => {
    const { links } = JSON.parse((await get('/', undefined, '/prod')).body)
    for (const link of Object.values(links) as string[]) {
      expect(link.startsWith('/prod/')).toBe(true)
      const { status } = await get(link.slice('/prod'.length))
      expect([200, 401]).toContain(status)
    }
    const page = await get('/', BROWSER, '/prod')
    expect(checkPage(page).every((to) => to.startsWith('/prod/'))).toBe(true)
  })
})

describe('GET /docs', () => {
  it('is a page of at most 60 kB, without script and other hosts, with a place for every operation', async () => {
    const page = await get('/docs')
    expect(page.status).toBe(200)
    const targets = checkPage(page)
    expect(gzipSync(page.body).length).toBeLessThanOrEqual(60_000)
    const { paths } = JSON.parse((await get('/openapi.json')).body)
    const ids = Object.values(paths).flatMap((one) =>
      Object.values(one as Record<string, { operationId: string }>).map((of) => of.operationId),
    )
    expect(ids.length).toBeGreaterThan(30)
    const anchors = new Set([...page.body.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id))
    for (const id of ids) expect(anchors).toContain(id)
    const inside = targets.filter((to) => to.startsWith('#'))
    expect(inside.filter((to) => !anchors.has(to.slice(1)))).toEqual([])
  })
})
