// A stream of texts, here the lines of a file: answers come in order, one for each, and the file is read as they are taken.
import { open } from 'node:fs/promises'
import { pipeline } from 'albert-native'

const fillMask = await pipeline('fill-mask')
const file = await open(process.argv[2] ?? import.meta.filename)

async function* questions() {
  for await (const line of file.readLines()) if (line.startsWith('// - ')) yield line.slice(5)
}

for await (const [best] of fillMask(questions())) console.log(best.sequence)

await fillMask.dispose()

// - He opened the [MASK] and walked in.
// - At the same [MASK] he was afraid.
