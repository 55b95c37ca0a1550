/** The pages of the embedded OpenID Provider in a real browser: what they say, axe, narrow and wide, and hostile names. */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  beginLogin,
  type LocalWorld,
  openLocalWorld,
  relyingParty,
} from '../providers/local-world.ts'
import { axeFindings } from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SECRET = 'first-secret-first-secret-first-secret'
const HOSTILE = '<img src=https://evil.example/x onerror=alert(1)>Pay\u202Epal'
const LOOKS = [
  { width: 360, dark: false },
  { width: 1_600, dark: true },
]

describeInChromium('the pages of the embedded provider', (startBrowser) => {
  let world: LocalWorld
  let browser: Browser
  let context: BrowserContext
  let callback: string
  const client = createServer((_, outgoing) => void outgoing.end('the client'))
  beforeAll(async () => {
    await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve))
    callback = `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`
    world = await openLocalWorld()
    await world.put({
      client_id: 'web',
      client_name: HOSTILE,
      client_secret: SECRET,
      redirect_uris: [callback],
      first_party: false,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile clients:read',
    })
    browser = await startBrowser()
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await browser?.close()
    await world?.close()
    client.close()
  })

  /** A page that has come to the login, and what it requests beside the provider. */
  async function begin(look: { width: number; dark: boolean }, parameters: Record<string, string>) {
    context = await browser.newContext({
      viewport: { width: look.width, height: 700 },
      colorScheme: look.dark ? 'dark' : 'light',
      // axe is put into the page from outside; our own policy is read from the answer.
      bypassCSP: true,
    })
    await context.addInitScript(AXE)
    const page = await context.newPage()
    /** Requests that go elsewhere. */
    const foreign: string[] = []
    const own = new URL(world.openid.issuer).origin
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== own) foreign.push(request.url())
    })
    const party = await relyingParty(world.openid, 'web', SECRET)
    const { url } = await beginLogin(party, { callback, parameters })
    const answer = await page.goto(url.href)
    const policy = answer?.headers()['content-security-policy']
    return { page, url, foreign, policy, signOut: party.serverMetadata().end_session_endpoint }
  }

  async function check(page: Page): Promise<void> {
    expect(await axeFindings(page)).toEqual([])
    const width = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await page.evaluate(width)).toBe(0)
    expect(await page.locator('img, script, a').count()).toBe(0)
  }

  /** What the client is answered. */
  async function answerTo(page: Page, step: () => Promise<void>): Promise<object> {
    await step()
    await page.waitForURL(`${callback}?**`)
    return Object.fromEntries(new URL(page.url()).searchParams)
  }

  it.each(LOOKS)('lead to the client and out again, and say what it asks for: %o', async (look) => {
    const scope = 'openid profile clients:read'
    const { page, url, foreign, policy, signOut = '' } = await begin(look, { scope })
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/)
    await check(page)
    expect(await page.locator('h1').textContent()).toBe(
      'Sign in to <img src=https://evil.example/x onerror=alert(1)>PayU+202Epal',
    )
    expect(await page.locator('main').textContent()).toContain(
      `You return to ${new URL(callback).host}`,
    )
    await page.getByLabel('Name').fill('ada')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("Allow")')
    await check(page)
    expect(await page.locator('li').allTextContents()).toEqual([
      'know who you are here openid',
      'see your profile, such as your name profile',
      'use clients:read',
    ])
    expect(foreign).toEqual([])
    // The button has the focus.
    expect(await answerTo(page, () => page.keyboard.press('Enter'))).toHaveProperty('code')
    expect(foreign.map((one) => one.split('?')[0])).toEqual([callback])
    // Asked again, with everything granted.
    url.searchParams.set('prompt', 'consent')
    await page.goto(url.href)
    await page.waitForSelector('h1:has-text("Allow")')
    expect(await page.locator('main').textContent()).toContain('what you have allowed before')
    expect(await page.locator('li').allTextContents()).toEqual([
      'know who you are here openid',
      'see your profile, such as your name profile',
      'use clients:read',
    ])
    const answer = await answerTo(page, () => page.click('button:has-text("Cancel")'))
    expect(answer).toHaveProperty('error', 'access_denied')
    await page.goto(signOut)
    await check(page)
    await page.click('button:has-text("Sign out")')
    await page.waitForSelector('h1:has-text("Signed out")')
    await check(page)
  })

  it.each(LOOKS)('say why a request cannot be answered, and what to do: %o', async (look) => {
    const { page } = await begin(look, { redirect_uri: 'https://evil.example/\u202E' })
    await check(page)
    const text = await page.locator('main').textContent()
    expect(text).toContain('Go back to the application')
    expect(text).toContain('redirect_uri')
  })
})
