// Labels that no model was trained on. Needs the folder of a model that was fine-tuned for entailment (MNLI, say):
//   node examples/zero-shot.mjs ./my-nli-model
import { pipeline } from 'albert-native'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: node examples/zero-shot.mjs FOLDER')
  process.exit(2)
}

const classify = await pipeline('zero-shot-classification', folder)

const { labels, scores } = await classify('The team won in extra time.', ['sport', 'politics', 'weather'])
console.log(labels[0], scores[0])

// Each label for itself, in a sentence of our own.
const options = { multi_label: true, hypothesis_template: 'This text is about {}.' }
for (const each of await classify(['It will rain.', 'Rain stopped the match.'], ['sport', 'weather'], options))
  console.log(each.sequence, each.labels, each.scores)

await classify.dispose()
