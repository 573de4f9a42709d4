// How near a model stays to another: the cosines of their vectors for a few sentences of everyday English.
// Enough to see that a model is broken; whether it is good enough for a task, the task's own texts must tell.
import { packEncodings, type TokenIds } from '../batch.js'
import { hasPooler } from '../checkpoint/names.js'
import { pool } from '../pipelines/pooling.js'
import type { AnyModel } from '../pipelines/text-model.js'

/** Long and short, plain and odd: digits, capitals, other scripts, a question, a bare word. */
export const sentences: readonly string[] = [
  'The cat sat on the mat.',
  'How do I reset my password?',
  'The committee approved the budget for the new hospital after a debate of three hours.',
  'In 1969, two astronauts walked on the Moon.',
  'She sells sea shells by the sea shore.',
  'No.',
  'The function returns an integer, or throws an exception if the argument is negative.',
  'Interest rates rose by 0.25 % in March, the tenth rise in a row.',
  'I have never seen such a dull film; the actors looked as bored as the audience.',
  'Wonderful food, friendly people, and a view over the whole bay!',
  'He was born in Zürich and studied music in São Paulo.',
  'Water boils at one hundred degrees Celsius at sea level.',
  'To be, or not to be, that is the question.',
  'Please forward the signed contract to our office in New York by Friday.',
  'The defendant shall pay the costs of the proceedings, including those of the appeal, unless the parties agree otherwise in writing.',
  'weather',
]

export interface Vectors {
  mean: Float64Array[]
  pooled: Float64Array[] | null
}

export interface Agreement {
  average: number
  least: number
}

/** The mean of the token vectors and, where the head has it, the pooled vector of each text. */
export async function vectorsOf(model: AnyModel, encodings: readonly TokenIds[]): Promise<Vectors> {
  const batch = packEncodings(encodings)
  const pooled = hasPooler(model.head)
  const answer = await model.forward(batch, { outputs: ['last_hidden_state', ...(pooled ? ['pooler_output'] : [])] })
  const size = model.config.hidden_size
  const hidden = answer['last_hidden_state']!.data
  const rows = Array.from(encodings, (_, i) => i)
  return {
    mean: rows.map(i => pool('mean', hidden, size, batch.starts[i]!, batch.starts[i + 1]!, size)),
    pooled: pooled ? rows.map(i => pool('cls', answer['pooler_output']!.data, size, i, i + 1, size)) : null,
  }
}

export function agreementOf(found: readonly Float64Array[], wanted: readonly Float64Array[]): Agreement {
  const cosines = found.map((vector, i) => cosine(vector, wanted[i]!))
  return { average: cosines.reduce((sum, each) => sum + each, 0) / cosines.length, least: Math.min(...cosines) }
}

function cosine(a: Float64Array, b: Float64Array): number {
  let [product, left, right] = [0, 0, 0]
  for (const [i, x] of a.entries()) {
    product += x * b[i]!
    left += x * x
    right += b[i]! * b[i]!
  }
  return product / Math.sqrt(left * right)
}
