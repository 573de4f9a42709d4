// The token that opens private and gated models. It is read at each use and never stands in a message.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, hubHome, isSet, variable } from '../env.js'
import { AlbertError } from '../errors.js'

/** HF_TOKEN, else the file that `hf auth login` of Python writes; none with HF_HUB_DISABLE_IMPLICIT_TOKEN=1. */
export function accessToken(): string | undefined {
  if (isSet('HF_HUB_DISABLE_IMPLICIT_TOKEN')) return undefined
  const token = (variable('HF_TOKEN') ?? variable('HUGGING_FACE_HUB_TOKEN') ?? tokenFile())?.trim()
  if (!token) return undefined
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new AlbertError('INVALID_INPUT', 'The token for the hub has a character that no token has.', {
    hint: 'Look at HF_TOKEN, or at the file token in HF_HOME.',
  })
}

function tokenFile(): string | undefined {
  try {
    return readFileSync(folder('HF_TOKEN_PATH') ?? join(hubHome(), 'token'), 'utf8')
  } catch {
    // There need not be one.
    return undefined
  }
}
