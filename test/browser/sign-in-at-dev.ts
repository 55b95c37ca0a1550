/** Signs in to the table of the console of a development server, by the pages that a person goes through. */

import type { Page } from 'playwright-core'

export async function signInAtDev(page: Page, url: string, name = 'ada'): Promise<void> {
  await page.goto(`${url}/#/clients`)
  await page.click('button:has-text("Sign in")')
  await page.fill('input[name=login]', name)
  await page.click('button:has-text("Sign in")')
  await page.click('button:has-text("Allow")')
  await page.waitForSelector('.bar')
}
