/** What someone does in the console again and again. */

import type { Page } from 'playwright-core'
import type { Recorded } from './console-world.ts'

/** A button of the panel that is open. */
export const inPanel = (page: Page, name: string) =>
  page.locator('dialog').getByRole('button', { name })

/** The section of the page with this heading. */
export const section = (page: Page, heading: string) => page.getByRole('region', { name: heading })

/** Proves once more who sits there, in a tab of its own. */
export async function signInAgain({ context, page }: Recorded): Promise<void> {
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('button', { name: 'Sign in again in a new tab' }).click(),
  ])
  await tab.waitForSelector('.bar')
  await tab.close()
  await page.getByRole('button', { name: 'I am signed in again' }).click()
  await page.waitForSelector('text=Sign in once more', { state: 'detached' })
}
