// The one error class of the package and the table of its codes.
// Every code that users can meet stands in `errorCodes` with the sentence that docs/errors.md explains further.

/** Stable error codes. Upper snake case, never renamed; the value says what went wrong in general. */
export const errorCodes = {
  INVALID_INPUT: 'An argument has the wrong type, shape or value.',
  EMPTY_INPUT: 'There is nothing to compute: an empty text or list where one is needed.',
  TOO_LONG: 'A text has more tokens than the model has positions, and truncation is off.',
  MASK_NOT_FOUND: 'Fill-mask was given a text without a mask token.',
  NO_HEAD: 'The task needs a head that the loaded model does not have.',
  MODEL_NOT_FOUND: 'A model directory or one of its files does not exist.',
  OFFLINE: 'A model is not on this machine, and it may not be fetched.',
  UNAUTHORIZED: 'The hub does not give a model to this user.',
  DOWNLOAD_FAILED: 'A file could not be fetched from the hub.',
  INVALID_CONFIG: 'config.json is malformed or describes a model that cannot exist.',
  INVALID_CHECKPOINT: 'A weight file is malformed, cut, or does not fit the configuration.',
  UNSUPPORTED_CHECKPOINT: 'The weight file has a format that this package does not read.',
  INVALID_TOKENIZER: 'A tokenizer file is malformed, of a kind that this package does not read, or of another model.',
  UNSUPPORTED_TASK: 'The pipeline task does not exist.',
  UNSUPPORTED_DTYPE: 'The dtype does not exist or cannot run here.',
  UNSUPPORTED_ISA: 'The instruction set asked for does not exist or cannot run on this processor.',
  DEVICE_UNAVAILABLE: 'The device asked for is not there.',
  NUMERIC: 'An answer holds NaN or infinity.',
  ABORTED: 'The call was cancelled by its AbortSignal.',
  DISPOSED: 'The model was disposed before the call.',
  OUT_OF_MEMORY: 'Native memory could not be allocated.',
  CANNOT_WRITE: 'A file could not be written.',
  ERR_ALBERT_NATIVE: 'No native binary could be loaded.',
  INTERNAL: 'A state that should not exist; please report it.',
} as const

/** One of the keys of `errorCodes`. */
export type AlbertErrorCode = keyof typeof errorCodes

/** What an error may say beside its message. */
export interface AlbertErrorOptions {
  /** What caused it: a lower error. */
  cause?: unknown
  /** What the user can do, one sentence. */
  hint?: string
}

/** Every error that this package raises on purpose. */
export class AlbertError extends Error {
  override readonly name = 'AlbertError'
  readonly code: AlbertErrorCode
  readonly hint: string | undefined

  constructor(code: AlbertErrorCode, message: string, options: AlbertErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

/** True for an error with one of our codes, also when it comes from a second copy of the package. */
export function isAlbertError(error: unknown): error is AlbertError {
  return (
    error instanceof Error &&
    error.name === 'AlbertError' &&
    Object.hasOwn(errorCodes, String((error as AlbertError).code))
  )
}
