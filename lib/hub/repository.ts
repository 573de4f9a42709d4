// What a model is called on the hub, and the address of its files.
import { env } from '../env.js'
import { AlbertError } from '../errors.js'
import { shown } from '../options.js'

const NAME = /^[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/

/** `name` or `owner/name`, by the hub's rules. */
export function isRepositoryId(model: string): boolean {
  const parts = model.split('/')
  return (
    model.length <= 96 && parts.length <= 2 && parts.every(part => NAME.test(part)) && !/--|\.\.|\.git$/.test(model)
  )
}

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision)
}

/** Where a file of a model is fetched from. */
export function remoteUrl(model: string, revision: string, file: string): URL {
  const path = env.remotePathTemplate
    .replaceAll('{model}', model)
    .replaceAll('{revision}', encodeURIComponent(revision))
  const host = remoteHost()
  return new URL(`${host}${path.replace(/\/*$/, '/')}${file.split('/').map(encodeURIComponent).join('/')}`)
}

/** As it is said: without the signature that may stand behind the path, and without the password before the host. */
export function address(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** With '/' at its end. */
function remoteHost(): string {
  const host = env.remoteHost
  const url = URL.canParse(host) ? new URL(host) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw wrongHost(url ? address(url) : shown(host), 'it must begin with https:// or http://')
  if (url.username !== '' || url.password !== '' || /[?#]/.test(host))
    throw wrongHost(address(url), 'it must have no password before the host and nothing behind the path')
  return host.replace(/\/*$/, '/')
}

function wrongHost(host: string, reason: string): AlbertError {
  return new AlbertError('INVALID_INPUT', `The host of the hub is ${host}; ${reason}.`, {
    hint: 'HF_ENDPOINT or env.remoteHost names it; a secret belongs into HF_TOKEN.',
  })
}
