// The most likely words for a gap. No model is named, so the one in the package answers.
import { pipeline } from 'albert-native'

const fillMask = await pipeline('fill-mask')

const answers = await fillMask('I do not [MASK] what to say.', { top_k: 3 })
for (const { score, token_str } of answers) console.log(score.toFixed(3), token_str)

const [best] = await fillMask('He opened the [MASK] and walked in.', { targets: ['door', 'window', 'king'] })
console.log(best.sequence)

await fillMask.dispose()
