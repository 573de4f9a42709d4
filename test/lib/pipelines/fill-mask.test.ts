import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AlbertForMaskedLM } from '../../../lib/heads.js'
import { type FillMaskCandidate, type FillMaskPipeline, pipeline } from '../../../lib/pipelines/index.js'
import { AutoTokenizer } from '../../../lib/tokenizer/index.js'
import { referencePairs, referenceRows } from './reference.js'

let fillMask: FillMaskPipeline
beforeAll(async () => {
  // The reference is float64.
  fillMask = await pipeline('fill-mask', null, { dtype: 'fp32' })
})
afterAll(() => fillMask.dispose())

test('the 20 best words and their odds are those of the reference', async () => {
  const inputs = referencePairs.map(({ first, second }) => ({ text: first, text_pair: second }))
  const results = await fillMask(inputs, { top_k: 20 })
  const ids = referenceRows('masked_logits_top20_ids')
  const logits = referenceRows('masked_logits_top20')
  for (const [i, result] of results.entries()) {
    expect(result.map(each => each.token)).toEqual(ids[i])
    for (const [j, { score }] of result.entries())
      expect(Math.log(result[0]!.score / score)).toBeCloseTo(logits[i]![0]! - logits[i]![j]!, 4)
  }
})

test('a vocabulary that is padded beyond the tokenizer: only known words are offered', async () => {
  const { tokenizer } = fillMask
  const known = tokenizer.get_vocab().size
  const sizes = { hidden_size: 16, intermediate_size: 16, num_attention_heads: 2, num_hidden_layers: 1 }
  const config = { ...fillMask.model.config, ...sizes, vocab_size: known + 100, initializer_range: 0.4 }
  await using model = await AlbertForMaskedLM.from_config(config)
  const padded = await pipeline('fill-mask', model, { tokenizer })
  const all = await padded('A [MASK].', { top_k: known + 100 })
  expect(new Set(all.map(({ token }) => token))).toEqual(new Set(Array.from({ length: known }, (_, id) => id)))
  expect(await padded('A [MASK].', { top_k: 3 })).toEqual(all.slice(0, 3))
})

describe('shapes', () => {
  test('one text: a list of candidates, best first', async () => {
    const result = await fillMask('He opened the [MASK] and walked into the room.')
    expect(result).toHaveLength(5)
    const scores = result.map(each => each.score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    const { sequence, token_str, token, score, ...rest } = result[0]!
    expect(sequence).toBe(`he opened the ${token_str} and walked into the room.`)
    expect(fillMask.tokenizer.decode([token])).toBe(token_str)
    expect(score).toBeGreaterThan(0)
    expect(rest).toEqual({})
  })

  test('a list of texts: a list of such lists; an empty list: an empty list', async () => {
    expect(await fillMask(['A [MASK].', 'The [MASK] is red.'], { top_k: 2 })).toMatchObject([
      [{}, {}],
      [{}, {}],
    ])
    expect(await fillMask(['A [MASK].'])).toHaveLength(1)
    expect(await fillMask([])).toEqual([])
  })

  test('several masks: a list for each, and the other masks stay in the sequence', async () => {
    const result = await fillMask<FillMaskCandidate[][]>('He opened the [MASK] and walked into [MASK] room.', {
      top_k: 3,
    })
    expect(result.map(list => list.length)).toEqual([3, 3])
    const word = result[0]![0]!.token_str
    expect(result[0]![0]!.sequence).toBe(`[CLS] he opened the ${word} and walked into[MASK] room.[SEP]`)
  })

  test('each: one result a text, as for it alone', async () => {
    const texts = ['The [MASK] sat.', '[MASK] and [MASK].']
    expect(await fillMask.each(texts)).toEqual([await fillMask(texts[0]!), await fillMask(texts[1]!)])
  })
})

describe('targets', () => {
  test('only these words, with the scores they have among all', async () => {
    const text = 'She is the [MASK] of the house.'
    const all = await fillMask(text, { top_k: 8000 })
    const result = await fillMask(text, { targets: ['king', 'owner', 'lady'] })
    expect(result.map(each => each.token_str).sort()).toEqual(['king', 'lady', 'owner'])
    for (const each of result) expect(all.find(other => other.token === each.token)).toEqual(each)
    expect(await fillMask(text, { targets: 'king', top_k: 3 })).toHaveLength(1)
  })

  test('a word of several pieces is refused by name', async () => {
    await expect(fillMask('A [MASK].', { targets: ['uncharacteristically'] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining("'uncharacteristically' is not one piece"),
    })
  })
})

describe('mistakes', () => {
  test('a text without a mask is named', async () => {
    await expect(fillMask('No gap.')).rejects.toMatchObject({
      code: 'MASK_NOT_FOUND',
      message: expect.stringContaining('The text has no [MASK]'),
    })
    await expect(fillMask(['A [MASK].', 'No gap.'])).rejects.toMatchObject({
      code: 'MASK_NOT_FOUND',
      message: expect.stringContaining('Text 1 has'),
    })
  })

  test('a mask behind the cut is not found, and the message says so', async () => {
    const text = `${'word '.repeat(600)}[MASK]`
    await expect(fillMask(text, { onTruncated: () => {} })).rejects.toThrow(/no \[MASK\] among the first 512 tokens/)
  })

  test('options and inputs of the wrong kind', async () => {
    await expect(fillMask('A [MASK].', { top_k: 0 })).rejects.toThrow('top_k must be a whole number from 1 on, not 0.')
    await expect(fillMask(5 as never)).rejects.toThrow('The text must be a string or { text, text_pair }, not 5.')
    await expect(fillMask(['a', null] as never)).rejects.toThrow('Text 1 must be a string')
  })
})

test('a tokenizer without a mask token is said to have none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'albert-no-mask-'))
  try {
    copyFileSync('models/starter-en/tokenizer.json', join(folder, 'tokenizer.json'))
    writeFileSync(join(folder, 'tokenizer_config.json'), '{"mask_token":"nope"}')
    const tokenizer = await AutoTokenizer.from_pretrained(folder)
    await using maskless = await pipeline('fill-mask', null, { tokenizer })
    await expect(maskless('A [MASK].')).rejects.toMatchObject({
      code: 'INVALID_TOKENIZER',
      message: expect.stringContaining('no mask token'),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
