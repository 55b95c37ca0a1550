/**
 * Jobs in the console: followed without a reload, started, paused, resumed, cancelled and undone, each after what it will do was shown
 * for all of their clients, on however many pages.
 */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { ask } from '../contract/caller.ts'
import { eventually } from '../eventually.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { inPanel } from './console-steps.ts'
import {
  type ConsoleWorld,
  enter,
  open,
  type Recorded,
  record,
  startConsoleWorld,
} from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'

const SCOPES = ['clients:read', 'clients:write', 'history:read', 'jobs:read', 'jobs:write']
/** More than a page of results has. */
const NUMBER = 120
/** What a field can hold that is meant for the page and not for people. */
const HOSTILE = '"><img src=https://evil.example/a.png onerror=alert(1)>a\u202e'
const SHOWN = '"><img src=https://evil.example/a.png onerror=alert(1)>aU+202E'

const IDS = Array.from({ length: NUMBER }, (_, index) => `client${String(index).padStart(3, '0')}`)

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const textOf = async (page: Page, selector: string) =>
  (await page.locator(selector).first().textContent()) ?? ''
const openJob = (page: Page, id: unknown) => open(page, `#/job?id=${id}`)
const inState = (page: Page, state: string) => page.waitForSelector(`output.tag.${state}`)

/** Clients at Auth0 beside those that are there. */
function putClients({ world }: ConsoleWorld): void {
  for (const [index, id] of IDS.entries()) {
    const own = { client_id: id, name: `Client ${index}`, client_aliases: [] }
    world.auth0.put({ ...fullAuth0Client, ...own } as never)
  }
}

/** A job that someone else has submitted. */
async function submit({ world }: ConsoleWorld, body: JsonObject): Promise<string> {
  const answer = await ask(world, 'POST', '/jobs', {
    ...{ scopes: SCOPES, claims: { sub: 'developer', client_id: 'pipeline' }, body },
  })
  expect(answer.status, answer.text).toBe(202)
  return String(answer.body.id)
}

const until = ({ world }: ConsoleWorld, id: string, state: string) =>
  eventually(async () => {
    const { body } = await ask(world, 'GET', `/jobs/${id}`, { scopes: SCOPES })
    if (body.state !== state) throw new Error(JSON.stringify(body))
  })

const each = (ids: readonly string[]): Json => ids.map((id) => ({ id }))

describeInChromium('jobs', (startBrowser) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  describe('for someone who may control them', () => {
    let server: ConsoleWorld
    let recorded: Recorded
    let page: Page
    /** The job that changes all of the clients. */
    let whole = ''
    const writes = () => server.world.upstreamWrites()
    const descriptions = () => new Set(IDS.map((id) => server.world.auth0.client(id)?.description))

    beforeAll(async () => {
      server = await startConsoleWorld(SCOPES)
      putClients(server)
      recorded = await record(browser)
      ;({ page } = recorded)
      await enter(recorded, server)
    })
    afterAll(() => server?.close())

    it('are explained where there is none', async () => {
      await page.getByRole('navigation').getByRole('link', { name: 'Jobs' }).click()
      await page.waitForSelector('.empty:has-text("There is no job yet")')
      expect(await textOf(page, '.empty')).toContain('clientry jobs submit')
    })

    it('are started after their dry run of all clients was shown, and followed to their end', async () => {
      whole = await submit(server, {
        clients: each(IDS),
        patch: { description: HOSTILE.slice(0, -1) },
      })
      await until(server, whole, 'planned')
      const before = writes()
      await openJob(page, whole)
      await inState(page, 'planned')
      await page.waitForSelector(`text=50 of ${NUMBER} clients shown.`)
      await button(page, 'Start').click()
      await page.waitForSelector(`dialog >> text=${NUMBER} clients will be changed.`)
      await page.locator('dialog summary').first().click()
      expect(await textOf(page, 'dialog .changes')).toContain(`+ After: ${HOSTILE.slice(0, -1)}`)
      const more = inPanel(page, 'Show more clients')
      for (const shown of [100, NUMBER]) {
        await more.click()
        await expect.poll(() => page.locator('dialog ol > li').count()).toBe(shown)
      }
      expect(await more.count()).toBe(0)
      expect(await textOf(page, 'dialog ol > li:last-child')).toContain(IDS.at(-1))
      expect(writes()).toBe(before)
      await inPanel(page, 'Start the changes').click()
      await page.waitForSelector('.done:has-text("The job has started.")')
      await inState(page, 'done')
      expect(descriptions()).toEqual(new Set([HOSTILE.slice(0, -1)]))
      const counts = page.locator('.counts div', { hasText: /^changed/ })
      expect(await counts.textContent()).toBe(`changed${NUMBER}`)
      await expect.poll(() => page.locator('.job-row .tag.applied').count()).toBe(50)
      expect(recorded.requests.filter(({ url }) => url.endsWith('/console/')).length).toBe(0)
    })

    it('are not looked at any more once they have ended', async () => {
      const asked = () =>
        recorded.requests.filter(({ url }) => url.includes(`/jobs/${whole}`)).length
      await openJob(page, whole)
      await inState(page, 'done')
      await page.waitForLoadState('networkidle')
      const before = asked()
      // A job that is at work is asked for again and again meanwhile.
      const other = await submit(server, {
        clients: each(IDS.slice(0, 1)),
        patch: { description: 'x' },
      })
      await until(server, other, 'planned')
      await openJob(page, other)
      await inState(page, 'planned')
      expect(asked()).toBe(before)
    })

    it('are undone by a job of their own, after every client of all pages was shown', async () => {
      await openJob(page, whole)
      await inState(page, 'done')
      const before = writes()
      await button(page, 'Undo').click()
      await page.waitForSelector(`dialog >> text=A new job looks at ${NUMBER} clients`)
      await page.locator('dialog summary').first().click()
      const plan = await textOf(page, 'dialog .changes')
      expect(plan).toContain(`− Before: ${HOSTILE.slice(0, -1)}`)
      expect(plan).toContain(`+ After: ${fullAuth0Client.description}`)
      await inPanel(page, 'Plan the undoing').click()
      await page.waitForSelector('dialog h2:has-text("The job that undoes it is submitted")')
      await page.click('dialog a:has-text("Open the new job")')
      await page.waitForSelector(`h1:has-text("Undoing a job on ${NUMBER} clients")`)
      await inState(page, 'planned')
      expect(writes()).toBe(before)
      await button(page, 'Start').click()
      await page.waitForSelector(`dialog >> text=${NUMBER} clients will be changed.`)
      await inPanel(page, 'Start the changes').click()
      await inState(page, 'done')
      expect(descriptions()).toEqual(new Set([fullAuth0Client.description]))
    })

    it('are resumed after those that are left were shown, and show why a client failed', async () => {
      const canary = { share: 0.25, thenPause: true }
      const ids = IDS.slice(0, 8)
      const id = await submit(server, {
        ...{ clients: each(ids), patch: { description: 'resumed' }, canary, maxFailures: null },
      })
      await until(server, id, 'planned')
      await openJob(page, id)
      await button(page, 'Start').click()
      await page.waitForSelector('dialog >> text=25% of the clients come first.')
      await inPanel(page, 'Start the changes').click()
      await inState(page, 'paused')
      const { auth0 } = server.world
      auth0.put({ ...(auth0.client(ids.at(-1) ?? '') as JsonObject), name: 'Renamed' } as never)
      await button(page, 'Resume').click()
      await page.waitForSelector('dialog >> text=6 clients will be changed.')
      expect(await page.locator('dialog ol > li').count()).toBe(6)
      await inPanel(page, 'Resume the job').click()
      await inState(page, 'done')
      await page.getByLabel('Outcome').selectOption({ label: 'failed' })
      await expect.poll(() => page.locator('.job-row').count()).toBe(1)
      await expect.poll(() => page.url()).toContain('outcome=failed')
      expect(await textOf(page, '.job-row .fault')).toContain('If-Match')
    })

    it('are paused and cancelled after what goes on was said', async () => {
      const { auth0 } = server.world
      auth0.inject({ kind: 'delay', operation: 'PATCH /clients/{id}', delayMs: 500, times: 10_000 })
      const id = await submit(server, {
        ...{ clients: each(IDS), patch: { description: 'paused' }, autoStart: true },
      })
      await openJob(page, id)
      await inState(page, 'running')
      await button(page, 'Pause').click()
      await page.waitForSelector('dialog >> text=What is under way is finished and recorded.')
      await inPanel(page, 'Pause the job').click()
      await inState(page, 'paused')
      auth0.clearFaults()
      await button(page, 'Resume').click()
      await page.waitForSelector('dialog >> text=This job began without a dry run')
      await inPanel(page, 'Close').click()
      await button(page, 'Cancel').click()
      await page.waitForSelector('dialog >> text=stay as they are now')
      expect(await inPanel(page, 'Cancel the job').isDisabled()).toBe(true)
      await page.getByLabel('I know that a cancelled job cannot be resumed.').check()
      await inPanel(page, 'Cancel the job').click()
      await inState(page, 'cancelled')
      for (const name of ['Start', 'Pause', 'Resume', 'Cancel']) {
        expect(await button(page, name).count(), name).toBe(0)
      }
    })

    it('are listed by state and by who submitted them, which is in the address', async () => {
      await page.evaluate("location.hash = '#/jobs'")
      await page.waitForSelector('.plain li')
      const all = await page.locator('.plain li').count()
      expect(all).toBeGreaterThan(4)
      await page.getByLabel('State').selectOption({ label: 'cancelled' })
      await expect.poll(() => page.locator('.plain li').count()).toBe(1)
      await expect.poll(() => page.url()).toContain('state=cancelled')
      await page.reload()
      await expect.poll(() => page.locator('.plain li').count()).toBe(1)
      expect(await textOf(page, '[role=status]')).toBe(`1 of ${all} jobs`)
      await page.getByLabel('Who (subject)').fill('no one')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.empty:has-text("No job matches")')
      await page.click('text=Remove the filters')
      await expect.poll(() => page.locator('.plain li').count()).toBe(all)
    })

    it('show names of others for what they are, and are operated by the keyboard alone', async () => {
      const { auth0 } = server.world
      auth0.put({ ...(auth0.client('client000') as JsonObject), description: HOSTILE } as never)
      const id = await submit(server, {
        ...{ clients: [{ id: '<b>no-such-client' }, { id: 'client000' }] },
        patch: { description: 'harmless' },
        maxFailures: null,
      })
      await openJob(page, id)
      await inState(page, 'planned')
      await page.click('.job-row summary')
      expect(await textOf(page, '.job-row .changes')).toContain(`− Before: ${SHOWN}`)
      expect(await textOf(page, '.job-row')).toContain('<b>no-such-client')
      await button(page, 'Cancel').focus()
      await page.keyboard.press('Enter')
      await page.waitForSelector('dialog .consent')
      await page.locator('dialog .consent input').focus()
      await page.keyboard.press('Space')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await inState(page, 'cancelled')
      const links = await page
        .locator('a')
        .evaluateAll((all) => all.map((one) => one.getAttribute('href')))
      expect(links.every((href) => href?.startsWith('#/'))).toBe(true)
      expect(await page.locator('img, .client [onerror]').count()).toBe(0)
    })

    it('ask no other origin for anything, and break no rule of the policy', () => {
      expect([...recorded.origins].sort()).toEqual(
        [new URL(server.url).origin, server.issuer.url].sort(),
      )
      expect(recorded.faults).toEqual([])
    })
  })

  it('are not asked for while the page is hidden', async () => {
    const server = await startConsoleWorld(SCOPES)
    putClients(server)
    const recorded = await record(browser)
    const { page } = recorded
    await page.clock.install()
    await enter(recorded, server)
    const id = await submit(server, { clients: each(IDS.slice(0, 2)), patch: { description: 'y' } })
    await until(server, id, 'planned')
    await openJob(page, id)
    await inState(page, 'planned')
    const asked = () => recorded.requests.filter(({ url }) => url.endsWith(`/jobs/${id}`)).length
    const show = (state: string) =>
      page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true }); document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`,
      )
    await show('hidden')
    const before = asked()
    await page.clock.runFor(60_000)
    expect(asked()).toBe(before)
    await ask(server.world, 'POST', `/jobs/${id}/cancel`, { scopes: SCOPES })
    await show('visible')
    await inState(page, 'cancelled')
    expect(asked()).toBeGreaterThan(before)
    await recorded.context.close()
    await server.close()
  })

  describe('for someone with few permissions', () => {
    it('are shown without what they may not do, with the reason', async () => {
      const server = await startConsoleWorld(SCOPES)
      const id = await submit(server, {
        ...{ clients: [{ id: 'exampleClientId' }], patch: { description: 'z' } },
      })
      await until(server, id, 'planned')
      server.issuer.user.scopes = ['clients:read', 'jobs:read']
      const recorded = await record(browser)
      const { page } = recorded
      await enter(recorded, server)
      await openJob(page, id)
      await page.waitForSelector('text=you need the permission jobs:write at auth0')
      for (const name of ['Start', 'Cancel', 'Undo']) {
        expect(await button(page, name).count(), name).toBe(0)
      }
      server.issuer.user.scopes = ['clients:read', 'jobs:read', 'jobs:write']
      await button(page, 'Sign out').click()
      await page.waitForSelector('.sign-in')
      await enter(recorded, server)
      await openJob(page, id)
      await page.waitForSelector('text=you need the permission clients:write at auth0')
      expect(await button(page, 'Start').count()).toBe(0)
      await button(page, 'Cancel').waitFor()
      server.issuer.user.scopes = ['clients:read']
      await button(page, 'Sign out').click()
      await page.waitForSelector('.sign-in')
      await enter(recorded, server)
      await page.waitForSelector('nav a:has-text("Compare")')
      expect(await page.locator('nav a:has-text("Jobs")').count()).toBe(0)
      expect(recorded.faults).toEqual([])
      await server.close()
    })

    it('are their own alone where grants are limited, and refused with what the server says', async () => {
      const server = await startConsoleWorld(SCOPES, () => ({ clients: ['exampleClientId'] }))
      const own = await ask(server.world, 'POST', '/jobs', {
        scopes: SCOPES,
        body: { clients: [{ id: 'exampleClientId' }], patch: { description: 'mine' } },
      })
      expect(own.status, own.text).toBe(202)
      const recorded = await record(browser)
      const { page } = recorded
      await enter(recorded, server)
      await page.evaluate("location.hash = '#/jobs'")
      await page.waitForSelector('.empty:has-text("There is no job yet")')
      await openJob(page, own.body.id)
      await page.waitForSelector('.failure:has-text("There is no such job")')
      expect(recorded.faults).toEqual([])
      await server.close()
    })
  })
})
