// Which of these texts is nearest to the question?
import { pipeline } from 'albert-native'

const similarity = await pipeline('sentence-similarity')

const question = 'The ship sailed out to sea.'
const texts = ['A boat left the harbor.', 'The law was passed by the senate.', 'The sea was calm.']
const cosines = await similarity(question, texts)

for (const i of cosines.keys()) console.log(cosines[i].toFixed(3), texts[i])

await similarity.dispose()
