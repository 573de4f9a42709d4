// Texts that tokenizers stumble over: characters that grow, vanish, join or swap places, halves of pairs, special tokens.
import type { Random } from './random.js'

const PARTS = [
  ...['a', 'b', 'abc', 'AB', ' ', '  ', '\t', '\r\n', '\n', '9,', '12,3', '``', "''", '`', "'", '"', '.', '\u2581'],
  ...['[MASK]', '[CLS]', '<pad>', '<unk>', '[MASK', 'MASK]', '  [MASK]  '],
  ...['\0', '\u0001', '\u00ad', '\u200b', '\u200d', '\ufeff', '\ufffd', '\u3000', '\u2028', '\u0085'],
  ...['\ud800', '\udc00', '\ud83d', '\u{1f600}', '\u{1f468}\u200d\u{1f469}', '\u{10ffff}', '\u{1d400}'],
  ...[
    'e\u0301',
    '\u0301',
    '\u0301\u0301\u0301\u0301',
    '\u0345',
    '\u07fd',
    '\u0915\u093f',
    '\u0e33',
    '\u1100\u1161\u11a8',
  ],
  ...['\ufdfa', '\ufb01', '\u3300', '\u0130', '\u1e9e', '\u00df', '\ua66e', '\u4e2d', '\u0600', '\u0378'],
]

export function hostileText(random: Random): string {
  let text = ''
  for (let n = random.below(12); n > 0; n--) {
    const part = random.once(16) ? String.fromCharCode(random.below(0x10000)) : random.pick(PARTS)
    text += part.repeat(random.once(24) ? 1 + random.below(600) : 1)
  }
  return text
}
