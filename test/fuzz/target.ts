// The contract between the fuzzer and what it attacks: a folder of files goes in, an outcome or a finding comes out.
import type { Random } from './random.js'

/** The files of a folder by name. */
export type Files = Readonly<Record<string, Buffer>>

export interface Attempt {
  files: Files
  /** Where the files were written; undefined: run from memory, which is faster. */
  folder: string | undefined
  /** Draws texts and settings, the same for the same case. */
  random: Random
}

export interface Target {
  /** Folders that load. Cases grow from them. */
  seeds: readonly Files[]
  /** Codes with which a bad file may be refused. */
  codes: readonly string[]
  /** One change of one file. */
  mutate(file: string, bytes: Buffer, random: Random): Buffer
  /** Loads the files and uses what was loaded. Resolves with a word on what it could do; throws an AlbertError, or anything else: a finding. */
  run(attempt: Attempt): Promise<string>
}

/** Thrown by a target when what was loaded gives wrong answers. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer'
}

/** Throws a WrongAnswer unless `condition` holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new WrongAnswer(message)
}
