// Below the pipelines: a tokenizer, a model, tensors, as in transformers.js.
import { AutoModel, AutoTokenizer } from 'albert-native'

const tokenizer = await AutoTokenizer.from_pretrained('starter-en')
const model = await AutoModel.from_pretrained('starter-en')

const inputs = tokenizer(['Hello there.', 'A somewhat longer sentence.'], { padding: true })
const { last_hidden_state, pooler_output } = await model(inputs)
console.log(last_hidden_state.dims, pooler_output.dims)

await model.dispose()
