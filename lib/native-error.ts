// Errors that come out of the addon, as errors of the package: the same code, the same sentence.
import { AlbertError, type AlbertErrorCode, errorCodes } from './errors.js'

export function fromNativeError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AlbertError) return error
  const code: unknown = 'code' in error ? error.code : undefined
  if (typeof code !== 'string' || !Object.hasOwn(errorCodes, code)) return error
  return new AlbertError(code as AlbertErrorCode, error.message, { cause: error })
}
