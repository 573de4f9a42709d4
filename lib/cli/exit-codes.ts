// What the process says with its exit code: sysexits where one fits, and 128 + n for signals.
// The table over all error codes is complete by type: a new code does not compile until it has its exit code here.
import type { AlbertErrorCode } from '../errors.js'

export const exitCodes = {
  ok: 0,
  failedItems: 1,
  usage: 2,
  badInput: 64,
  badFile: 66,
  unavailable: 69,
  internal: 70,
  cannotWrite: 73,
  tryAgain: 75,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodeOf: Record<AlbertErrorCode, ExitCode> = {
  INVALID_INPUT: exitCodes.badInput,
  EMPTY_INPUT: exitCodes.badInput,
  TOO_LONG: exitCodes.badInput,
  MASK_NOT_FOUND: exitCodes.badInput,
  NO_HEAD: exitCodes.badFile,
  MODEL_NOT_FOUND: exitCodes.badFile,
  OFFLINE: exitCodes.badFile,
  UNAUTHORIZED: exitCodes.badFile,
  DOWNLOAD_FAILED: exitCodes.tryAgain,
  INVALID_CONFIG: exitCodes.badFile,
  INVALID_CHECKPOINT: exitCodes.badFile,
  UNSUPPORTED_CHECKPOINT: exitCodes.badFile,
  INVALID_TOKENIZER: exitCodes.badFile,
  UNSUPPORTED_TASK: exitCodes.usage,
  UNSUPPORTED_DTYPE: exitCodes.usage,
  UNSUPPORTED_ISA: exitCodes.unavailable,
  DEVICE_UNAVAILABLE: exitCodes.unavailable,
  NUMERIC: exitCodes.internal,
  ABORTED: exitCodes.interrupted,
  DISPOSED: exitCodes.internal,
  OUT_OF_MEMORY: exitCodes.unavailable,
  CANNOT_WRITE: exitCodes.cannotWrite,
  ERR_ALBERT_NATIVE: exitCodes.unavailable,
  INTERNAL: exitCodes.internal,
}

/** A mistake that only the command line knows: an option, a missing argument, a file that cannot be read. */
export class CommandError extends Error {
  readonly exitCode: ExitCode
  readonly hint: string | undefined

  constructor(exitCode: ExitCode, message: string, hint?: string) {
    super(message)
    this.exitCode = exitCode
    this.hint = hint
  }
}
