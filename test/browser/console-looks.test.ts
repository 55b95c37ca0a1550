/**
 * Every view of the console, narrow and wide, in light and dark: what axe finds, whether the page is wider than the screen, and whether
 * the Tab key alone comes to all that can be done there, with a focus that shows.
 */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../contract/caller.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { patience } from '../property.ts'
import { missedByTab } from './console-steps.ts'
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

/** One view: how it is reached from the one before it. */
interface View {
  readonly name: string
  /** Checked in `npm test` too. */
  readonly isQuick?: boolean
  readonly arrive: (at: At) => Promise<unknown>
}

interface At {
  readonly server: ConsoleWorld
  readonly recorded: Awaited<ReturnType<typeof record>>
  readonly page: Page
  readonly look: { readonly width: number; readonly dark: boolean }
}

/** Goes to an address of the console, and waits for what the view there has. */
const at =
  (hash: string, shown: string): View['arrive'] =>
  async ({ page }) => {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    await page.waitForSelector(shown)
  }

/** Closes the panel that the view before has opened. */
const closePanel = (page: Page) => page.click('dialog button:has-text("Close")')

const VIEWS: readonly View[] = [
  {
    name: 'sign-in',
    isQuick: true,
    arrive: ({ page }) => page.waitForSelector('button:has-text("Sign in")'),
  },
  {
    name: 'clients',
    isQuick: true,
    arrive: async ({ server, recorded, page }) => {
      await enter(recorded, server)
      await page.waitForSelector('.row')
    },
  },
  { name: 'columns', arrive: ({ page }) => page.click('summary:has-text("Columns")') },
  { name: 'overview', arrive: at('#/overview', '.cards .chart') },
  {
    name: 'findings',
    arrive: async ({ page }) => {
      await page.evaluate("location.hash = '#/findings'")
      await page.click('.rule summary')
      await page.waitForSelector('.rule[open] li')
    },
  },
  { name: 'no clients', arrive: at('#/clients?q=nothing-of-that-kind', '.empty') },
  { name: 'client', isQuick: true, arrive: at(CLIENT, '.why') },
  {
    name: 'edit',
    arrive: async ({ page, look }) => {
      await page
        .getByLabel('New value of Redirect URIs')
        .fill(`https://axe.example/${look.width}${look.dark}`)
      await page.keyboard.press('Enter')
      await page.getByLabel('Change Description').click()
    },
  },
  {
    name: 'plan',
    isQuick: true,
    arrive: async ({ page }) => {
      await page.click('button:has-text("Preview the change")')
      await page.waitForSelector('dialog pre')
    },
  },
  {
    name: 'timeline',
    arrive: async ({ page }) => {
      await page.click('dialog button:has-text("Apply")')
      await page.waitForSelector('.done')
    },
  },
  ...PANELS.map(
    (name, index): View => ({
      name,
      isQuick: index === 0,
      arrive: async ({ page }) => {
        if (index === 0) await page.getByLabel('To the provider').selectOption('local')
        else await closePanel(page)
        await page.getByRole('button', { name, exact: true }).click()
        await page.waitForSelector('dialog .consent')
      },
    }),
  ),
  {
    name: 'history',
    arrive: async (place) => {
      await closePanel(place.page)
      await at('#/history', '.chart')(place)
    },
  },
  { name: 'capabilities', arrive: at('#/capabilities', '.wide-table') },
  {
    name: 'compare',
    arrive: at(
      '#/compare?a-provider=auth0&a-id=exampleClientId&b-provider=local&b-id=exampleClientId',
      'text=settings differ.',
    ),
  },
  { name: 'requests', arrive: at('#/requests', '.plain li') },
  {
    name: 'decision',
    arrive: async ({ page }) => {
      await page.click('.plain a')
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.waitForSelector('dialog .changes')
    },
  },
  { name: 'request', isQuick: true, arrive: ({ page }) => closePanel(page) },
  { name: 'jobs', arrive: at('#/jobs', '.plain li') },
  {
    name: 'start of a job',
    arrive: async ({ page }) => {
      await page.click('.plain a')
      await page.waitForSelector('output.tag.planned')
      await page.waitForSelector('.job-row')
      await page.getByRole('button', { name: 'Start' }).click()
      await page.waitForSelector('dialog .job-row')
    },
  },
  {
    name: 'job',
    isQuick: true,
    arrive: async ({ page }) => {
      await closePanel(page)
      await page.click('.job-row summary')
    },
  },
  {
    name: 'failure',
    arrive: at('#/client?provider=auth0&id=no-such-client', '.failure'),
  },
]

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
    // Of a client that nothing else here changes: only so it can still be approved.
    const waits = { client_id: 'waits', client_aliases: [], name: 'Waits' }
    server.world.auth0.put({ ...fullAuth0Client, ...waits })
    await requestChange(server, 'Waits for someone', 'waits')
    const job = await ask(server.world, 'POST', '/jobs', {
      scopes: ['clients:read', 'clients:write', 'jobs:read', 'jobs:write'],
      body: { clients: [{ id: 'exampleClientId' }], patch: { description: 'By a job' } },
    })
    expect(job.status, job.text).toBe(202)
  })
  afterAll(() => server?.close())

  const ALL = [360, 1_600].flatMap((width) => [false, true].map((dark) => ({ width, dark })))
  const LOOKS = IS_LONG ? ALL : ALL.slice(0, 1)

  describe.each(LOOKS)('at %o is usable and without a finding of axe', (look) => {
    let recorded: Awaited<ReturnType<typeof record>>
    let page: Page
    beforeAll(async () => {
      recorded = await record(browser, look)
      ;({ page } = recorded)
      await page.goto(`${server.url}/`)
    })
    afterAll(() => recorded?.context.close())

    it.each(VIEWS)('$name', async ({ arrive, isQuick = false }) => {
      await arrive({ server, recorded, page, look })
      // It takes no axe, and is the same in every look.
      if (look === ALL[0]) expect(await missedByTab(page)).toEqual([])
      if (!IS_LONG && !isQuick) return
      expect(await axeFindings(page)).toEqual([])
      const { scroll, client } = (await page.evaluate(
        '({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth })',
      )) as { scroll: number; client: number }
      expect(scroll).toBeLessThanOrEqual(client)
    })

    it('asks for nothing elsewhere, and breaks no rule of the page', () => {
      expect(recorded.faults).toEqual([])
    })
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
