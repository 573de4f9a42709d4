// The targets of the fuzzer by name.
import type { Target } from '../target.js'
import { configTarget } from './config.js'
import { safetensorsTarget } from './safetensors.js'
import { spieceTarget } from './spiece.js'
import { tokenizerJsonTarget } from './tokenizer-json.js'

export const targets: Readonly<Record<string, Target>> = {
  safetensors: safetensorsTarget,
  config: configTarget,
  spiece: spieceTarget,
  'tokenizer-json': tokenizerJsonTarget,
}
