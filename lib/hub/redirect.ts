// Where a redirect may lead: to the web, never down from https, never from outside into this machine.
// Of an address only the part without secrets is said: a signature stands behind the path, a password before the host.
import { BlockList, isIP } from 'node:net'
import { AlbertError } from '../errors.js'
import { address } from './repository.js'

/** The address that an answer sends us to; undefined: it is no redirect. Throws DOWNLOAD_FAILED for one that is not followed. */
export function redirectTarget(response: Response, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, from.href))
    throw refused(from, location === null ? 'nowhere' : 'what is no address', 'there is nothing to ask')
  const to = new URL(location, from)
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw refused(from, address(to), 'only https and http are followed')
  if (to.username !== '' || to.password !== '') throw refused(from, address(to), 'a password is not passed on')
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refused(from, address(to), 'that would give up encryption')
  if (isThisMachine(to.hostname) && !isThisMachine(from.hostname))
    throw refused(from, address(to), 'an outside server must not send us to this machine')
  return to
}

/** Loopback and link-local addresses; those of IPv4 that are written as IPv6 too. */
const HERE = new BlockList()
HERE.addSubnet('127.0.0.0', 8)
HERE.addSubnet('0.0.0.0', 8)
HERE.addSubnet('169.254.0.0', 16)
HERE.addSubnet('::', 96, 'ipv6')
HERE.addSubnet('fe80::', 10, 'ipv6')

/** In the spelling of URL, which knows one of each address. */
function isThisMachine(host: string): boolean {
  const name = host.replace(/^\[|\]$|\.$/g, '')
  const version = isIP(name)
  if (version === 0) return /^(?:.+\.)?localhost$/.test(name)
  return HERE.check(name, version === 6 ? 'ipv6' : 'ipv4')
}

function refused(from: URL, to: string, reason: string): AlbertError {
  const target = to.length > 200 ? `${to.slice(0, 199)}…` : to
  return new AlbertError('DOWNLOAD_FAILED', `${address(from)} redirects to ${target}: ${reason}.`)
}
