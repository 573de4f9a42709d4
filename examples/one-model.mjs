// One model for two tasks: the weights are in memory once.
import { pipeline } from 'albert-native'

const order = await pipeline('sentence-order')
const fillMask = await pipeline('fill-mask', order.model, { tokenizer: order.tokenizer })

const [best] = await fillMask('He opened the [MASK] and walked into the room.')
const { label } = await order('Diabetes is a disease.', 'It affects millions of people.')
console.log(best.token_str, label)

await order.dispose()
