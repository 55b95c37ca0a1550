/**
 * Requests for approval in the console: a change waits where its caller may only ask for it, and is carried out once someone else,
 * who has just signed in, has seen exactly what it changes.
 */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ask } from '../contract/caller.ts'
import { eventually } from '../eventually.ts'
import { inPanel, signInAgain } from './console-steps.ts'
import {
  ASKS,
  type ConsoleWorld,
  enter,
  open,
  PLAN,
  type Recorded,
  record,
  requestChange,
  startConsoleWorld,
} from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'

const CLIENT = '#/client?provider=auth0&id=exampleClientId'
const SCOPES = [
  ...['clients:read', 'clients:write', 'clients:suspend', 'history:read'],
  ...['jobs:read', 'jobs:write'],
]
/** What a field can hold that is meant for the page and not for people. */
const HOSTILE = '"><img src=https://evil.example/a.png onerror=alert(1)>a\u202egnp.exe'
const SHOWN = '"><img src=https://evil.example/a.png onerror=alert(1)>aU+202Egnp.exe'

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const textOf = async (page: Page, selector: string) =>
  (await page.locator(selector).first().textContent()) ?? ''
const planOf = async (page: Page) => {
  await page.waitForSelector('dialog .changes')
  return textOf(page, 'dialog')
}
const openRequest = (page: Page, id: string) => open(page, `#/request?id=${id}`)
const hourAgo = () => Math.floor(Date.now() / 1_000) - 3_600

describeInChromium('requests for approval', (startBrowser) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  describe('for two people', () => {
    let server: ConsoleWorld
    let recorded: Recorded
    let page: Page
    const description = () => server.world.auth0.client('exampleClientId')?.description
    const writes = () => server.world.upstreamWrites()

    beforeAll(async () => {
      server = await startConsoleWorld(SCOPES, undefined, [ASKS])
      recorded = await record(browser)
      ;({ page } = recorded)
    })
    afterAll(() => server?.close())

    /** Comes as someone else; the sign-in at the issuer is an hour old. */
    async function enterAs(subject: string, scopes: readonly string[]): Promise<void> {
      if ((await page.locator('.bar').count()) > 0) {
        await button(page, 'Sign out').click()
        await page.waitForSelector('.sign-in')
      }
      Object.assign(server.issuer.user, { subject, scopes, authenticatedAt: hourAgo() })
      await enter(recorded, server)
    }

    it('store a change of someone who may only ask, and let them withdraw it but not approve it', async () => {
      await enterAs('alice', ['clients:read', 'asks'])
      await open(page, CLIENT)
      const before = writes()
      await page.getByLabel('Change Description').click()
      await page.getByLabel('Description', { exact: true }).fill(HOSTILE.slice(0, -8))
      await page.keyboard.press('Enter')
      await button(page, 'Preview the change').click()
      await planOf(page)
      await inPanel(page, 'Apply').click()
      await page.waitForSelector('dialog >> text=Someone else has to approve this')
      expect(await inPanel(page, 'Apply').count()).toBe(0)
      expect(writes()).toBe(before)
      await page.click('dialog a:has-text("Open the request")')
      await page.waitForSelector('text=This is your own request')
      expect(await textOf(page, '.client')).toContain(
        `+ After: ${HOSTILE.slice(0, -8).replace('\u202e', 'U+202E')}`,
      )
      expect(await button(page, 'Approve').count()).toBe(0)
      await button(page, 'Withdraw').click()
      await planOf(page)
      await inPanel(page, 'Withdraw').click()
      await page.waitForSelector('.done:has-text("The request is withdrawn.")')
      await page.waitForSelector('.tag.withdrawn')
      expect(await button(page, 'Withdraw').count()).toBe(0)
      expect(writes()).toBe(before)
    })

    it('are approved by someone else who has just signed in, after the exact plan', async () => {
      await open(page, CLIENT)
      await button(page, 'Suspend').click()
      await page.waitForSelector(PLAN)
      await inPanel(page, 'Suspend').click()
      await page.waitForSelector('dialog >> text=Someone else has to approve this')
      await inPanel(page, 'Close').click()
      await enterAs('bob', SCOPES)
      const before = writes()
      await page.getByRole('navigation').getByRole('link', { name: 'Requests' }).click()
      await page.click('a:has-text("Suspend client: exampleClientId")')
      await page.waitForSelector('h1:has-text("Suspend client")')
      const shown = await textOf(page, '.client')
      expect(shown).toContain('alice')
      expect(shown).toContain('− Before:')
      await page.getByLabel('Comment').fill(HOSTILE)
      await button(page, 'Approve').click()
      const plan = await planOf(page)
      expect(plan).toContain('exactly as shown here')
      // What it would send now is shown as for any other change, and no fresh sign-in is asked for before.
      expect(plan).toContain('PATCH /api/v2/clients/exampleClientId')
      await inPanel(page, 'Approve and carry out').click()
      await page.waitForSelector('dialog >> text=Sign in once more')
      expect(writes()).toBe(before)
      await signInAgain(recorded)
      await inPanel(page, 'Approve and carry out').click()
      await page.waitForSelector('.done:has-text("approved and carried out")')
      expect(server.world.auth0.client('exampleClientId')?.grant_types).toEqual([])
      await page.waitForSelector('.tag.applied')
      await expect.poll(() => textOf(page, '.timeline')).toContain('suspend')
      expect(await textOf(page, '.client')).toContain(SHOWN)
      expect(await button(page, 'Approve').count()).toBe(0)
    })

    it('are listed by state, which is in the address', async () => {
      const id = await requestChange(server, 'listed')
      await page.evaluate("location.hash = '#/requests'")
      await page.reload()
      await page.waitForSelector('a:has-text("Update client: exampleClientId")')
      expect(await page.locator('.plain li').count()).toBe(1)
      const line = await textOf(page, '.plain li')
      for (const says of ['developer', 'description', 'waiting']) expect(line).toContain(says)
      await page.getByLabel('State').selectOption({ label: 'carried out' })
      await expect.poll(() => textOf(page, '.plain li')).toContain('Suspend client')
      await expect.poll(() => page.url()).toContain('state=applied')
      await page.reload()
      await page.waitForSelector('a:has-text("Suspend client")')
      await page.getByLabel('State').selectOption({ label: 'void' })
      await page.waitForSelector('.empty')
      await page.click('text=Show requests in any state')
      await expect.poll(() => page.locator('.plain li').count()).toBe(3)
      await openRequest(page, id)
      await page.waitForSelector('.tag.pending')
    })

    it('are rejected with a comment, and followed while someone else decides', async () => {
      const [one, other] = [await requestChange(server, 'one'), await requestChange(server, 'two')]
      await openRequest(page, one)
      await page.getByLabel('Comment').fill('Use the staging client')
      await button(page, 'Reject').click()
      expect(await planOf(page)).toContain('Use the staging client')
      await inPanel(page, 'Reject').click()
      await page.waitForSelector('.done:has-text("The request is rejected.")')
      expect(await textOf(page, '.client')).toContain('Use the staging client')
      await openRequest(page, other)
      await page.waitForSelector('.tag.pending')
      const decided = await ask(server.world, 'POST', `/requests/${other}/reject`, {
        ...{ scopes: SCOPES, claims: { sub: 'owner', client_id: 'desk' } },
      })
      expect(decided.status, decided.text).toBe(200)
      await page.waitForSelector('.tag.rejected')
      expect(description()).not.toBe('two')
    })

    it('are outdated once the client has changed, which is shown before anything is sent', async () => {
      const id = await requestChange(server, 'outdated')
      const { auth0 } = server.world
      auth0.put({ ...(auth0.client('exampleClientId') as JsonObject), name: 'Renamed' } as never)
      const before = writes()
      await openRequest(page, id)
      await button(page, 'Approve').click()
      await page.waitForSelector('dialog .failure:has-text("outdated")')
      expect(await inPanel(page, 'Approve and carry out').count()).toBe(0)
      await inPanel(page, 'Close').click()
      // One that was approved in the meantime, by another way, ends so.
      const decider = { scopes: SCOPES, claims: { sub: 'carol', client_id: 'desk' } }
      const { status } = await ask(server.world, 'POST', `/requests/${id}/approve`, decider)
      expect(status).toBe(409)
      await page.reload()
      await page.waitForSelector('.tag.outdated')
      await page.waitForSelector('text=The requester can make it anew.')
      expect(writes()).toBe(before)
    })

    it('of a job show what its dry run found for each client, and start it', async () => {
      const own = {
        scopes: ['clients:read', 'jobs:read', 'jobs:write', 'asks'],
        claims: { sub: 'developer', client_id: 'pipeline' },
      }
      const body = { clients: [{ id: 'exampleClientId' }], patch: { description: 'by a job' } }
      const { body: job } = await ask(server.world, 'POST', '/jobs', { ...own, body })
      const waiting = await eventually(async () => {
        const answer = await ask(server.world, 'POST', `/jobs/${job.id}/start`, own)
        if (answer.status !== 202) throw new Error(answer.text)
        return answer.body
      })
      await openRequest(page, String(waiting.id))
      await page.waitForSelector('h1:has-text("1 client")')
      await page.waitForSelector('text=The job changes 1 client, each as its dry run shows.')
      await button(page, 'Approve').click()
      await page.locator('dialog summary').click()
      expect(await planOf(page)).toContain('+ After: by a job')
      await inPanel(page, 'Approve and carry out').click()
      await page.waitForSelector('.done')
      await expect.poll(description).toBe('by a job')
      await page.click(`dd a:has-text("${job.id}")`)
      await page.waitForSelector('output.tag.done')
      await page.waitForSelector(`a:has-text("${waiting.id}")`)
    })

    it('are decided by the keyboard alone', async () => {
      const id = await requestChange(server, 'by keys')
      await openRequest(page, id)
      await button(page, 'Approve').focus()
      await page.keyboard.press('Enter')
      await planOf(page)
      await inPanel(page, 'Approve and carry out').focus()
      await page.keyboard.press('Enter')
      await page.waitForSelector('.done')
      expect(description()).toBe('by keys')
    })

    it('show no link that leads elsewhere, and ask no one else for anything', async () => {
      await openRequest(page, await requestChange(server, HOSTILE.slice(0, -8)))
      await page.waitForSelector('.changes')
      const links = await page
        .locator('a')
        .evaluateAll((all) => all.map((one) => one.getAttribute('href')))
      expect(links.every((href) => href?.startsWith('#/'))).toBe(true)
      expect(await page.locator('img, .client [onerror]').count()).toBe(0)
      expect([...recorded.origins].sort()).toEqual(
        [new URL(server.url).origin, server.issuer.url].sort(),
      )
      expect(recorded.faults).toEqual([])
    })
  })

  describe('for someone with few permissions', () => {
    it('say that others approve, and are not in the menu of someone who may only read', async () => {
      const server = await startConsoleWorld(['clients:read'], undefined, [ASKS])
      const id = await requestChange(server, 'asked for')
      const recorded = await record(browser)
      const { page } = recorded
      await enter(recorded, server)
      await page.waitForSelector('.row, .empty')
      await page.waitForSelector('nav a:has-text("Compare")')
      expect(await page.locator('nav a:has-text("Requests")').count()).toBe(0)
      await openRequest(page, id)
      await page.waitForSelector('.failure:has-text("There is no such request")')
      Object.assign(server.issuer.user, { scopes: ['clients:read', 'asks'] })
      await button(page, 'Sign out').click()
      await page.waitForSelector('.sign-in')
      await enter(recorded, server)
      await page.waitForSelector('nav a:has-text("Requests")')
      await openRequest(page, id)
      await page.waitForSelector('text=but not approve those of others')
      for (const name of ['Approve', 'Reject', 'Withdraw']) {
        expect(await button(page, name).count(), name).toBe(0)
      }
      expect(recorded.faults).toEqual([])
      await server.close()
    })
  })
})
