// Below the pipelines: a tokenizer, a model, tensors, as in transformers.js.
import { AutoModelForPreTraining, AutoTokenizer } from 'albert-native'

const tokenizer = await AutoTokenizer.from_pretrained('starter-en')
const model = await AutoModelForPreTraining.from_pretrained('starter-en')

const inputs = tokenizer(['Hello there.', 'A somewhat longer sentence.'], { padding: true })
const { prediction_logits, sop_logits, hidden_states } = await model(inputs, { output_hidden_states: true })
console.log(prediction_logits.dims, sop_logits.dims, hidden_states.length)

await model.dispose()
