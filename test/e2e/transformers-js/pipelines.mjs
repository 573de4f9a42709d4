// A program for transformers.js: every task of both packages, answers as JSON. Its argument is the folder of the models.
// transformers-js.test.ts runs it as it stands, and once more with the import changed.
import { env, pipeline } from '@huggingface/transformers'

env.localModelPath = process.argv[2]
env.allowRemoteModels = false

const options = { dtype: 'fp32', device: 'cpu' }
const texts = ['The doctor treats patients.', 'He works in a hospital, and she in a school.', 'Yes.']
const answers = {}

/** A tensor, of its values some forty: the answers are stored. */
function numbers({ type, dims, data }) {
  const step = Math.ceil(data.length / 40)
  return { type, dims, data: Array.from(data).filter((_, i) => i % step === 0) }
}

const embed = await pipeline('feature-extraction', 'words', options)
for (const pooling of ['mean', 'cls', 'first_token']) {
  answers[`feature-extraction ${pooling}`] = [
    numbers(await embed(texts[0], { pooling })),
    numbers(await embed(texts, { pooling, normalize: true })),
  ]
}
answers['feature-extraction'] = numbers(await embed(texts[0]))
const rows = await embed(texts)
answers['feature-extraction list'] = rows.dims
for (const [n, text] of texts.entries()) {
  const length = embed.tokenizer(text).input_ids.dims[1]
  answers[`feature-extraction list, rows of text ${n}`] = numbers(rows[n].slice([0, length]))
}
for (const pooling of ['last_token', 'eos']) {
  answers[`feature-extraction ${pooling}`] = numbers(await embed(texts[0], { pooling, normalize: true }))
}
for (const precision of ['binary', 'ubinary']) {
  const small = { pooling: 'mean', normalize: true, quantize: true, precision }
  answers[`feature-extraction ${precision}`] = numbers(await embed(texts, small))
}
await embed.dispose()

const fill = await pipeline('fill-mask', 'masks', options)
const sentence = 'He opened the [MASK] and walked in.'
answers['fill-mask'] = await fill(sentence)
answers['fill-mask top_k'] = await fill(sentence, { top_k: 2 })
answers['fill-mask list'] = await fill([sentence, 'Paris is the [MASK] of France, said Zoë.'], { top_k: 3 })
await fill.dispose()

const sort = await pipeline('text-classification', 'entailment', options)
answers['text-classification'] = await sort(texts[0])
answers['text-classification top_k'] = await sort(texts[0], { top_k: 2 })
answers['text-classification all'] = await sort(texts[0], { top_k: null })
answers['text-classification list'] = await sort(texts)
answers['text-classification list all'] = await sort(texts, { top_k: null })
await sort.dispose()

const sentiment = await pipeline('sentiment-analysis', 'entailment', options)
answers['sentiment-analysis'] = await sentiment(texts)
await sentiment.dispose()

const entities = await pipeline('token-classification', 'entities', options)
const named = ['he was in the house of his own', 'she did not know that this place was there']
const tokens = list => list.map(({ entity, score, index }) => ({ entity, score, index }))
answers['token-classification'] = tokens(await entities(named[0]))
answers['token-classification ignore_labels'] = tokens(await entities(named[0], { ignore_labels: ['MISC', 'B-PER'] }))
answers['token-classification list'] = (await entities(named)).map(tokens)
const groups = { aggregation_strategy: 'simple', ignore_labels: [] }
answers['token-classification simple'] = await entities(named[0], groups)
answers['token-classification list simple'] = await entities(named, groups)
await entities.dispose()

const read = await pipeline('question-answering', 'questions', options)
const question = 'Who was there?'
const context = 'the king of the country was in his own house'
answers['question-answering'] = await read(question, context)
answers['question-answering top_k'] = await read(question, context, { top_k: 3 })
await read.dispose()

const classify = await pipeline('zero-shot-classification', 'entailment', options)
const labels = ['medicine', 'law', 'sport']
answers['zero-shot-classification'] = await classify(texts[0], labels)
answers['zero-shot-classification one label'] = await classify(texts[0], labels[0])
answers['zero-shot-classification list'] = await classify(texts, labels, { multi_label: true })
answers['zero-shot-classification template'] = await classify(texts[1], labels, { hypothesis_template: 'Is it {}?' })
await classify.dispose()

console.log(JSON.stringify(answers))
