/** A real browser: Chromium as Debian packages it, unpacked into the cache of the servers, without any installation. */

import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { ARCHITECTURES, unpackDebian } from '../peers/debian.ts'

/** Its packages; the release of Debian decides the version. */
const RECIPE = { name: 'chromium', parts: ['bookworm', process.arch] }

/** The folder in which the packages are unpacked, or why there is none. */
export async function unpackChromium(): Promise<
  { readonly root: string } | { readonly reason: string }
> {
  try {
    return { root: await unpackDebian(RECIPE, ['chromium']) }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown fault'
    return { reason: `Chromium cannot be had from Debian's packages here: ${why}` }
  }
}

/** Starts a browser without a window from there. */
export function startChromium(root: string): Promise<Browser> {
  const libraries = join(root, 'usr', 'lib', `${ARCHITECTURES[process.arch]}-linux-gnu`)
  return chromium.launch({
    executablePath: join(root, 'usr', 'lib', 'chromium', 'chromium'),
    // It calls only servers of the tests; as root it starts in no other way.
    chromiumSandbox: process.getuid?.() !== 0,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [libraries, join(libraries, 'pulseaudio')].join(':'),
    },
  })
}
