export type { EmbeddingTensor, FeatureExtractionOptions, FeatureExtractionPipeline } from './feature-extraction.js'
export type { FillMaskCandidate, FillMaskOptions, FillMaskPipeline, FillMaskResult } from './fill-mask.js'
export type {
  ChoiceQuestion,
  MultipleChoiceOptions,
  MultipleChoicePipeline,
  ScoredChoice,
} from './multiple-choice.js'
export { type PipelineOptions, pipeline } from './pipeline.js'
export type { Pooling } from './pooling.js'
export type { Precision } from './quantization.js'
export type {
  OneAnswerOptions,
  QuestionAnswer,
  QuestionAnsweringPipeline,
  SeveralAnswersOptions,
} from './question-answering.js'
export type { QuestionAnsweringOptions } from './question-options.js'
export type { Question } from './questions.js'
export type { SentenceOrderPipeline, SentenceOrderResult, SentencePair } from './sentence-order.js'
export type { SentenceSimilarityOptions, SentenceSimilarityPipeline } from './sentence-similarity.js'
export { type Pipelines, type Task, type TaskName, taskNames, tasks } from './tasks.js'
export type {
  FunctionToApply,
  TextClassificationLabel,
  TextClassificationOptions,
  TextClassificationPipeline,
} from './text-classification.js'
export type { TextOptions, TextOrPair, TextPair, TruncatedText } from './text-input.js'
export type { AnyModel } from './text-model.js'
export type { Pipeline } from './text-pipeline.js'
export type { RankedText, TextRankingOptions, TextRankingPipeline } from './text-ranking.js'
export type { AnswerStream, InputStream } from './text-stream.js'
export type {
  AggregationStrategy,
  TokenClassificationOptions,
  TokenClassificationPipeline,
  TokenGroup,
  TokenGroupOptions,
  TokenLabel,
  TokenLabelOptions,
} from './token-classification.js'
export type {
  CandidateLabels,
  ZeroShotClassificationOptions,
  ZeroShotClassificationPipeline,
  ZeroShotClassificationResult,
} from './zero-shot-classification.js'
