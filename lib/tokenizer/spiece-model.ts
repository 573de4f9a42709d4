// Reads spiece.model, a SentencePiece model, into the behaviour of the published tokenizer.json rather than SentencePiece's own:
// words are split at white space, pieces of digit and comma are penalised, [MASK] takes the space before it.
// Left out: training settings, and models that are not unigram or fall back to bytes.
import { Charsmap } from './charsmap.js'
import {
  type AddedToken,
  invalidTokenizer,
  limits,
  quote,
  type SpecialTokens,
  type TemplatePart,
  type TokenizerDefinition,
} from './definition.js'
import { Message } from './protobuf.js'
import { isDigit } from './unicode.js'

/** What stands beside the model in tokenizer_config.json. */
export interface SpieceOptions {
  lowerCase: boolean
  keepAccents: boolean
  tokens: SpecialTokens
}

const UNIGRAM = 1
const NORMAL = 1
const UNKNOWN = 2
/** "9," as one piece would hide the number; the published conversion takes this from its score. */
const DIGIT_COMMA_PENALTY = 100

export function readSpieceModel(bytes: Uint8Array, where: string, options: SpieceOptions): TokenizerDefinition {
  const pieces = new Pieces(bytes, where)
  let charsmap: Charsmap | undefined
  const model = new Message(bytes, where)
  while (model.next()) {
    if (model.number > 3) continue
    const content = model.content()
    if (model.number === 1) pieces.add(model.start, model.end)
    else if (model.number === 2) checkTrainer(content, `${where}: trainer_spec`)
    else charsmap = readCharsmap(content, `${where}: normalizer_spec`) ?? charsmap
  }
  const { texts, scores, unknownId } = pieces
  if (texts.length === 0) throw invalidTokenizer(where, 'has no pieces')
  if (unknownId < 0) throw invalidTokenizer(where, 'has no piece of the type unknown')
  const { tokens, lowerCase, keepAccents } = options
  return {
    pieces: texts,
    scores: Float64Array.from(scores),
    unknownId,
    addedTokens: specials(texts, tokens),
    normalizer: { doubledQuotes: ['`', "'"], decompose: !keepAccents, lowerCase, charsmap, collapseSpaces: false },
    splitAtWhiteSpace: true,
    ...templates(texts, tokens, where),
  }
}

/** The vocabulary, piece by piece. */
class Pieces {
  readonly texts: string[] = []
  readonly scores: number[] = []
  unknownId = -1
  readonly #where: string
  readonly #piece: Message
  readonly #bytes: Buffer

  constructor(bytes: Uint8Array, where: string) {
    this.#where = where
    this.#piece = new Message(bytes, `${where}: a piece`)
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  add(start: number, end: number): void {
    const number = this.texts.length
    if (number === limits.pieces) throw invalidTokenizer(this.#where, `has more than ${limits.pieces} pieces`)
    const field = this.#piece
    let text = ''
    let score = 0
    let type = NORMAL
    field.enter(start, end)
    while (field.next()) {
      if (field.number === 1) {
        field.expect('bytes')
        text = this.#text(field.start, field.end)
      } else if (field.number === 2) {
        field.expect('fixed32')
        score = field.value
      } else if (field.number === 3) {
        field.expect('varint')
        type = field.value
      }
    }
    if (!Number.isFinite(score)) throw invalidTokenizer(this.#where, `has the score ${score} for piece ${number}`)
    if (type === UNKNOWN) {
      if (this.unknownId >= 0)
        throw invalidTokenizer(this.#where, `has two unknown pieces, ${this.unknownId} and ${number}`)
      this.unknownId = number
    }
    this.texts.push(text)
    this.scores.push(endsInDigitComma(text) ? score - DIGIT_COMMA_PENALTY : score)
  }

  /** Buffer puts U+FFFD for what is not UTF-8; so only a text that has one needs the strict reader. */
  #text(start: number, end: number): string {
    const text = this.#bytes.toString('utf8', start, end)
    if (!text.includes('\ufffd')) return text
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes.subarray(start, end))
    } catch (cause) {
      throw invalidTokenizer(this.#where, `has a piece that is not UTF-8, number ${this.texts.length}`, cause)
    }
  }
}

function checkTrainer(message: Uint8Array, where: string): void {
  const field = new Message(message, where)
  while (field.next()) {
    if (field.number === 3 && field.value !== UNIGRAM) {
      throw invalidTokenizer(where, `has model type ${field.value}; this package reads unigram models (1)`)
    }
    if (field.number === 35 && field.value !== 0) {
      throw invalidTokenizer(where, 'asks for a fallback to bytes, which this package does not have')
    }
  }
}

function readCharsmap(message: Uint8Array, where: string): Charsmap | undefined {
  let charsmap: Charsmap | undefined
  const field = new Message(message, where)
  while (field.next()) {
    if (field.number !== 2) continue
    const bytes = field.content()
    if (bytes.length > 0) charsmap = new Charsmap(bytes, `${where}: precompiled_charsmap`)
  }
  return charsmap
}

function templates(
  pieces: readonly string[],
  tokens: SpecialTokens,
  where: string,
): Pick<TokenizerDefinition, 'single' | 'pair'> {
  const idOf = (token: string): number => {
    const id = pieces.indexOf(token)
    if (id < 0) throw invalidTokenizer(where, `has no piece ${quote(token)}, which is needed as a special token`)
    return id
  }
  const cls = idOf(tokens.cls)
  const sep = idOf(tokens.sep)
  const single: TemplatePart[] = [
    { ids: [cls], type: 0 },
    { sequence: 0, type: 0 },
    { ids: [sep], type: 0 },
  ]
  return { single, pair: [...single, { sequence: 1, type: 1 }, { ids: [sep], type: 1 }] }
}

function endsInDigitComma(piece: string): boolean {
  if (!piece.endsWith(',') || piece.length < 2) return false
  const before = [...piece.slice(-3, -1)].pop()
  return before !== undefined && isDigit(before.codePointAt(0)!)
}

/** The control tokens that the model has; only [MASK] takes the white space before it. */
function specials(pieces: readonly string[], tokens: SpecialTokens): AddedToken[] {
  return [...new Set(Object.values(tokens) as string[])].flatMap(content => {
    const id = pieces.indexOf(content)
    return id < 0 ? [] : [{ id, content, lstrip: content === tokens.mask, rstrip: false, special: true }]
  })
}
