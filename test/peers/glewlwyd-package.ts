/** Glewlwyd as Debian packages it; without Debian's `apt-get` there is none, and the reason is reported. */

import type { Recipe } from '../servers/cache.ts'
import { unpackDebian } from './debian.ts'

/** Debian's packages of it: the version is that of the release. */
const RECIPE: Recipe = { name: 'glewlwyd', parts: ['bookworm', '2.7.5', process.arch] }

/** The folder in which the packages are unpacked, or why there is none. */
export async function unpackGlewlwyd(): Promise<
  { readonly root: string } | { readonly reason: string }
> {
  try {
    return { root: await unpackDebian(RECIPE, ['glewlwyd', 'glewlwyd-common']) }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown fault'
    return { reason: `Glewlwyd cannot be had from Debian's packages here: ${why}` }
  }
}
