// A call that takes too long is stopped between two layers; it rejects with the reason of the signal.
import { pipeline } from 'albert-native'

const embed = await pipeline('feature-extraction')
const texts = Array.from({ length: 20_000 }, (_, i) => `This is sentence number ${i}.`)

try {
  await embed(texts, { pooling: 'mean', signal: AbortSignal.timeout(50) })
} catch (error) {
  console.log(error.name)
}

await embed.dispose()
