// Names and other entities, with their places in the text. Needs the folder of a model that was fine-tuned for it:
//   node examples/entities.mjs ./my-ner-model
import { pipeline } from 'albert-native'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: node examples/entities.mjs FOLDER')
  process.exit(2)
}

const ner = await pipeline('token-classification', folder)

const text = 'Zoë lives in New York.'
for (const { entity_group, score, start, end } of await ner(text, { aggregation_strategy: 'simple' }))
  console.log(entity_group, score.toFixed(3), text.slice(start, end))

await ner.dispose()
