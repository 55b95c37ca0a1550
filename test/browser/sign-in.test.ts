/** The sign-in of the console in a real browser, at the development server, which nothing was set up for. */

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DevServer, startDev } from '../cli/command-line.ts'
import { describeInChromium } from './in-chromium.ts'

describeInChromium('the sign-in at npm start', (startBrowser) => {
  let dev: DevServer
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    dev = await startDev()
    browser = await startBrowser()
    // What the page of the console does by its own code is done from outside here.
    context = await browser.newContext({ bypassCSP: true })
    page = await context.newPage()
    await page.goto(`${dev.url}/`)
  })
  afterAll(async () => {
    await browser?.close()
    await dev?.close()
  })

  /** What the page gets, as its own code would ask for it. */
  const ask = (method: string, path: string, headers: object = {}) =>
    page.evaluate(
      `fetch(${JSON.stringify(path)}, { method: ${JSON.stringify(method)}, headers: ${JSON.stringify(headers)} }).then(async (answer) => ({ status: answer.status, body: await answer.json() }))`,
    ) as Promise<{
      status: number
      body: Record<string, never> & { url: string; current: { key: string } }
    }>

  it('lets a developer in by any name, and keeps the session where no script finds it', async () => {
    const { body } = await ask('POST', '/session/sign-in')
    await page.goto(body.url)
    await page.fill('input[name=login]', 'ada')
    await page.click('button:has-text("Sign in")')
    await page.click('button:has-text("Allow")')
    await page.waitForURL(`${dev.url}/`)
    const session = await ask('GET', '/session')
    expect(session.body.current).toMatchObject({ subject: 'ada' })
    const cookies = await context.cookies(dev.url)
    const own = cookies.find(({ name }) => name === '__Host-clientry')
    expect(own).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' })
    expect(await page.evaluate('document.cookie')).toBe('')
    const key = { 'clientry-session': session.body.current.key }
    expect((await ask('GET', '/clients', key)).status).toBe(200)
    expect((await ask('GET', '/clients')).status).toBe(401)
  })

  it('signs out', async () => {
    const { body } = await ask('GET', '/session')
    const key = { 'clientry-session': body.current.key }
    expect((await ask('DELETE', '/session', key)).status).toBe(200)
    expect((await ask('GET', '/session')).body.current).toBeUndefined()
    expect((await ask('GET', '/clients', key)).status).toBe(401)
  })
})
