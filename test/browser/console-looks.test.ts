/** Every view of the console, narrow and wide, in light and dark: what axe finds, and whether the page is wider than the screen. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from '../contract/caller.ts'
import { patience } from '../property.ts'
import {
  ASKS,
  axeFindings,
  type ConsoleWorld,
  enter,
  fillMirror,
  open,
  record,
  requestChange,
  startConsoleWorld,
} from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'

const CLIENT = '#/client?provider=auth0&id=exampleClientId'
/** Buttons behind which a plan is that someone has to agree to. */
const PANELS = ['Remove for good', 'Preview the rotation', 'Preview the copy']
/** axe takes seconds for each view: `npm test` has one look, `npm run test:long` all of them. */
const IS_LONG = patience(1) > 1

describeInChromium('every view', (startBrowser) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())
  let server: ConsoleWorld
  beforeAll(async () => {
    server = await startConsoleWorld(
      [
        ...[
          'clients:read',
          'clients:write',
          'clients:delete',
          'clients:suspend',
          'clients:protect',
        ],
        ...['clients:privileged', 'leases:write', 'keys:manage', 'secrets:read', 'secrets:rotate'],
        'history:read',
        ...['jobs:read', 'jobs:write'],
      ],
      undefined,
      [ASKS],
    )
    await fillMirror(server.world)
    await requestChange(server, 'Waits for someone')
    const job = await ask(server.world, 'POST', '/jobs', {
      scopes: ['clients:read', 'clients:write', 'jobs:read', 'jobs:write'],
      body: { clients: [{ id: 'exampleClientId' }], patch: { description: 'By a job' } },
    })
    expect(job.status, job.text).toBe(202)
  })
  afterAll(() => server?.close())

  const ALL = [360, 1_600].flatMap((width) => [false, true].map((dark) => ({ width, dark })))
  const LOOKS = IS_LONG ? ALL : ALL.slice(0, 1)

  it.each(LOOKS)('is usable and without a finding of axe: %o', async (look) => {
    const recorded = await record(browser, look)
    const { page } = recorded
    const check = async (view: string) => {
      expect(await axeFindings(page), view).toEqual([])
      const { scroll, client } = (await page.evaluate(
        '({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth })',
      )) as { scroll: number; client: number }
      expect(scroll, view).toBeLessThanOrEqual(client)
    }
    await page.goto(`${server.url}/`)
    await page.waitForSelector('button:has-text("Sign in")')
    await check('sign-in')
    await enter(recorded, server)
    await page.waitForSelector('.row')
    await check('clients')
    await page.click('summary:has-text("Columns")')
    if (IS_LONG) await check('columns')
    await page.evaluate("location.hash = '#/overview'")
    await page.waitForSelector('.cards .chart')
    if (IS_LONG) await check('overview')
    await page.evaluate("location.hash = '#/findings'")
    await page.click('.rule summary')
    await page.waitForSelector('.rule[open] li')
    if (IS_LONG) await check('findings')
    await open(page, '#/clients?q=nothing-of-that-kind')
    await page.waitForSelector('.empty')
    if (IS_LONG) await check('no clients')
    await open(page, CLIENT)
    await page.waitForSelector('.why')
    await check('client')
    await page
      .getByLabel('New value of Redirect URIs')
      .fill(`https://axe.example/${look.width}${look.dark}`)
    await page.keyboard.press('Enter')
    await page.getByLabel('Change Description').click()
    if (IS_LONG) await check('edit')
    await page.click('button:has-text("Preview the change")')
    await page.waitForSelector('dialog pre')
    await check('plan')
    await page.click('dialog button:has-text("Apply")')
    await page.waitForSelector('.done')
    if (IS_LONG) await check('history')
    await page.getByLabel('To the provider').selectOption('local')
    for (const name of IS_LONG ? PANELS : PANELS.slice(0, 1)) {
      await page.getByRole('button', { name, exact: true }).click()
      await page.waitForSelector('dialog .consent')
      await check(name)
      await page.click('dialog button:has-text("Close")')
    }
    await page.evaluate("location.hash = '#/history'")
    await page.waitForSelector('.chart')
    if (IS_LONG) await check('all changes')
    await page.evaluate("location.hash = '#/capabilities'")
    await page.waitForSelector('.wide-table')
    if (IS_LONG) await check('capabilities')
    await page.evaluate(
      "location.hash = '#/compare?a-provider=auth0&a-id=exampleClientId&b-provider=local&b-id=exampleClientId'",
    )
    await page.waitForSelector('text=settings differ.')
    if (IS_LONG) await check('compare')
    await page.evaluate("location.hash = '#/requests'")
    await page.waitForSelector('.plain li')
    if (IS_LONG) await check('requests')
    await page.click('.plain a')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.waitForSelector('dialog .changes')
    if (IS_LONG) await check('decision')
    await page.click('dialog button:has-text("Close")')
    await check('request')
    await page.evaluate("location.hash = '#/jobs'")
    await page.waitForSelector('.plain li')
    if (IS_LONG) await check('jobs')
    await page.click('.plain a')
    await page.waitForSelector('output.tag.planned')
    await page.waitForSelector('.job-row')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.waitForSelector('dialog .job-row')
    if (IS_LONG) await check('start of a job')
    await page.click('dialog button:has-text("Close")')
    await page.click('.job-row summary')
    await check('job')
    await page.evaluate("location.hash = '#/client?provider=auth0&id=no-such-client'")
    await page.waitForSelector('.failure')
    if (IS_LONG) await check('failure')
    expect(recorded.faults).toEqual([])
    await recorded.context.close()
  })

  it.each(LOOKS)(
    'the notice of a fresh sign-in, and a new secret, are so too: %o',
    async (look) => {
      server.issuer.user.authenticatedAt = Math.floor(Date.now() / 1_000) - 3_600
      const recorded = await record(browser, look)
      const { context, page } = recorded
      await enter(recorded, server)
      await open(page, CLIENT)
      await page.getByRole('button', { name: 'Preview the rotation' }).click()
      await page.waitForSelector('dialog >> text=Sign in once more')
      expect(await axeFindings(page)).toEqual([])
      const [tab] = await Promise.all([
        context.waitForEvent('page'),
        page.click('button:has-text("Sign in again in a new tab")'),
      ])
      await tab.waitForSelector('.bar')
      await tab.close()
      await page.click('button:has-text("I am signed in again")')
      await page.locator('dialog .consent input').check()
      await page.click('dialog button:has-text("Rotate the secret")')
      await page.waitForSelector('dialog >> text=once this panel is closed')
      expect(await axeFindings(page)).toEqual([])
      expect(recorded.faults).toEqual([])
      await context.close()
    },
  )
})
