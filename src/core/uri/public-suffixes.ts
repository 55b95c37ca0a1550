/** Hosts below which anyone can register a name: `co.uk`, `vercel.app`. Single labels such as `com` are none here. */

import { once } from '../once.ts'
import { publicSuffixes } from './public-suffix-list.ts'

/** Whether a host is such a suffix itself. */
export function isPublicSuffix(host: string): boolean {
  const name = host.toLowerCase()
  const { suffixes, exceptions } = setsOf(publicSuffixes)
  if (exceptions.has(name)) return false
  return suffixes.has(name) || suffixes.has(`*${name.slice(name.indexOf('.'))}`)
}

/** Made when it is first needed: most programs that start never do. Some builds read the list from a file only then. */
const setsOf = once((list: typeof publicSuffixes) => {
  const { suffixes, exceptions } = list()
  return {
    suffixes: new Set(suffixes.split(/\s+/)) as ReadonlySet<string>,
    exceptions: new Set(exceptions.split(/\s+/)) as ReadonlySet<string>,
  }
})
