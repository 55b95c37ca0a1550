/**
 * `npm run pictures`: the pictures of docs/console.md, of the development server in Chromium. With a folder as its argument it also puts
 * every view there in light and dark, at 360 and 1,600 pixels, to be looked at.
 */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { startChromium, unpackChromium } from '../test/browser/chromium.ts'
import { signInAtDev } from '../test/browser/sign-in-at-dev.ts'
import { type DevServer, startDev } from '../test/cli/command-line.ts'

const DOCS = 'docs/images'
const CLIENT = '#/client?provider=auth0&id=exampleClientId'

/** The views, each by its address and what is done there. */
const VIEWS: Readonly<Record<string, { readonly at: string; act?(page: Page): Promise<void> }>> = {
  overview: { at: '#/overview' },
  clients: { at: '#/clients' },
  findings: {
    at: '#/findings',
    act: async (page) => {
      await page.locator('.rule summary').first().click()
    },
  },
  client: { at: CLIENT },
  'all changes': { at: '#/history' },
  jobs: { at: '#/jobs', act: submitJob },
  job: {
    at: '#/jobs',
    act: async (page) => {
      await submitJob(page)
      await page.click('.plain a')
      await page.waitForSelector('output.tag.planned')
    },
  },
  requests: { at: '#/requests' },
  capabilities: { at: '#/capabilities' },
  compare: {
    at: '#/compare?a-provider=auth0&a-id=exampleClientId&b-provider=local&b-id=exampleClientId',
  },
  plan: { at: CLIENT, act: previewCallback },
  history: {
    at: CLIENT,
    act: async (page) => {
      await previewCallback(page)
      await page.click('dialog button:has-text("Apply")')
      await page.waitForSelector('.done')
      await page.locator('#history').scrollIntoViewIfNeeded()
    },
  },
}

/** Submits a job as the person who is signed in, for its dry run to be looked at. */
async function submitJob(page: Page): Promise<void> {
  const patch = { description: `Reviewed ${count}` }
  count += 1
  await page.evaluate(
    async (body) => {
      const answer = await fetch('/session')
      const { current } = (await answer.json()) as { current: { key: string } }
      const headers = { 'clientry-session': current.key, 'content-type': 'application/json' }
      await fetch('/jobs', { method: 'POST', headers, body })
    },
    JSON.stringify({ select: { provider: 'auth0' }, patch }),
  )
  await page.reload()
  await page.waitForSelector('.plain a')
}

/** Each time another value, since one that is there is not added. */
let count = 0

async function previewCallback(page: Page): Promise<void> {
  count += 1
  await page.getByLabel('New value of Redirect URIs').fill(`https://app.example.com/${count}`)
  await page.keyboard.press('Enter')
  await page.click('button:has-text("Preview the change")')
  await page.waitForSelector('dialog pre')
}

async function main(folder: string | undefined): Promise<void> {
  const unpacked = await unpackChromium()
  if ('reason' in unpacked) throw new TypeError(unpacked.reason)
  const dev = await startDev()
  const browser = await startChromium(unpacked.root)
  try {
    mkdirSync(DOCS, { recursive: true })
    for (const name of ['overview', 'clients', 'plan', 'job']) {
      const page = await pageOf(browser, dev, { width: 1_000, height: 640, dark: false })
      await show(page, dev, name, join(DOCS, `console-${name}.png`))
    }
    if (folder === undefined) return
    mkdirSync(folder, { recursive: true })
    for (const width of [1_600, 360]) {
      for (const dark of [false, true]) {
        const page = await pageOf(browser, dev, { width, height: 900, dark })
        for (const name of Object.keys(VIEWS)) {
          const file = `${name}-${width}-${dark ? 'dark' : 'light'}.png`
          await show(page, dev, name, join(folder, file))
        }
        await page.context().close()
      }
    }
  } finally {
    await browser.close()
    await dev.close()
  }
}

interface Size {
  readonly width: number
  readonly height: number
  readonly dark: boolean
}

async function pageOf(browser: Browser, dev: DevServer, { dark, ...viewport }: Size) {
  const context = await browser.newContext({ viewport, colorScheme: dark ? 'dark' : 'light' })
  const page = await context.newPage()
  await signInAtDev(page, dev.url)
  return page
}

async function show(page: Page, dev: DevServer, name: string, path: string): Promise<void> {
  await page.goto(`${dev.url}/${VIEWS[name]?.at ?? ''}`)
  await page.reload()
  await page.waitForSelector('.row, .group, .chart, .wide-table, .empty, .plain a')
  await page.waitForLoadState('networkidle')
  await VIEWS[name]?.act?.(page)
  await page.screenshot({ path })
}

await main(process.argv[2])
