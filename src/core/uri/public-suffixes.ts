/** Hosts below which anyone can register a name: `co.uk`, `vercel.app`. Single labels such as `com` are none here. */

import { once } from '../once.ts'
import { EXCEPTIONS, SUFFIXES } from './public-suffix-list.ts'

/** Whether a host is such a suffix itself. */
export function isPublicSuffix(host: string): boolean {
  const name = host.toLowerCase()
  const { suffixes, exceptions } = setsOf(LISTS)
  if (exceptions.has(name)) return false
  return suffixes.has(name) || suffixes.has(`*${name.slice(name.indexOf('.'))}`)
}

const LISTS = { suffixes: SUFFIXES, exceptions: EXCEPTIONS }

/** Made at the first URI: most programs that start judge none. */
const setsOf = once(({ suffixes, exceptions }: typeof LISTS) => ({
  suffixes: new Set(suffixes.split(/\s+/)) as ReadonlySet<string>,
  exceptions: new Set(exceptions.split(/\s+/)) as ReadonlySet<string>,
}))
