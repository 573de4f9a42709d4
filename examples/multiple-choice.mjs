// Which choice goes best with a prompt. Needs the folder of a model that was fine-tuned for it (SWAG or RACE, say):
//   node examples/multiple-choice.mjs ./my-choice-model
import { pipeline } from 'albert-native'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('Usage: node examples/multiple-choice.mjs FOLDER')
  process.exit(2)
}

const choose = await pipeline('multiple-choice', folder)

const [best] = await choose('She opened the umbrella because', ['it rained.', 'it was noon.', 'he slept.'])
console.log(best.choice, best.score)

await choose.dispose()
