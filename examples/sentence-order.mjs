// Does the second sentence follow the first? ALBERT learns this while it is pretrained.
import { pipeline } from 'albert-native'

const order = await pipeline('sentence-order')

const { label, scores } = await order('John is a doctor.', 'He works in a hospital.')
console.log(label, scores)

const answers = await order([
  { first: 'Diabetes is a disease.', second: 'It affects millions of people.' },
  { first: 'It affects millions of people.', second: 'Diabetes is a disease.' },
])
console.log(answers.map(answer => answer.label))

await order.dispose()
