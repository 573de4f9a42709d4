// Texts in the order of how well they answer a query. Needs the folder of a model that was fine-tuned to rank:
//   node examples/ranking.mjs ./my-ranker
import { pipeline } from 'albert-native'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: node examples/ranking.mjs FOLDER')
  process.exit(2)
}

const rank = await pipeline('text-ranking', folder)

const query = 'How do I reset my password?'
const texts = ['You can change it in the settings.', 'The weather is nice today.', 'The king died in 1610.']

const best = await rank(query, texts, { top_n: 2, return_documents: true })
for (const { index, score, text } of best) console.log(index, score.toFixed(3), text)

await rank.dispose()
