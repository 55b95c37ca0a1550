/** What someone does in the console again and again. */

import type { Page } from 'playwright-core'
import type { Recorded } from './console-world.ts'

/** A button of the panel that is open. */
export const inPanel = (page: Page, name: string) =>
  page.locator('dialog').getByRole('button', { name })

/** The section of the page with this heading. */
export const section = (page: Page, heading: string) => page.getByRole('region', { name: heading })

/** What has the focus: its name as it is read out, or its text. */
const FOCUSED = `(() => {
  const { activeElement: one } = document
  if (one === null || one === document.body) return ''
  const label = one.ariaLabel ?? one.labels?.[0]?.innerText ?? one.innerText
  return (label ?? '').split('\\n')[0].trim()
})()`
/** More than any page of a test has. */
const STEPS = 200

export const focused = async (page: Page): Promise<string> => String(await page.evaluate(FOCUSED))

/** Goes on with the Tab key alone until something with this name has the focus, which must show. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = []
  for (let step = 0; step < STEPS; step += 1) {
    await page.keyboard.press('Tab')
    const now = await focused(page)
    passed.push(now)
    if (typeof name === 'string' ? now !== name : !name.test(now)) continue
    const isSeen = await page.evaluate(
      "document.activeElement.matches(':focus-visible') && getComputedStyle(document.activeElement).outlineStyle !== 'none'",
    )
    if (isSeen === true) return
    throw new Error(`the focus on ${name} does not show`)
  }
  throw new Error(`no Tab leads to ${name}: ${passed.join(' | ')}`)
}

/** In the page: what takes the focus by the Tab key, of a panel that is open or else of the page. */
const TO_REACH = `(() => {
  const place = document.querySelector('dialog[open]') ?? document
  const all = place.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')
  globalThis.toReach = new Set(
    [...all].filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true })),
  )
  document.activeElement?.blur()
  return toReach.size
})()`
/** In the page: the focus has come on; how many are left, and what has it without showing that. */
const REACHED = `(() => {
  const { activeElement: one } = document
  toReach.delete(one)
  const isSeen = one === document.body || getComputedStyle(one).outlineStyle !== 'none'
  return { left: toReach.size, hidden: isSeen ? '' : one.outerHTML.slice(0, 120) }
})()`

/** What the Tab key alone never comes to, and what has the focus without showing it. */
export async function missedByTab(page: Page): Promise<readonly string[]> {
  const count = Number(await page.evaluate(TO_REACH))
  const hidden = new Set<string>()
  // A date has several stops, and the browser one of its own.
  for (let step = 0; step < 4 * count + 10; step += 1) {
    await page.keyboard.press('Tab')
    const now = (await page.evaluate(REACHED)) as { readonly left: number; readonly hidden: string }
    if (now.hidden !== '') hidden.add(now.hidden)
    if (now.left === 0) break
  }
  const missed = await page.evaluate('[...toReach].map((one) => one.outerHTML.slice(0, 120))')
  return [...(missed as readonly string[]), ...hidden]
}

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
