// The names under which programs for transformers.js load models. The task decides the class; all models here are ALBERT's.
export {
  AlbertForMaskedLM as AutoModelForMaskedLM,
  AlbertForMultipleChoice as AutoModelForMultipleChoice,
  AlbertForPreTraining as AutoModelForPreTraining,
  AlbertForQuestionAnswering as AutoModelForQuestionAnswering,
  AlbertForSequenceClassification as AutoModelForSequenceClassification,
  AlbertForTokenClassification as AutoModelForTokenClassification,
  AlbertModel as AutoModel,
} from './heads.js'
