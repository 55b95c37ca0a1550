/** Tests in a Chromium: skipped where there is none, and failed where one is required. */

import type { Browser } from 'playwright-core'
import { describe, it } from 'vitest'
import { startChromium, unpackChromium } from './chromium.ts'

const unpacked = await unpackChromium()
const reason = 'reason' in unpacked ? unpacked.reason : undefined

/** Describes what a browser shows, which `startBrowser` starts. */
export function describeInChromium(
  name: string,
  body: (startBrowser: () => Promise<Browser>) => void,
): void {
  it('has a Chromium to test in', ({ skip }) => {
    if (reason === undefined) return
    if (process.env.CLIENTRY_PEERS === 'required') throw new Error(reason)
    skip(reason)
  })
  describe.skipIf(reason !== undefined)(name, () =>
    body(() => startChromium('root' in unpacked ? unpacked.root : '')),
  )
}
