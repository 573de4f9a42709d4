// A program for transformers.js that asks for what the two packages answer differently on purpose, answers as JSON.
// The names of the answers are the rows of the table in docs/from-transformers-js.md. Its argument is the folder of the models.
import { AutoTokenizer, env, pipeline } from '@huggingface/transformers'

env.localModelPath = process.argv[2]
env.allowRemoteModels = false

const answers = {}
const options = { dtype: 'fp32', device: 'cpu' }
const tokenizer = await AutoTokenizer.from_pretrained('words')
const CLOSE = 1e-4

/** What a call gives, or the code of its error. */
async function outcome(work) {
  try {
    return await work()
  } catch (error) {
    return error.code ?? 'an error without a code'
  }
}

const fill = await pipeline('fill-mask', 'masks', options)
answers['several `[MASK]` in a text'] = (await fill('The [MASK] of [MASK].', { top_k: 2 })).map(Array.isArray)
answers['mistakes'] = await outcome(() => fill('No mask.'))
await fill.dispose()

const embed = await pipeline('feature-extraction', 'words', options)
const texts = ['Yes.', 'He works in a hospital, and she in a school.']
const alone = await embed(texts[0], { pooling: 'last_token' })
const together = await embed(texts, { pooling: 'last_token' })
answers['`last_token` and `eos` in a list'] = alone.data.every((x, i) => Math.abs(x - together.data[i]) < CLOSE)
answers['rows of padding'] = (await embed(texts)).slice(0, -1).data.every(x => x === 0)
answers['an empty list'] = await outcome(async () => (await embed([])).dims)
await embed.dispose()

const cut = { truncation: true, max_length: 6, return_tensor: false }
answers['a text that is cut'] = tokenizer.decode(tokenizer(texts[1], cut).input_ids)
answers['a pair that is cut'] = tokenizer.decode(tokenizer(texts[1], { ...cut, text_pair: texts[0] }).input_ids)
answers['`decode`'] = tokenizer.decode(tokenizer.encode('yes .'), { skip_special_tokens: true })
answers['`cls_token`'] = tokenizer.cls_token ?? null

const entities = await pipeline('token-classification', 'entities', options)
const named = 'She said: "I was in the town" and left.'
const [she] = await entities(named)
answers['`start`, `end`'] = [she.start ?? null, she.end ?? null]
answers['`word` of a token'] = she.word
const groups = await entities('John Smith', { aggregation_strategy: 'simple' })
answers['groups around ignored tokens'] = groups.map(group => group.word)
await entities.dispose()

const read = await pipeline('question-answering', 'questions', options)
answers['`answer`'] = (await read('Who was there?', 'The King of the Country was in his own House.')).answer
await read.dispose()

answers['`dtype`'] = await outcome(() => pipeline('fill-mask', 'masks', { dtype: 'q4' }))
answers['`device`'] = await outcome(() => pipeline('fill-mask', 'masks', { device: 'webgpu' }))

console.log(JSON.stringify(answers))
