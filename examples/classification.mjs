// Labels for texts. Needs the folder of a model that was fine-tuned for classification:
//   node examples/classification.mjs ./my-model "A wonderful film."
import { pipeline } from 'albert-native'

const [folder, ...texts] = process.argv.slice(2)
if (folder === undefined || texts.length === 0) {
  console.error('Usage: node examples/classification.mjs FOLDER TEXT...')
  process.exit(2)
}

const classify = await pipeline('text-classification', folder)

console.log(await classify(texts)) // the best label of each text
console.log(await classify(texts[0], { top_k: null })) // all labels of one

await classify.dispose()
