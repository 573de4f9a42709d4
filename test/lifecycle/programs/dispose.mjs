// Disposal: calls in flight finish with their answers, later ones are refused, a second disposal is the first one, and
// twenty models at once do not disturb each other.
import assert from 'node:assert/strict'
import { albert, bits, TEXT } from './package.mjs'

const config = {
  vocab_size: 99,
  embedding_size: 16,
  hidden_size: 48,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  intermediate_size: 80,
  max_position_embeddings: 64,
}
const input = { input_ids: [Array.from({ length: 40 }, (_, i) => (i * 7 + 5) % 99)] }
const create = seed => albert.AlbertModel.from_config(config, { seed })
const ask = async model => bits((await model(input)).last_hidden_state)

const texts = Array.from({ length: 40 }, (_, i) => TEXT.repeat(1 + (i % 7)))

const expected = await (async () => {
  const model = await create(1)
  const answer = await ask(model)
  await model.dispose()
  return answer
})()

// Calls in flight.
{
  const model = await create(1)
  const calls = Array.from({ length: 30 }, () => ask(model))
  const first = model.dispose()
  assert.equal(model.dispose(), first)
  await assert.rejects(ask(model), { code: 'DISPOSED' })
  assert.throws(() => model.memory(), { code: 'DISPOSED' })
  assert.throws(() => model.parameters(), { code: 'DISPOSED' })
  assert.deepEqual(new Set(await Promise.all(calls)), new Set([expected]))
  await first
  await model.dispose()
  await assert.rejects(ask(model), { code: 'DISPOSED' })
}

// Symbol.asyncDispose, of a model and of a pipeline.
{
  const model = await create(1)
  await model[Symbol.asyncDispose]()
  await assert.rejects(ask(model), { code: 'DISPOSED' })
  const embed = await albert.pipeline('feature-extraction')
  await embed[Symbol.asyncDispose]()
  await assert.rejects(embed('Rain.'), { code: 'DISPOSED' })
}

// A pipeline makes its texts ready first, and works in batches: both are in flight.
{
  const embed = await albert.pipeline('feature-extraction')
  const alone = bits(await embed(texts))
  const calls = [embed(texts), embed(texts)]
  const disposal = embed.dispose()
  await assert.rejects(embed(texts), { code: 'DISPOSED' })
  for (const answer of await Promise.all(calls)) assert.equal(bits(answer), alone)
  await disposal
  assert.throws(() => embed.model.memory(), { code: 'DISPOSED' })
}

// What JavaScript drops while it works is kept until it has answered.
{
  const answers = await Promise.all(Array.from({ length: 10 }, async () => ask(await create(1))))
  assert.deepEqual(new Set(answers), new Set([expected]))
}

// Many at once.
{
  const models = await Promise.all(Array.from({ length: 20 }, (_, seed) => create(seed)))
  const alone = []
  for (const model of models) alone.push(await ask(model))
  assert.equal(alone[1], expected)
  assert.equal(new Set(alone).size, 20)
  for (let round = 0; round < 5; round++) assert.deepEqual(await Promise.all(models.map(ask)), alone)
  await Promise.all(models.map(model => model.dispose()))
}

console.log(JSON.stringify('done'))
