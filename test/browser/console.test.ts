/** The console in a real browser: the clients of all providers, one client, and changes that are shown before they are made. */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import {
  type ConsoleWorld,
  enter,
  fillMirror,
  open,
  type Recorded,
  record,
  startConsoleWorld,
} from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'

const CALLBACK = 'https://console.example/callback'
const CLIENT = '#/client?provider=auth0&id=exampleClientId'

/** With what only screen readers are given. */
const textOf = async (page: Page, selector: string) =>
  (await page.locator(selector).first().textContent()) ?? ''

const names = (page: Page) => page.locator('.row .cell.name a').allInnerTexts()

describeInChromium('in a browser', (startBrowser) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  describe('the console', () => {
    let server: ConsoleWorld
    let recorded: Recorded
    let page: Page
    beforeAll(async () => {
      server = await startConsoleWorld(['clients:read', 'clients:write', 'history:read'])
      // No two clients of a tenant have the same alias.
      const { client_aliases: _, ...portal } = fullAuth0Client as JsonObject
      for (let index = 0; index < 300; index += 1) {
        const id = `portal-${index}`
        const body = {
          client_id: id,
          name: `Portal ${index}`,
          callbacks: [`https://p${index}.example/cb`],
        }
        server.world.auth0.put({ ...portal, ...body })
      }
      await fillMirror(server.world)
      recorded = await record(browser)
      ;({ page } = recorded)
      await enter(recorded, server)
    })
    afterAll(() => server?.close())

    it('shows the clients of all providers, and finds them by any part with each key', async () => {
      await page.waitForSelector('.row')
      const search = page.getByLabel('Search by id, name, host or part of a URL')
      for (const [text, name] of [
        ['p217.exam', 'Portal 217'],
        ['portal-44', 'Portal 44'],
        ['PORTAL 299', 'Portal 299'],
      ] as const) {
        await search.fill('')
        await search.pressSequentially(text)
        await expect.poll(() => names(page)).toEqual([name])
        // The list answers each key; the address follows.
        await expect.poll(() => page.url()).toContain(new URLSearchParams({ q: text }).toString())
      }
      await search.fill('nothing of that kind')
      await page.waitForSelector('.empty')
      await page.click('text=Remove search and filters')
      await page.waitForSelector('.row')
      await page.locator('.search select').first().selectOption('local')
      await expect.poll(() => page.locator('.row .cell.provider').first().innerText()).toBe('local')
      await expect.poll(() => page.url()).toContain('provider=local')
    })

    it('has few rows in the page, and all of them by the keyboard alone', async () => {
      await open(page, '#/clients?provider=auth0')
      await page.reload()
      await page.waitForSelector('.row')
      await page.keyboard.press('/')
      await page.keyboard.press('ArrowDown')
      const focused = () => page.evaluate('document.activeElement.closest(".row")?.dataset.index')
      await expect.poll(focused).toBe('0')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('PageDown')
      await expect.poll(async () => Number(await focused())).toBeGreaterThan(5)
      // Each page is asked for as the rows before it come into view.
      await expect
        .poll(async () => {
          await page.keyboard.press('End')
          return Number(await focused())
        })
        .toBe(300)
      expect(await page.locator('.row').count()).toBeLessThan(80)
      await page.keyboard.press('Enter')
      await page.waitForSelector('.title h1')
      await page.goBack()
      await page.waitForSelector('.row')
    })

    it('has columns and filters in the address', async () => {
      await page.click('summary:has-text("Columns")')
      await page.getByLabel('Created').check()
      await page.getByLabel('Grant types', { exact: true }).uncheck()
      await expect.poll(() => page.url()).toMatch(/cols=(?=.*createdAt)(?!.*grantTypes)/)
      const copied = page.url()
      await page.goto('about:blank')
      await page.goto(copied)
      await page.waitForSelector('.row')
      const heads = await page.locator('[role=columnheader]').allInnerTexts()
      expect(heads).toContain('Created')
      expect(heads).not.toContain('Grant types')
    })

    it('shows each field, and why one cannot be changed here', async () => {
      await open(page, CLIENT)
      await page.waitForSelector('.why')
      const text = await page.locator('.client').innerText()
      for (const says of [
        'Redirect URIs',
        'Auth0 assigns the client id',
        'The provider cannot hold this',
      ]) {
        expect(text).toContain(says)
      }
      expect(text).not.toContain(String(fullAuth0Client.client_secret))
    })

    it('sends nothing before the plan was shown, and then exactly that', async () => {
      const before = server.world.upstreamWrites()
      await page.getByLabel('New value of Redirect URIs').fill(CALLBACK)
      await page.keyboard.press('Enter')
      await page.click('button:has-text("Preview the change")')
      await page.waitForSelector('dialog pre')
      const plan = await textOf(page, 'dialog')
      expect(plan).toContain(`+ After: ${CALLBACK}`)
      expect(plan).toContain('PATCH /api/v2/clients/exampleClientId')
      expect(server.world.upstreamWrites()).toBe(before)
      const sent = recorded.requests.filter(({ method }) => method === 'PATCH')
      expect(sent.every(({ url }) => url.includes('dryRun=true'))).toBe(true)
      await page.click('dialog button:has-text("Apply")')
      await page.waitForSelector('dialog', { state: 'detached' })
      expect(server.world.auth0.client('exampleClientId')?.callbacks).toContain(CALLBACK)
      await expect.poll(() => textOf(page, '.timeline')).toContain(`+ After: ${CALLBACK}`)
      await expect
        .poll(() => page.locator('.list li', { hasText: CALLBACK }).first().innerText())
        .toContain('added just now')
    })

    it('shows what others have changed meanwhile, and keeps the edit', async () => {
      await page.getByLabel('Change Description').click()
      await page.getByLabel('Description', { exact: true }).fill('Mine')
      await page.keyboard.press('Enter')
      const { auth0 } = server.world
      auth0.put({
        ...(auth0.client('exampleClientId') as JsonObject),
        name: 'Renamed by someone else',
      })
      const writes = server.world.upstreamWrites()
      await page.click('button:has-text("Preview the change")')
      await page.waitForSelector('text=The client has changed meanwhile')
      await expect.poll(() => textOf(page, 'dialog')).toContain('+ After: Renamed by someone else')
      expect(server.world.upstreamWrites()).toBe(writes)
      await page.click('dialog button:has-text("Preview it")')
      await page.waitForSelector('dialog pre')
      const plan = await textOf(page, 'dialog')
      expect(plan).toContain('+ After: Mine')
      expect(plan).not.toContain('Renamed')
      await page.click('dialog button:has-text("Apply")')
      await page.waitForSelector('dialog', { state: 'detached' })
      expect(auth0.client('exampleClientId')).toMatchObject({
        name: 'Renamed by someone else',
        description: 'Mine',
      })
      await expect.poll(() => textOf(page, '.timeline')).toContain('Changed outside of Clientry')
    })

    it('goes back to an earlier state, after a preview of that', async () => {
      const { auth0 } = server.world
      await page.click('button:has-text("before the first change")')
      await page.waitForSelector('dialog pre')
      expect(await textOf(page, 'dialog')).toContain(`− Before: ${CALLBACK}`)
      expect(auth0.client('exampleClientId')?.callbacks).toContain(CALLBACK)
      await page.click('dialog button:has-text("Apply")')
      await page.waitForSelector('dialog', { state: 'detached' })
      expect(auth0.client('exampleClientId')?.callbacks).not.toContain(CALLBACK)
      // Rolled back is what was done here, and nothing of others.
      expect(auth0.client('exampleClientId')?.name).toBe('Renamed by someone else')
    })

    it('keeps what was entered when the session ends', async () => {
      await open(page, CLIENT)
      await page.getByLabel('New value of Redirect URIs').fill(CALLBACK)
      await page.keyboard.press('Enter')
      await recorded.context.clearCookies()
      await page.click('button:has-text("Preview the change")')
      await page.waitForSelector('text=Your session has ended')
      const [tab] = await Promise.all([
        recorded.context.waitForEvent('page'),
        page.click('button:has-text("Sign in in a new tab")'),
      ])
      await tab.waitForSelector('.bar')
      await tab.close()
      await page.click('button:has-text("I am signed in again")')
      await page.waitForSelector('text=Your session has ended', { state: 'detached' })
      await page.click('dialog button:has-text("Close")')
      await page.click('button:has-text("Preview the change")')
      await expect.poll(() => textOf(page, 'dialog')).toContain(`+ After: ${CALLBACK}`)
      await page.click('dialog button:has-text("Close")')
      await page.click('button:has-text("Discard")')
    })

    it('asks no other origin for anything, and breaks no rule of its policy', () => {
      expect([...recorded.origins].sort()).toEqual(
        [new URL(server.url).origin, server.issuer.url].sort(),
      )
      expect(recorded.faults).toEqual([])
    })
  })

  describe('the console for someone who may only read', () => {
    it('offers no change, and says which permission it would take', async () => {
      const server = await startConsoleWorld(['clients:read'])
      await fillMirror(server.world)
      const recorded = await record(browser)
      const { page } = recorded
      await enter(recorded, server)
      await open(page, CLIENT)
      await page.waitForSelector('text=You need the permission clients:write at this provider.')
      await page.waitForSelector('text=You need the permission history:read at this provider')
      expect(await page.locator('button:has-text("Change"), .list form').count()).toBe(0)
      expect(recorded.faults).toEqual([])
      await server.close()
    })
  })

  /** What a field of a client can hold that is meant for the page and not for people. */
  const HOSTILE = [
    '<img src=https://evil.example/a.png onerror=alert(1)>',
    '"><script>alert(1)</script>',
    "{{constructor.constructor('alert(1)')()}}",
    'a\u202egnp.exe\u2066b\u0000\u001b[31m\u200b',
  ]

  describe('hostile names and URLs', () => {
    it('run no script, ask no one for anything, lead nowhere, and are shown for what they are', async () => {
      const server = await startConsoleWorld(['clients:read', 'clients:write', 'history:read'])
      const [img, script, template, bidi] = HOSTILE as [string, string, string, string]
      const url = `https://evil.example/${encodeURIComponent(img)}`
      server.world.auth0.put({
        ...fullAuth0Client,
        client_id: 'hostile',
        name: bidi,
        description: img,
        callbacks: ['javascript:alert(1)', 'data:text/html,<script>alert(1)</script>', url],
        allowed_logout_urls: [script, template],
        logo_uri: 'https://evil.example/logo.png',
        initiate_login_uri: 'javascript:alert(1)',
        client_metadata: { [script.slice(0, 60)]: img, __proto__: 'x', constructor: template },
        grant_types: [img],
      })
      await putLocalClient(server.world.documents, {
        ...fullLocalClient,
        client_id: 'hostile-local',
        client_name: script,
        contacts: HOSTILE,
        client_uri: 'javascript:alert(document.domain)',
      })
      await fillMirror(server.world)
      const recorded = await record(browser)
      const { page } = recorded
      await enter(recorded, server)
      await page.waitForSelector('.row >> text=U+202E')
      for (const at of [
        '#/client?provider=auth0&id=hostile',
        '#/client?provider=local&id=hostile-local',
      ]) {
        await open(page, at)
        await page.waitForSelector('.why')
        const markup =
          'script:not([src^="/console/"]), iframe, object, embed, img, .client [onerror]'
        expect(await page.locator(markup).count()).toBe(0)
        const links = await page
          .locator('a')
          .evaluateAll((all) => all.map((one) => one.getAttribute('href')))
        expect(links.every((href) => href?.startsWith('#/'))).toBe(true)
      }
      await open(page, '#/client?provider=auth0&id=hostile')
      await expect.poll(() => page.locator('.client').innerText()).toContain(img)
      expect(await page.locator('h1').innerText()).toContain('aU+202Egnp.exeU+2066b')
      await expect.poll(() => page.title()).toContain('aU+202Egnp')
      // Also where it is typed, planned and refused.
      await page.getByLabel('New value of Redirect URIs').fill('javascript:alert(2)')
      await page.keyboard.press('Enter')
      await page.click('button:has-text("Preview the change")')
      await page.waitForSelector('dialog .failure')
      expect([...recorded.origins].sort()).toEqual(
        [new URL(server.url).origin, server.issuer.url].sort(),
      )
      expect(recorded.faults).toEqual([])
      await server.close()
    })
  })
})
