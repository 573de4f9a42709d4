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

/** With '/' at its end. */
function remoteHost(): string {
  const host = env.remoteHost
  if (URL.canParse(host) && /^https?:$/.test(new URL(host).protocol)) return host.replace(/\/*$/, '/')
  throw new AlbertError(
    'INVALID_INPUT',
    `The host of the hub is ${shown(host)}; it must begin with https:// or http://.`,
    {
      hint: 'HF_ENDPOINT or env.remoteHost names it.',
    },
  )
}
