// One vector a text: for search, clustering, or as features of your own classifier.
import { pipeline } from 'albert-native'

const embed = await pipeline('feature-extraction')

const vectors = await embed(['The doctor treats patients.', 'The function returns an integer.'], {
  pooling: 'mean',
  normalize: true,
})
console.log(vectors.dims, vectors.type)

const [first, second] = vectors.tolist()
console.log('cosine', first.reduce((sum, value, i) => sum + value * second[i], 0).toFixed(3))

// The same in 32 bytes: one bit a number, to be compared by Hamming distance.
const bits = await embed('The doctor treats patients.', { pooling: 'mean', quantize: true, precision: 'ubinary' })
console.log(bits.dims, bits.type)

await embed.dispose()
