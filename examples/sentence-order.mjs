// Does the second sentence follow the first? ALBERT learns this while it is pretrained.
import { pipeline } from 'albert-native'

const order = await pipeline('sentence-order')

const { label, scores } = await order('He opened the door.', 'Then he went into the room.')
console.log(label, scores)

const answers = await order([
  { first: 'It rained all night.', second: 'In the morning the streets were wet.' },
  { first: 'In the morning the streets were wet.', second: 'It rained all night.' },
])
console.log(answers.map(answer => answer.label))

await order.dispose()
