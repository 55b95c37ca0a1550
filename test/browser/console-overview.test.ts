/**
 * What the console shows at a glance, and what lint finds: each part leads to where all of it is, no provider is asked for what is
 * shown, and no fix is made before its plan was seen, on one client or on many.
 */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { ask } from '../contract/caller.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { focused, inPanel, section, tabTo } from './console-steps.ts'
import {
  axeFindings,
  type ConsoleWorld,
  enter,
  fillMirror,
  PLAN,
  type Recorded,
  record,
  startConsoleWorld,
} from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'

const EVERYTHING = PERMISSIONS.filter((one) => one !== 'access:grant')
/** What a field can hold that is meant for the page and not for people. */
const MARKUP = '"><img src=https://evil.example/a.png onerror=alert(1)>'
const IMPLICIT = ['one', 'two', 'three', 'four']

const go = (page: Page, at: string) => page.evaluate(`location.hash = ${JSON.stringify(at)}`)

describeInChromium('at a glance', (startBrowser) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  describe('for someone who may do everything', () => {
    let server: ConsoleWorld
    let recorded: Recorded
    let page: Page
    beforeAll(async () => {
      server = await startConsoleWorld(EVERYTHING)
      const { auth0 } = server.world
      const { client_aliases: _, ...whole } = fullAuth0Client as Record<string, unknown>
      for (const id of IMPLICIT) {
        const grants = ['authorization_code', 'implicit']
        auth0.put({ ...whole, client_id: id, name: id, grant_types: grants })
      }
      const callbacks = [`http://evil.example/${encodeURIComponent(MARKUP)}`]
      auth0.put({ ...whole, client_id: 'hostile', name: MARKUP, callbacks })
      await fillMirror(server.world)
      const lease = { field: 'callbacks', value: 'https://pr-1.preview.example/cb', owner: MARKUP }
      const { status, text } = await ask(server.world, 'PUT', '/clients/one/leases', {
        ...{ scopes: EVERYTHING, claims: {}, body: { ...lease, ttlSeconds: 3_600 } },
      })
      expect(status, text).toBe(200)
      recorded = await record(browser)
      ;({ page } = recorded)
    })
    afterAll(() => server?.close())

    it('is the first page, without a call to a provider', async () => {
      const calls = server.world.upstreamCalls()
      await page.goto(`${server.url}/`)
      await page.click('button:has-text("Sign in")')
      await page.waitForSelector('.cards')
      expect(await page.locator('h1').innerText()).toBe('Overview')
      const places = await section(page, 'Places').locator('tbody tr').allInnerTexts()
      expect(places.map((text) => text.split('\t').slice(0, 2))).toEqual([
        ['auth0', '6'],
        [expect.stringMatching(/^cognito-client \/ /), '1'],
        ['local', '1'],
      ])
      await expect
        .poll(() => section(page, 'Changes of the last 30 days').locator('svg').count())
        .toBe(1)
      const ends = section(page, 'Ends within 30 days')
      expect(await ends.innerText()).toContain(`by ${MARKUP}`)
      expect(await ends.locator('time').first().innerText()).toMatch(/^in (1 hour|\d\d minutes)$/)
      expect(await section(page, 'Pace').locator('meter').count()).toBeGreaterThan(1)
      expect(await section(page, 'Not on this page').count()).toBe(0)
      expect(await axeFindings(page)).toEqual([])
      expect(server.world.upstreamCalls()).toBe(calls)
    })

    it('leads to what is behind each number', async () => {
      await section(page, 'Places').locator('td.error a').first().click()
      await page.waitForSelector('.rule')
      await expect.poll(() => page.url()).toContain('#/findings?provider=auth0&severity=error')
      await page.goBack()
      await section(page, 'Changes of the last 30 days').locator('dd a').first().click()
      await page.waitForSelector('.empty:has-text("No change matches.")')
      await expect.poll(() => page.url()).toContain('#/history?outcome=open')
    })

    it('shows findings by rule, with filters in the address, and says where no fix is known', async () => {
      await go(page, '#/findings')
      await page.waitForSelector('text=All clients are checked.')
      const severity = page.getByLabel('Severity')
      await severity.selectOption('warning')
      await expect.poll(() => page.url()).toContain('severity=warning')
      expect(await page.locator('.rule .tag.error').count()).toBe(0)
      await page.getByLabel('Rule').selectOption('implicit_grant')
      await expect.poll(() => page.locator('.rule').count()).toBe(1)
      expect(await page.locator('.rule').innerText()).toContain('RFC 9700 section 2.1.2')
      await go(page, '#/findings?rule=http&provider=auth0')
      await page.waitForSelector('.rule[open] li')
      const text = await page.locator('.rule').innerText()
      expect(text).toContain(encodeURIComponent(MARKUP))
      await go(page, '#/findings?rule=third_party&severity=error')
      await page.waitForSelector('text=No finding matches.')
      await page.click('text=Remove the filters')
      await page.waitForSelector('.rule')
      await page.locator('.rule summary').evaluateAll((all) =>
        all.forEach((one) => {
          ;(one.parentElement as unknown as { open: boolean }).open = true
        }),
      )
      await page.waitForSelector('text=There is no automatic fix')
      expect(await page.locator('.findings img, .findings script').count()).toBe(0)
    })

    it('fixes one client, after its plan', async () => {
      const writes = server.world.upstreamWrites()
      await go(page, '#/findings?rule=implicit_grant&provider=auth0')
      await page.getByRole('button', { name: 'Preview the fix of four', exact: true }).click()
      await page.waitForSelector('dialog pre')
      const plan = (await page.locator('dialog').textContent()) ?? ''
      expect(plan).toContain('− Before: implicit')
      expect(plan).toContain('PATCH /api/v2/clients/four')
      expect(server.world.upstreamWrites()).toBe(writes)
      await inPanel(page, 'Apply').click()
      await page.waitForSelector('.done:has-text("The fix is applied.")')
      expect(server.world.auth0.client('four')?.grant_types).toEqual(['authorization_code'])
      await expect.poll(() => page.getByRole('link', { name: 'four' }).count()).toBe(0)
    })

    it('shows what others changed since a fix was planned, and plans it for that', async () => {
      const { auth0 } = server.world
      await page.getByRole('button', { name: 'Preview the fix of three', exact: true }).click()
      await page.waitForSelector('dialog pre')
      auth0.put({ ...auth0.client('three'), description: 'Theirs' } as never)
      await inPanel(page, 'Apply').click()
      await page.waitForSelector('dialog h2:has-text("The client has changed meanwhile")')
      const meanwhile = await page.locator('dialog .changes').textContent()
      expect(meanwhile).toContain('+ After: Theirs')
      expect(meanwhile).not.toContain('implicit')
      expect(auth0.client('three')).toMatchObject({ description: 'Theirs' })
      expect(auth0.client('three')?.grant_types).toContain('implicit')
      await inPanel(page, 'Preview it on the new state').click()
      await page.waitForSelector(PLAN)
      expect(await page.locator('dialog').textContent()).toContain('− Before: implicit')
      await inPanel(page, 'Close').click()
    })

    it('is gone through by the keyboard alone', async () => {
      await go(page, '#/overview')
      await page.waitForSelector('.cards')
      const errors = await section(page, 'Places').locator('td.error a').first().innerText()
      await tabTo(page, errors)
      await page.keyboard.press('Enter')
      await page.waitForSelector('.rule')
      await expect.poll(() => page.url()).toContain('#/findings?provider=auth0&severity=error')
      await tabTo(page, 'Overview')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.cards')
      // The days of the chart are a table for those who see no chart.
      await tabTo(page, 'As a table')
      await page.keyboard.press('Enter')
      await expect.poll(() => page.locator('.chart tbody tr').count()).toBeGreaterThan(0)
      await tabTo(page, 'the grant type implicit')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.rule[open]')
    })

    it('has its findings chosen, read and fixed by the keyboard alone', async () => {
      const { auth0 } = server.world
      await go(page, '#/findings')
      await page.waitForSelector('text=All clients are checked.')
      await page.locator('h1').click()
      await tabTo(page, 'Rule')
      // As someone who types what they look for.
      await page.keyboard.type('implicit_grant')
      await expect.poll(() => page.url()).toContain('rule=implicit_grant')
      await expect.poll(() => page.locator('.rule').count()).toBe(1)
      await tabTo(page, 'Preview the fix of three')
      await page.keyboard.press('Enter')
      await page.waitForSelector('dialog pre')
      await page.keyboard.press('Escape')
      await page.waitForSelector('dialog', { state: 'detached' })
      // The focus is back where it was.
      await expect.poll(() => focused(page)).toBe('Preview the fix of three')
      await page.keyboard.press('Enter')
      await page.waitForSelector('dialog pre')
      await tabTo(page, 'Close')
      await page.keyboard.press('Enter')
      await page.waitForSelector('dialog', { state: 'detached' })
      expect(auth0.client('three')?.grant_types).toContain('implicit')
      await tabTo(page, 'Choose one')
      await page.keyboard.press('Space')
      expect(await page.getByLabel('Choose one', { exact: true }).isChecked()).toBe(true)
      await page.keyboard.press('Space')
    })

    it('fixes many clients as a job, after the plan of each', async () => {
      const writes = server.world.upstreamWrites()
      for (const name of ['one', 'two'])
        await page.getByLabel(`Choose ${name}`, { exact: true }).check()
      await page.getByRole('button', { name: 'Preview the fix of 2 clients as a job' }).click()
      await expect.poll(() => page.locator('dialog .changes li').count()).toBe(2)
      const plan = (await page.locator('dialog').textContent()) ?? ''
      expect(plan).toContain('one')
      expect(plan).not.toContain('three')
      expect(server.world.upstreamWrites()).toBe(writes)
      await inPanel(page, 'Begin the job').click()
      await page.waitForSelector('dialog >> text=2 of 2 clients done, 0 failed.')
      for (const id of ['one', 'two']) {
        expect(server.world.auth0.client(id)?.grant_types).toEqual(['authorization_code'])
      }
      expect(server.world.auth0.client('three')?.grant_types).toContain('implicit')
      expect(await axeFindings(page)).toEqual([])
      await inPanel(page, 'Close').click()
    })

    it('asks no other origin for anything, and breaks no rule of its policy', () => {
      expect([...recorded.origins].sort()).toEqual(
        [new URL(server.url).origin, server.issuer.url].sort(),
      )
      expect(recorded.faults).toEqual([])
    })
  })

  it('is what someone may see who may only read some clients, and says what is missing', async () => {
    const server = await startConsoleWorld(['clients:read'], () => ({
      clients: ['exampleClientId'],
    }))
    server.world.auth0.put({ ...fullAuth0Client, client_aliases: [], client_id: 'hidden' })
    await fillMirror(server.world)
    const recorded = await record(browser)
    const { page } = recorded
    await enter(recorded, server)
    await go(page, '#/overview')
    await page.waitForSelector('.cards')
    expect(await section(page, 'Places').innerText()).toContain('at least 1')
    const absent = await section(page, 'Not on this page').innerText()
    expect(absent).toContain('you need the permission history:read there.')
    expect(absent).toContain('you need the permission metrics:read there.')
    expect(await section(page, 'Changes of the last 30 days').count()).toBe(0)
    await go(page, '#/findings')
    await page.waitForSelector('text=All clients are checked.')
    expect(await page.locator('.findings').innerText()).not.toContain('hidden')
    expect(await page.getByRole('button', { name: /Preview the fix/ }).count()).toBe(0)
    await page.locator('.rule summary').first().click()
    await page.waitForSelector('text=You need the permission clients:write at this provider.')
    expect(recorded.faults).toEqual([])
    await server.close()
  })

  it('begins with what to do where no place has a client', async () => {
    const server = await startConsoleWorld(EVERYTHING)
    const { world } = server
    await fillMirror(world)
    const as = { scopes: EVERYTHING, claims: {} }
    const { body } = await ask(world, 'GET', '/clients', as)
    const clients = body.clients as readonly JsonObject[]
    expect(clients.length).toBeGreaterThan(2)
    for (const { id, provider, userPoolId = '' } of clients) {
      const query = { provider, ...(userPoolId !== '' && { userPoolId }) }
      const headers = { 'if-match': '*' }
      const { status, text } = await ask(world, 'DELETE', `/clients/${id}`, {
        ...as,
        query,
        headers,
      })
      expect(status, text).toBe(200)
    }
    const recorded = await record(browser)
    const { page } = recorded
    await enter(recorded, server)
    await page.waitForSelector('.empty:has-text("There is no client here yet")')
    await go(page, '#/overview')
    await page.waitForSelector('text=Every place has been read, and none has a client.')
    expect(await axeFindings(page)).toEqual([])
    expect(recorded.faults).toEqual([])
    await server.close()
  })

  it('teaches where there is nothing to see yet', async () => {
    const reads = ['clients:read', 'history:read', 'jobs:read'] as const
    const server = await startConsoleWorld(reads, () => ({ clients: ['no-one'] }))
    const recorded = await record(browser)
    const { page } = recorded
    await enter(recorded, server)
    await page.waitForSelector('.empty:has-text("being read for the first time")')
    await fillMirror(server.world)
    await page.reload()
    await page.waitForSelector('.empty:has-text("There is no client here yet")')
    await go(page, '#/clients?q=something')
    await page.waitForSelector('.empty:has-text("No client matches.")')
    expect(await axeFindings(page)).toEqual([])
    const taught: Readonly<Record<string, string>> = {
      findings: 'Each client is checked as it was last read',
      history: 'Each change is kept from then on',
      jobs: 'A job finds clients, shows what would change on each',
      requests: 'A change waits here when the permissions of its requester ask for',
      compare: 'Choose two clients',
      overview: 'Nothing ends',
    }
    for (const [view, says] of Object.entries(taught)) {
      await go(page, `#/${view}`)
      await page.waitForSelector(`text=${says}`)
      expect(await axeFindings(page), view).toEqual([])
    }
    expect(recorded.faults).toEqual([])
    await server.close()
  })
})
