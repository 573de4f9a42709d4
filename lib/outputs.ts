// Names of what the addon can compute, by head. Everything that must know all outputs reads this table.
import { AlbertError } from './errors.js'
import type { NativeHead } from './native.js'

const always = ['last_hidden_state', 'hidden_states', 'attentions'] as const

const outputsByHead: Record<NativeHead, readonly string[]> = {
  none: ['pooler_output'],
  masked_lm: ['logits'],
  pretraining: ['pooler_output', 'prediction_logits', 'sop_logits'],
  sequence_classification: ['pooler_output', 'logits'],
  token_classification: ['logits'],
  question_answering: ['logits'],
  multiple_choice: ['pooler_output', 'logits'],
  squad2: [
    'start_log_probs',
    'end_log_probs',
    'cls_logits',
    'start_top_log_probs',
    'start_top_index',
    'end_top_log_probs',
    'end_top_index',
  ],
}

export function outputsOf(head: NativeHead): string[] {
  return [...always, ...outputsByHead[head]]
}

/** Refuses outputs that a model with this head does not have. */
export function checkOutputs(className: string, head: NativeHead, outputs: readonly string[]): void {
  const known = outputsOf(head)
  if (!Array.isArray(outputs)) {
    const message = `outputs must be an array of the outputs wanted: ${known.join(', ')}.`
    throw new AlbertError('INVALID_INPUT', message)
  }
  const missing = outputs.find(output => !known.includes(output))
  if (missing === undefined) return
  const elsewhere = Object.values(outputsByHead).some(names => names.includes(missing))
  const message = `${className} has no output '${missing}'; it has ${known.join(', ')}.`
  throw new AlbertError(elsewhere ? 'NO_HEAD' : 'INVALID_INPUT', message)
}
