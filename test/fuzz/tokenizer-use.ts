// Uses a tokenizer that was loaded from changed files, and holds it to what is true of every tokenizer.
import { isAlbertError } from '../../lib/errors.js'
import type { AlbertTokenizer, Encoding } from '../../lib/tokenizer/index.js'
import type { Random } from './random.js'
import { check } from './target.js'
import { hostileText } from './texts.js'

/** Encodes hostile texts every way there is. A word on what came out. */
export async function useTokenizer(tokenizer: AlbertTokenizer, random: Random): Promise<string> {
  const text = hostileText(random)
  const pair = random.once(3) ? hostileText(random) : null
  const encoding = tokenizer.encodeIds(text, pair)
  checkEncoding(tokenizer, encoding, text, pair)
  checkSame(encoding, tokenizer.encodeIds(text, pair), 'a second time')
  checkDecoding(tokenizer, encoding, text)
  if (random.once(4)) checkTruncation(tokenizer, encoding, text, pair, random)
  if (random.once(8)) {
    const [sliced] = await tokenizer.encodeBatch([pair === null ? text : [text, pair]])
    checkSame(encoding, sliced!, 'in slices')
  }
  return `${Math.ceil(Math.log2(encoding.ids.length + 1))} ${tokenizer.mask_token === null} ${pair === null}`
}

function checkEncoding(tokenizer: AlbertTokenizer, encoding: Encoding, text: string, pair: string | null): void {
  const { ids, types, offsets, special, sequences } = encoding
  const count = ids.length
  check(types.length === count && special.length === count, 'types and special tokens are not as many as ids')
  check(sequences.length === count && offsets.length === 2 * count, 'offsets are not as many as ids')
  const before = [0, 0]
  for (let i = 0; i < count; i++) {
    check(tokenizer.hasId(ids[i]!) && ids[i]! < tokenizer.idEnd, `id ${ids[i]} is that of no token`)
    const [start, end] = [offsets[2 * i]!, offsets[2 * i + 1]!]
    const sequence = sequences[i]!
    if (sequence < 0) check(start === 0 && end === 0 && special[i] === 1, `token ${i} of the template has a place`)
    else {
      const length = (sequence === 0 ? text : pair!).length
      check(start < end && end <= length, `token ${i} lies at ${start} to ${end} of ${length}`)
      check(start >= before[sequence]!, `token ${i} begins at ${start}, before the one before it`)
      before[sequence] = start
    }
  }
}

function checkDecoding(tokenizer: AlbertTokenizer, { ids }: Encoding, text: string): void {
  check(typeof tokenizer.decode(ids, { skip_special_tokens: true }) === 'string', 'decode answers no text')
  const own = tokenizer.encode(text, { add_special_tokens: false })
  check(tokenizer.tokenize(text).length === own.length, 'tokenize answers another number of tokens than encode')
  const points = [...text].length
  for (const end of tokenizer.encodeIds(text, null, { offsets: 'codepoint' }).offsets) {
    check(end <= points, `an offset of ${end} in ${points} code points`)
  }
}

function checkTruncation(
  tokenizer: AlbertTokenizer,
  whole: Encoding,
  text: string,
  pair: string | null,
  random: Random,
): void {
  const specials = whole.special.reduce((sum, flag) => sum + flag, 0)
  const max_length = specials + 1 + random.below(12)
  const windows = windowsUnlessTooMany(tokenizer, text, pair, max_length)
  if (!windows) return
  const cut = windows.length > 1
  // Of a pair, what was cut off a text that went whole is one window, as in the reference library; so the first one counts.
  const bounded = pair === null ? windows : windows.slice(0, 1)
  for (const { ids } of bounded) check(ids.length <= max_length, `${ids.length} tokens where ${max_length} may be`)
  check(windows[0]!.truncated === cut, 'truncated does not tell whether something was cut')
  if (pair !== null) return
  const covered = windows.reduce((sum, { ids }) => sum + ids.length - specials, 0)
  check(covered === whole.ids.length - specials, `windows cover ${covered} tokens of ${whole.ids.length - specials}`)
}

/** Tiny windows of long texts are combined to millions of sequences, which are refused: no fault of the file. */
function windowsUnlessTooMany(tokenizer: AlbertTokenizer, text: string, pair: string | null, max_length: number) {
  try {
    return tokenizer.encodeWindows(text, pair, { truncation: true, max_length })
  } catch (error) {
    if (isAlbertError(error) && /^The windows of these texts make \d{6,} sequences/.test(error.message))
      return undefined
    throw error
  }
}

function checkSame(one: Encoding, other: Encoding, how: string): void {
  for (const name of ['ids', 'types', 'offsets', 'special', 'sequences'] as const) {
    const same = one[name].length === other[name].length && one[name].every((value, i) => value === other[name][i])
    check(same, `${name} differ ${how}`)
  }
}
