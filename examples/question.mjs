// The part of a text that answers a question. Needs the folder of a model that was fine-tuned for it (SQuAD, say):
//   node examples/question.mjs ./my-qa-model
import { pipeline } from 'albert-native'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: node examples/question.mjs FOLDER')
  process.exit(2)
}

const qa = await pipeline('question-answering', folder)

const context = 'She was in the town. The king was in his own house.'
const { answer, score, start, end } = await qa('Where was the king?', context)
console.log(answer, score.toFixed(3), context.slice(start, end) === answer)

await qa.dispose()
