// A program for transformers.js: models without pipelines, answers as JSON. Its argument is the folder of the models.
// transformers-js.test.ts runs it as it stands, and once more with the import changed.
import {
  AlbertForMaskedLM,
  AlbertModel,
  AutoModel,
  AutoModelForMaskedLM,
  AutoModelForQuestionAnswering,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
  AutoTokenizer,
  env,
} from '@huggingface/transformers'

env.localModelPath = process.argv[2]
env.allowRemoteModels = false

const texts = ['The king of the country was in his own house.', 'He did not know.']
const pairs = ['And she?', 'I was in the town, said the man.']
const answers = {}

/** A tensor, of its values some forty: the answers are stored. */
function numbers({ type, dims, data }) {
  const step = Math.ceil(data.length / 40)
  return { type, dims, data: Array.from(data).filter((_, i) => i % step === 0) }
}

/** Outputs by name, text by text; where there is a row for each token, those of padding are left out. */
function textByText(outputs, { attention_mask }) {
  const lengths = attention_mask.tolist().map(mask => mask.filter(Number).length)
  const entries = Object.entries(outputs).map(([name, tensor]) => {
    const isByToken = tensor.dims[1] === attention_mask.dims[1]
    return [name, lengths.map((length, n) => numbers(isByToken ? tensor[n].slice([0, length]) : tensor[n]))]
  })
  return Object.fromEntries(entries)
}

async function ask(name, Model, folder) {
  const tokenizer = await AutoTokenizer.from_pretrained(folder)
  const model = await Model.from_pretrained(folder, { dtype: 'fp32', device: 'cpu' })
  const { hidden_size, num_hidden_layers } = model.config
  const one = tokenizer(texts[1])
  const two = tokenizer(texts, { text_pair: pairs, padding: true })
  const outputs = await model(two)
  const [first] = Object.values(outputs)
  answers[name] = {
    config: { hidden_size, num_hidden_layers },
    one: textByText(await model(one), one),
    two: textByText(outputs, two),
    list: first
      .slice(null, [0, 1])
      .tolist()
      .map(part => part.flat().slice(0, 10)),
    rows: Array.from(first, row => row.dims),
  }
  await model.dispose()
}

await ask('AutoModel', AutoModel, 'words')
await ask('AlbertModel', AlbertModel, 'words')
await ask('AutoModelForMaskedLM', AutoModelForMaskedLM, 'masks')
await ask('AlbertForMaskedLM', AlbertForMaskedLM, 'masks')
await ask('AutoModelForSequenceClassification', AutoModelForSequenceClassification, 'entailment')
await ask('AutoModelForTokenClassification', AutoModelForTokenClassification, 'entities')
await ask('AutoModelForQuestionAnswering', AutoModelForQuestionAnswering, 'questions')

console.log(JSON.stringify(answers))
