// Labels that a model was never trained on: each is put into a sentence, and a model of entailment says how well that
// sentence follows from the text.
import type { AlbertConfig } from '../config.js'
import { AlbertError } from '../errors.js'
import { checkOptions, shown } from '../options.js'
import { type WarningCallback, warn } from '../warnings.js'
import { placeOf } from './list-part.js'
import { type PairLogits, pairLogits } from './pair-logits.js'
import { best, softmax } from './scores.js'
import { checkString, nameOf, stringList, type TextOptions } from './text-input.js'
import type { TextModel } from './text-model.js'
import { type Pipeline, pipelineOf } from './text-pipeline.js'
import type { AnswerStream, InputStream } from './text-stream.js'

/** Options of `zero-shot-classification`. */
export interface ZeroShotClassificationOptions extends TextOptions {
  /** The sentence of a label, which stands at `{}`. Default `This example is {}.` */
  hypothesis_template?: string
  /** Several labels may be true: each is judged for itself, and scores need not sum to 1. */
  multi_label?: boolean
}

/** The labels of a text with their scores. */
export interface ZeroShotClassificationResult {
  /** The text. */
  sequence: string
  /** Best first. */
  labels: string[]
  /** Of the labels, in their order. */
  scores: number[]
  /** True where the text was cut to the model's length; else absent. */
  truncated?: true
}

/** One label or several. */
export type CandidateLabels = string | readonly string[]

export interface ZeroShotClassificationPipeline extends Pipeline {
  (
    text: string,
    labels: CandidateLabels,
    options?: ZeroShotClassificationOptions,
  ): Promise<ZeroShotClassificationResult>
  /** One result a text, as they come. */
  (
    texts: InputStream<string>,
    labels: CandidateLabels,
    options?: ZeroShotClassificationOptions,
  ): AnswerStream<ZeroShotClassificationResult>
  (
    texts: readonly string[],
    labels: CandidateLabels,
    options?: ZeroShotClassificationOptions,
  ): Promise<ZeroShotClassificationResult[]>
  /** One result a text, each as for that text alone. */
  each(
    texts: readonly string[],
    labels: CandidateLabels,
    options?: ZeroShotClassificationOptions,
  ): Promise<ZeroShotClassificationResult[]>
}

export function zeroShotClassification(text: TextModel, tell?: WarningCallback): ZeroShotClassificationPipeline {
  const verdicts = verdictsOf(text.model.config)!
  if (verdicts.guess !== undefined) warn(verdicts.guess, tell)
  const answers = async (
    inputs: unknown,
    given: unknown,
    options: ZeroShotClassificationOptions = {},
  ): Promise<ZeroShotClassificationResult[]> => {
    checkOptions(options)
    const { hypothesis_template = 'This example is {}.', multi_label = false } = options
    const labels = checkedLabels(given)
    const hypotheses = hypothesesOf(labels, hypothesis_template)
    const texts = stringList(inputs)
    const pairs = texts.flatMap(each => hypotheses.map(text_pair => ({ text: each, text_pair })))
    const rows = await pairLogits(text, pairs, options, pair => {
      const index = Math.floor(pair / labels.length)
      return { index: placeOf(inputs, index), name: nameOf(inputs, index) }
    })
    return texts.map((sequence, i) => {
      const own = rows.slice(i * labels.length, (i + 1) * labels.length)
      return result(sequence, labels, own, scoresOf(own, verdicts, multi_label || labels.length === 1))
    })
  }
  const call = async (inputs: unknown, ...rest: [unknown, ZeroShotClassificationOptions?]): Promise<unknown> => {
    const results = await answers(inputs, ...rest)
    return Array.isArray(inputs) ? results : results[0]
  }
  return pipelineOf<ZeroShotClassificationPipeline>(text, call, { each: answers })
}

/** Ids of the model's labels that decide. */
interface Verdicts {
  entailment: number
  contradiction: number
  /** Where the names of the labels do not say it: the sentence that tells what was taken. */
  guess?: string
}

/** Whether the labels of a model can tell what follows from what. */
export function judgesEntailment(config: AlbertConfig): boolean {
  return verdictsOf(config) !== undefined
}

/** By name; else as MNLI numbers them. undefined: no two labels of this model can be meant. */
function verdictsOf({ label2id, id2label }: AlbertConfig): Verdicts | undefined {
  const names = Object.entries(label2id)
  const named = (...wanted: string[]): number | undefined =>
    names.find(([name]) => wanted.includes(name.toLowerCase()))?.[1]
  const entailment = named('entailment') ?? 2
  const contradiction = named('contradiction') ?? named('not_entailment') ?? (entailment === 0 ? names.length - 1 : 0)
  if (entailment >= names.length || contradiction === entailment) return undefined
  if (named('entailment') !== undefined && named('contradiction', 'not_entailment') !== undefined)
    return { entailment, contradiction }
  const shownLabel = (id: number): string => `label ${id} ('${id2label[id]}')`
  const guess = `The labels of the model do not say what entailment and contradiction are; ${shownLabel(entailment)} and ${shownLabel(contradiction)} are taken for them.`
  return { entailment, contradiction, guess }
}

/** One label, or several that may be true together: each against its own contradiction. Else the labels among themselves. */
function scoresOf(rows: PairLogits[], { entailment, contradiction }: Verdicts, alone: boolean): ArrayLike<number> {
  if (!alone) return softmax(rows.map(({ logits }) => logits[entailment]!))
  return rows.map(({ logits }) => softmax([logits[contradiction]!, logits[entailment]!])[1]!)
}

function result(
  sequence: string,
  labels: readonly string[],
  rows: PairLogits[],
  scores: ArrayLike<number>,
): ZeroShotClassificationResult {
  const order = best(scores, labels.length)
  return {
    sequence,
    labels: order.map(at => labels[at]!),
    scores: order.map(at => scores[at]!),
    ...(rows.some(row => row.truncated) && { truncated: true as const }),
  }
}

function checkedLabels(given: unknown): string[] {
  const labels: unknown = typeof given === 'string' ? [given] : given
  if (!Array.isArray(labels))
    throw new AlbertError('INVALID_INPUT', `labels must be a label or a list of labels, not ${shown(given)}.`)
  if (labels.length === 0) throw new AlbertError('EMPTY_INPUT', 'labels is an empty list; there must be at least one.')
  for (const [i, label] of labels.entries()) {
    checkString(`labels[${i}]`, label)
    if (label.trim() === '') throw new AlbertError('EMPTY_INPUT', `labels[${i}] is an empty text: ${shown(label)}.`)
  }
  return [...labels] as string[]
}

function hypothesesOf(labels: string[], template: unknown): string[] {
  checkString('hypothesis_template', template)
  if (!template.includes('{}'))
    throw new AlbertError('INVALID_INPUT', `hypothesis_template must hold {} for the label, not ${shown(template)}.`)
  return labels.map(label => template.replaceAll('{}', () => label))
}
