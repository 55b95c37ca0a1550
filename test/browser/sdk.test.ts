/** The package of the SDK in a real browser, on a page of another origin than the server, as it is packed: one module. */

import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type * as Sdk from '../../src/sdk/index.ts'
import { startWorld, type World } from '../contract/world.ts'
import { served } from '../fixtures/served.ts'
import { describeInChromium } from './in-chromium.ts'

const MODULE = new URL('../../dist/packages/sdk/index.js', import.meta.url)
describeInChromium('clientry-sdk in Chromium', (startBrowser) => {
  let pages: Server
  let world: World
  let close: (() => Promise<void>) | undefined
  let browser: Browser
  let page: Page
  let url: string
  /** What the page asked for, by origin. */
  const asked = new Set<string>()
  const faults: string[] = []

  beforeAll(async () => {
    pages = createServer(({ url: path }, answer) => {
      const isModule = path === '/clientry-sdk.js'
      answer.setHeader('content-type', isModule ? 'text/javascript' : 'text/html')
      answer.end(isModule ? readFileSync(MODULE) : '<!doctype html><title>A page</title>')
    })
    await new Promise<void>((listening) => pages.listen(0, '127.0.0.1', listening))
    const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
    const opening = startWorld({ server: { corsOrigins: [origin] } })
    ;({ world, url, close } = await served(opening))
    browser = await startBrowser()
    page = await browser.newPage()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    page.on('pageerror', ({ message }) => faults.push(message))
    await page.goto(`${origin}/`)
  })
  afterAll(async () => {
    await browser?.close()
    await close?.()
    pages?.close()
  })

  /** Runs a function of the page with the module; what it needs besides goes along as its argument. */
  const run = async <T>(
    act: (sdk: typeof Sdk, options: { url: string; token: string }) => Promise<T>,
  ): Promise<T> => {
    const options = { url, token: await world.token() }
    const code = `import('/clientry-sdk.js').then((sdk) => (${act})(sdk, ${JSON.stringify(options)}))`
    return (await page.evaluate(code)) as T
  }

  it('shows a plan, changes a client by its ETag, and reads who changed it', async () => {
    const seen = await run(async ({ connect }, options) => {
      const clientry = connect(options)
      const patch = { callbacks: { add: ['https://page.example/callback'] } }
      const plan = await clientry.updateClient('exampleClientId', patch, { dryRun: true })
      const changed = await clientry.updateClient('exampleClientId', patch, {
        ...(plan.etag !== undefined && { ifMatch: plan.etag }),
      })
      const outcomes: string[] = []
      for await (const { outcome } of clientry.clientHistory('exampleClientId')) {
        outcomes.push(outcome ?? 'none')
      }
      return {
        planned: plan.body.changes.map(({ field, added }) => ({ field, added })),
        callbacks: changed.body.callbacks,
        operation: changed.operationId,
        outcomes,
      }
    })
    expect(seen.planned).toEqual([{ field: 'callbacks', added: ['https://page.example/callback'] }])
    expect(seen.callbacks).toContain('https://page.example/callback')
    expect(seen.outcomes).toEqual(['applied'])
    // A header that only a server which names it lets a page read.
    expect(seen.operation).toMatch(/./)
    expect(world.auth0.client('exampleClientId')?.callbacks).toEqual(seen.callbacks)
  })

  it('keeps an update that someone else makes in between', async () => {
    const callbacks = await run(async ({ connect }, options) => {
      const clientry = connect(options)
      const add = (name: string) =>
        clientry.updateClient('exampleClientId', (client) => ({
          callbacks: [...client.callbacks, `https://page.example/${name}`],
        }))
      await Promise.all(['a', 'b', 'c', 'd'].map(add))
      return (await clientry.getClient('exampleClientId')).body.callbacks
    })
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(callbacks).toContain(`https://page.example/${name}`)
    }
  })

  it('reports errors with their code, sentence and field, and one for a server that is not there', async () => {
    const seen = await run(async ({ ClientryError, connect }, options) => {
      const codeOf = (error: unknown) =>
        error instanceof ClientryError ? [error.code, error.field ?? ''] : [String(error)]
      const clientry = connect(options)
      const nowhere = connect({ ...options, url: 'http://127.0.0.1:1', retryForMs: 0 })
      return Promise.all([
        clientry
          .updateClient('exampleClientId', { callbacks: ['javascript:alert(1)'] })
          .then(() => [], codeOf),
        clientry.getClient('no-such-client').then(() => [], codeOf),
        nowhere.getHealth().then(() => [], codeOf),
      ])
    })
    expect(seen).toEqual([
      ['invalid_field', 'client.callbacks[0]'],
      ['not_found', expect.any(String)],
      ['unreachable', ''],
    ])
  })

  it('ends a request with its signal, and asks no other origin for anything', async () => {
    const name = await run(async ({ connect }, options) => {
      return connect(options)
        .getClient('exampleClientId', { signal: AbortSignal.abort() })
        .then(
          () => 'answered',
          (error: Error) => error.name,
        )
    })
    expect(name).toBe('AbortError')
    expect([...asked].map((one) => new URL(one).hostname)).toEqual([
      '127.0.0.1',
      '127.0.0.1',
      '127.0.0.1',
    ])
    expect(faults).toEqual([])
  })
})
