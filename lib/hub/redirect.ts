// Where a redirect may lead: to the web, never down from https, never from outside into this machine.
import { AlbertError } from '../errors.js'

/** The address that an answer sends us to; undefined: it is no redirect. Throws DOWNLOAD_FAILED for one that is not followed. */
export function redirectTarget(response: Response, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, from.href))
    throw refused(from, location ?? 'nowhere', 'that is no address')
  const to = new URL(location, from)
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw refused(from, to.href, 'only https and http are followed')
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refused(from, to.href, 'that would give up encryption')
  if (isThisMachine(to.hostname) && !isThisMachine(from.hostname))
    throw refused(from, to.href, 'an outside server must not send us to this machine')
  return to
}

/** Loopback and link-local addresses, in the spelling of URL, which knows no other spelling of them. */
function isThisMachine(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return (
    /^(?:.+\.)?localhost$/.test(name) ||
    /^(?:127|0)\.\d+\.\d+\.\d+$|^169\.254\./.test(name) ||
    /^(?:::1?|::ffff:(?:7f|0|a9fe).*|fe[89ab].*)$/.test(name)
  )
}

function refused(from: URL, to: string, reason: string): AlbertError {
  const target = to.length > 200 ? `${to.slice(0, 199)}…` : to
  return new AlbertError('DOWNLOAD_FAILED', `${from.origin}${from.pathname} redirects to ${target}: ${reason}.`)
}
