// A program for transformers.js: what tokenizers are asked, answers as JSON. Its argument is the folder of the models.
// transformers-js.test.ts runs it as it stands, and once more with the import changed.
import { AutoTokenizer, env } from '@huggingface/transformers'

env.localModelPath = process.argv[2]
env.allowRemoteModels = false

const tokenizer = await AutoTokenizer.from_pretrained('words')
const texts = ['Hello, world!', 'Zoë ate a crème brûlée in the café 🍮.', "« 12,000 people » said ``nothing''"]
const pairs = ['Who?', 'The king of the country, I think.', 'No.']
const words = { skip_special_tokens: true, clean_up_tokenization_spaces: true }
const answers = {}

/** Tensors as plain data, 64-bit integers as numbers. */
function plain(encoding) {
  const entries = Object.entries(encoding).map(([name, value]) => [
    name,
    value.dims ? { type: value.type, dims: value.dims, data: Array.from(value.data, Number) } : value,
  ])
  return Object.fromEntries(entries)
}

for (const [n, text] of texts.entries()) {
  answers[`text ${n}`] = plain(tokenizer(text))
  answers[`pair ${n}`] = plain(tokenizer(text, { text_pair: pairs[n] }))
  answers[`arrays ${n}`] = tokenizer(text, { return_tensor: false })
  answers[`tokenize ${n}`] = tokenizer.tokenize(text)
  answers[`tokenize pair ${n}`] = tokenizer.tokenize(text, { pair: pairs[n], add_special_tokens: true })
  answers[`encode ${n}`] = tokenizer.encode(text)
  answers[`encode pair ${n}`] = tokenizer.encode(text, { text_pair: pairs[n], add_special_tokens: false })
  answers[`decode ${n}`] = tokenizer.decode(tokenizer.encode(text))
  answers[`decode without specials ${n}`] = tokenizer.decode(tokenizer.encode(text), words)
}
answers['padding'] = plain(tokenizer(texts, { padding: true }))
answers['padding and truncation'] = plain(tokenizer(texts, { padding: true, truncation: true }))
answers['padding of pairs'] = plain(tokenizer(texts, { text_pair: pairs, padding: true, truncation: true }))
answers['padding to max_length'] = plain(tokenizer(texts, { padding: 'max_length', max_length: 24 }))
answers['arrays of lists'] = tokenizer(texts, { return_tensor: false })
answers['without specials'] = plain(tokenizer(texts[0], { add_special_tokens: false }))
answers['without types'] = plain(tokenizer(texts[0], { return_token_type_ids: false }))

const padded = tokenizer(texts, { padding: true })
answers['batch_decode'] = tokenizer.batch_decode(padded.input_ids, words)
answers['decode tensor'] = tokenizer.decode(tokenizer(texts[0]).input_ids)
answers['convert_tokens_to_ids'] = tokenizer.convert_tokens_to_ids(['▁the', '[MASK]', '▁king'])
answers['one token'] = tokenizer.convert_tokens_to_ids('[SEP]')
answers['vocabulary'] = Array.from(tokenizer.get_vocab()).length
for (const word of ['mask', 'sep', 'pad', 'unk']) {
  answers[word] = [tokenizer[`${word}_token`], tokenizer[`${word}_token_id`]]
}
answers['special'] = tokenizer.all_special_ids
answers['model_max_length'] = tokenizer.model_max_length

console.log(JSON.stringify(answers))
