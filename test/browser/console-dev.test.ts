/** The flows of the console on `npm start`, as someone meets them who has set up nothing: signed in by any name, at the provider's own pages. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DevServer, startDev } from '../cli/command-line.ts'
import { open, PLAN, type Recorded, record } from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'
import { signInAtDev } from './sign-in-at-dev.ts'

const AUTH0 = '#/client?provider=auth0&id=exampleClientId'
const LOCAL = '#/client?provider=local&id=exampleClientId'
const CALLBACK = 'https://second.example.com/callback'

describeInChromium('the console at npm start', (startBrowser) => {
  let dev: DevServer
  let browser: Browser
  let recorded: Recorded

  beforeAll(async () => {
    dev = await startDev()
    browser = await startBrowser()
    recorded = await record(browser)
    await recorded.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await signInAtDev(recorded.page, dev.url)
  })
  afterAll(async () => {
    await browser?.close()
    await dev?.close()
  })

  const button = (name: string | RegExp) => recorded.page.getByRole('button', { name })
  const panel = (name: string) => recorded.page.locator('dialog').getByRole('button', { name })
  /** Presses what proposes something, sees its plan, and carries it out. */
  async function carryOut(propose: string, verb: string, says: string): Promise<string> {
    const { page } = recorded
    await button(propose).click()
    await page.waitForSelector(PLAN)
    const plan = (await page.locator('dialog').textContent()) ?? ''
    const consent = page.locator('dialog .consent input')
    if ((await consent.count()) > 0) await consent.check()
    await panel(verb).click()
    // What it says in the end may have been there before.
    await page.waitForSelector(PLAN, { state: 'detached' })
    await page.waitForSelector(`text=${says}`)
    return plan
  }

  it('finds a client, changes it after its plan, and goes back', async () => {
    const { page } = recorded
    await page.waitForSelector('.row')
    await page.getByLabel('Search by id, name, host or part of a URL').fill('app.example')
    await expect.poll(() => page.locator('.row').count()).toBeGreaterThan(1)
    await open(page, AUTH0)
    await page.getByLabel('New value of Redirect URIs').fill(CALLBACK)
    await page.keyboard.press('Enter')
    const plan = await carryOut('Preview the change', 'Apply', 'The change is applied.')
    expect(plan).toContain(`+ After: ${CALLBACK}`)
    await expect.poll(() => page.locator('.timeline').textContent()).toContain(CALLBACK)
    const back = await carryOut(/before the first change/.source, 'Apply', 'The change is applied.')
    expect(back).toContain(`− Before: ${CALLBACK}`)
  })

  it('suspends, resumes, protects, leases and moves', async () => {
    const { page } = recorded
    await open(page, LOCAL)
    await carryOut('Suspend', 'Suspend', 'The client is suspended.')
    await carryOut('Resume', 'Resume', 'The client is on again.')
    await carryOut('Protect', 'Protect', 'The client is protected.')
    await carryOut('End the protection', 'End the protection', 'no longer protected')
    const leases = page.getByRole('region', { name: 'Leases' })
    await leases.getByLabel('URL').fill(CALLBACK)
    await leases.getByLabel('Owner').fill('pr-7')
    await carryOut('Preview the lease', 'Lease it', 'The value is leased.')
    await carryOut(`End the lease of ${CALLBACK}`, 'End the lease', 'The lease has ended.')
    await page
      .getByRole('region', { name: 'Move' })
      .getByLabel('To', { exact: true })
      .fill(CALLBACK)
    await carryOut('Preview the move', 'Begin the move', 'The new redirect URI is registered')
    await expect
      .poll(() => page.getByRole('region', { name: 'Move' }).textContent())
      .toContain('logins can use the new one')
    await carryOut('Give up the move', 'Give the move up', 'The move is given up.')
  })

  it('copies the secret that there is, gets a new one, copies the client and removes the copy', async () => {
    const { page } = recorded
    await button('Get the secret to copy it').click()
    await button('Copy the secret').click()
    await page.waitForSelector('text=Copied.')
    const old = String(await page.evaluate('navigator.clipboard.readText()'))
    expect(old).toBe('local-example-secret-for-development-only')
    await carryOut('Preview the rotation', 'Rotate the secret', 'The client has a new secret')
    await panel('Copy the secret').click()
    await page.waitForSelector('dialog >> text=Copied.')
    expect(await page.evaluate('navigator.clipboard.readText()')).not.toBe(old)
    await panel('Close').click()
    await page.getByLabel('Name of the copy').fill('A copy')
    await carryOut('Preview the copy', 'Make the copy', 'Open the copy')
    await page.click('dialog a:has-text("Open the copy")')
    await page.waitForSelector('h1:has-text("A copy")')
    await carryOut('Remove for good', 'Remove for good', 'The client is removed.')
    await panel('Close').click()
    await page.waitForSelector('.row')
  })

  it('asks no other origin for anything, and breaks no rule of its policy', () => {
    expect([...recorded.origins]).toEqual([new URL(dev.url).origin])
    expect(recorded.faults).toEqual([])
  })
})
