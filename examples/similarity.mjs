// Which of these texts is nearest to the question?
import { pipeline } from 'albert-native'

const similarity = await pipeline('sentence-similarity')

const question = 'How do I reset my password?'
const texts = ['You can change your password in the settings.', 'The weather is nice today.', 'The king died in 1610.']
const cosines = await similarity(question, texts)

for (const i of cosines.keys()) console.log(cosines[i].toFixed(3), texts[i])

await similarity.dispose()
