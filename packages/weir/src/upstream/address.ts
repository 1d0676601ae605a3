/**
 * Address: which IP addresses a connection may be made to. A name that the operator configured as a public provider must not lead into the
 * private network, whether by a mistaken record, a hostile one or one that changes after a check (DNS rebinding). So the check stands where the
 * connection is made, on the very addresses that are connected to.
 *
 * An operator who writes an address, or `localhost`, means it: those are trusted, and so is all of an upstream with `allowPrivate: true`.
 * Ranges: IANA special-purpose registries for IPv4 and IPv6 (RFC 6890), as of 2026.
 */
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** `code` of the error of a refused address. */
export const ADDRESS_REFUSED = 'ERR_WEIR_ADDRESS_REFUSED'

const V4: readonly (readonly [string, number])[] = [
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
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Those that hold an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo) are refused whole: no provider is reached by them. */
const V6: readonly (readonly [string, number])[] = [
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

const PRIVATE = new BlockList()
for (const [net, prefix] of V4) PRIVATE.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of V6) PRIVATE.addSubnet(net, prefix, 'ipv6')

/** True for an address of the public internet. Not an address at all: false. */
export function isPublicAddress(address: string): boolean {
  const bare = address.split('%')[0] ?? ''
  const family = isIP(bare)
  if (family === 0) return false
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (mapped !== undefined) return !PRIVATE.check(mapped, 'ipv4')
  return !PRIVATE.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}

/** True for a host that the operator wrote as an address or as this machine. `hostname` is a URL's: WHATWG has made 0x7f.1 into 127.0.0.1. */
export function isTrustedHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return isIP(host) !== 0 || host === 'localhost' || host.endsWith('.localhost')
}

type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** A lookup for net.connect that gives public addresses only: the socket connects to what was checked, without a second question. */
export function createLookup(resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0)
      const addresses = found.filter(({ address }) => isPublicAddress(address))
      const [first] = addresses
      if (first === undefined) return done(refused(), '', 0)
      if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

function refused(): Error {
  return Object.assign(new Error('the name stands for no public address'), { code: ADDRESS_REFUSED })
}
