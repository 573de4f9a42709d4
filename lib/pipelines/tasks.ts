// The tasks there are: one line each, read by the factory, the command line, the types and the documentation check.
import { type AlbertConfig, headNames, labelCount } from '../config.js'
import type { NativeHead } from '../native.js'
import type { WarningCallback } from '../warnings.js'
import { type FeatureExtractionPipeline, featureExtraction } from './feature-extraction.js'
import { type FillMaskPipeline, fillMask } from './fill-mask.js'
import { type MultipleChoicePipeline, multipleChoice } from './multiple-choice.js'
import { type QuestionAnsweringPipeline, questionAnswering } from './question-answering.js'
import { type SentenceOrderPipeline, sentenceOrder } from './sentence-order.js'
import { type SentenceSimilarityPipeline, sentenceSimilarity } from './sentence-similarity.js'
import { type TextClassificationPipeline, textClassification } from './text-classification.js'
import type { TextModel } from './text-model.js'
import { type TextRankingPipeline, textRanking } from './text-ranking.js'
import { type TokenClassificationPipeline, tokenClassification } from './token-classification.js'
import {
  judgesEntailment,
  type ZeroShotClassificationPipeline,
  zeroShotClassification,
} from './zero-shot-classification.js'

/** What `pipeline(task)` answers, by the name of the task or its alias. */
export interface Pipelines {
  'feature-extraction': FeatureExtractionPipeline
  embeddings: FeatureExtractionPipeline
  'sentence-similarity': SentenceSimilarityPipeline
  'fill-mask': FillMaskPipeline
  'text-classification': TextClassificationPipeline
  'sentiment-analysis': TextClassificationPipeline
  'token-classification': TokenClassificationPipeline
  ner: TokenClassificationPipeline
  'question-answering': QuestionAnsweringPipeline
  'zero-shot-classification': ZeroShotClassificationPipeline
  'text-ranking': TextRankingPipeline
  'multiple-choice': MultipleChoicePipeline
  'sentence-order': SentenceOrderPipeline
}

/** The tasks by their own names, without aliases. */
export type TaskName = Exclude<keyof Pipelines, 'embeddings' | 'sentiment-analysis' | 'ner'>

/** What is known of a task before a model is loaded for it. */
export interface Task<Answer = unknown> {
  /** Another word for it. */
  alias?: keyof Pipelines
  /** Heads that can do it, the most fitting first; a model file with another head is loaded as the first of them. */
  heads: readonly NativeHead[]
  /** Where the head alone does not tell: whether its labels can do it. */
  fits?(config: AlbertConfig): boolean
  /** Which kind of model to give, where one lacks the head. */
  needs: string
  /** @internal `tell` hears what the task has to say about the model. */
  create(text: TextModel, tell?: WarningCallback): Answer
}

const anyModel = 'any ALBERT model'

/** The tasks by name: alias, heads that can do each, and which kind of model to give. */
export const tasks: { readonly [T in TaskName]: Task<Pipelines[T]> } = {
  'feature-extraction': { alias: 'embeddings', heads: headNames, needs: anyModel, create: featureExtraction },
  'sentence-similarity': { heads: headNames, needs: anyModel, create: sentenceSimilarity },
  'fill-mask': {
    heads: ['masked_lm', 'pretraining'],
    needs: 'a model with a masked-word head (AlbertForMaskedLM or AlbertForPreTraining)',
    create: fillMask,
  },
  'text-classification': {
    alias: 'sentiment-analysis',
    heads: ['sequence_classification'],
    needs: 'a model fine-tuned for classification (AlbertForSequenceClassification)',
    create: textClassification,
  },
  'token-classification': {
    alias: 'ner',
    heads: ['token_classification'],
    needs: 'a model fine-tuned to label tokens (AlbertForTokenClassification)',
    create: tokenClassification,
  },
  'question-answering': {
    heads: ['question_answering', 'squad2'],
    needs: 'a model fine-tuned to find answers (AlbertForQuestionAnswering or AlbertForSquad2)',
    create: questionAnswering,
  },
  'zero-shot-classification': {
    heads: ['sequence_classification'],
    fits: judgesEntailment,
    needs: "a model fine-tuned for entailment (AlbertForSequenceClassification with a label 'entailment')",
    create: zeroShotClassification,
  },
  'text-ranking': {
    heads: ['sequence_classification'],
    fits: config => labelCount(config) === 1,
    needs: 'a model fine-tuned for ranking (AlbertForSequenceClassification with one label)',
    create: textRanking,
  },
  'multiple-choice': {
    heads: ['multiple_choice'],
    needs: 'a model fine-tuned for multiple choice (AlbertForMultipleChoice)',
    create: multipleChoice,
  },
  'sentence-order': {
    heads: ['pretraining'],
    needs: 'a model with the sentence-order head of pre-training (AlbertForPreTraining)',
    create: sentenceOrder,
  },
}

/** The task of this name or alias, undefined if there is none. */
export function taskNamed(name: unknown): TaskName | undefined {
  if (typeof name !== 'string') return undefined // Most tasks have no alias: undefined would be one.
  const names = Object.keys(tasks) as TaskName[]
  return names.find(task => task === name || tasks[task].alias === name)
}

/** Every name and alias. */
export function taskNames(): string[] {
  return Object.entries(tasks).flatMap(([name, { alias }]) => (alias ? [name, alias] : [name]))
}

/** Whether a model with this head and these labels can do the task. */
export function canDo(task: TaskName, head: NativeHead, config: AlbertConfig): boolean {
  const { heads, fits } = tasks[task]
  return heads.includes(head) && (fits?.(config) ?? true)
}
