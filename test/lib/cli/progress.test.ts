// What the progress line of the text commands says.
import { expect, test } from 'vitest'
import { progressText } from '../../../lib/cli/answer-texts.js'

test.each([
  [1, 12, '1 text'],
  [256, 999, '256 texts'],
  [256, 1000, '256 texts, 256 a second'],
  [3, 2000, '3 texts, 2 a second'],
])('%d texts after %d ms: %s', (texts, elapsedMs, said) => {
  expect(progressText(texts, elapsedMs)).toBe(said)
})
