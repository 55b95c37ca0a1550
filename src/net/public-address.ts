/**
 * Which addresses are of the public internet: requests whose target someone else may steer go nowhere else (OWASP, Server-Side
 * Request Forgery). IANA's registries of special-purpose addresses, https://www.iana.org/assignments/iana-ipv4-special-registry
 * and https://www.iana.org/assignments/iana-ipv6-special-registry; of IPv6 only global unicast (2000::/3).
 */

import { BlockList, isIP } from 'node:net'

const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
/** Those that lead to an IPv4 address are among them: 6to4 (RFC 3056) and Teredo (RFC 4380, in 2001::/23). */
const SPECIAL_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const special = new BlockList()
for (const [net, prefix] of SPECIAL_IPV4) special.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of SPECIAL_IPV6) special.addSubnet(net, prefix, 'ipv6')
const unicast = new BlockList()
unicast.addSubnet('2000::', 3, 'ipv6')

/** Whether a text is an address, or a network such as `10.1.0.0/16`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && Number(prefix) <= WIDTHS[version === 4 ? 4 : 6])
  )
}

const WIDTHS = { 4: 32, 6: 128 } as const

/** Judges addresses: public ones, and those of the networks that are listed. */
export function addressGuard(listed: readonly string[]): (address: string) => boolean {
  const allowed = new BlockList()
  for (const one of listed) {
    const [net = '', prefix] = one.split('/')
    const version = isIP(net) === 4 ? 4 : 6
    const width = prefix === undefined ? WIDTHS[version] : Number(prefix)
    allowed.addSubnet(net, width, version === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => {
    const plain = unmapped(address)
    const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6'
    if (allowed.check(plain, family)) return true
    if (family === 'ipv6' && !unicast.check(plain, family)) return false
    return !special.check(plain, family)
  }
}

/** An IPv4 address that is written as one of IPv6 (RFC 4291 section 2.5.5.2) is what it leads to. */
function unmapped(address: string): string {
  const [, dotted] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (dotted !== undefined) return dotted
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  const bits = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.')
}
