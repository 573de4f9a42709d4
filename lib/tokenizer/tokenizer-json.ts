// Reads tokenizer.json in the forms that ALBERT checkpoints carry: a unigram model behind a fixed chain of steps.
// Whatever the file says beyond that is refused by name; nothing is skipped in silence.
import { Charsmap } from './charsmap.js'
import {
  type AddedToken,
  invalidTokenizer,
  limits,
  type NormalizerRules,
  quote,
  type TemplatePart,
  type TokenizerDefinition,
  WORD_MARK,
} from './definition.js'
import { isId, type JsonObject, readJson, show } from './json-object.js'
import { isWhiteSpace } from './unicode.js'

export function readTokenizerJson(bytes: Uint8Array, where: string): TokenizerDefinition {
  const file = readJson(bytes, where)
  const model = file.object('model')
  if ((model.fields['type'] ?? 'Unigram') !== 'Unigram') throw model.unreadable('type', 'only Unigram')
  if (model.fields['byte_fallback']) throw model.unreadable('byte_fallback', 'only false')
  const { pieces, scores } = readVocabulary(model)
  const unknownId = model.fields['unk_id']
  if (!isId(unknownId, pieces.length)) throw model.wrong('unk_id', `a piece number below ${pieces.length}`)
  const addedTokens = readAddedTokens(file, pieces)
  const normalizer = readNormalizer(file)
  const splitAtWhiteSpace = readPreTokenizer(file)
  readMetaspace(file.object('decoder'))
  return {
    pieces,
    scores,
    unknownId,
    addedTokens,
    normalizer,
    splitAtWhiteSpace,
    ...readTemplates(file, pieces, addedTokens),
  }
}

function readVocabulary(model: JsonObject): { pieces: string[]; scores: Float64Array } {
  const vocabulary = model.list('vocab', limits.pieces)
  if (vocabulary.length === 0) throw model.wrong('vocab', 'a list of at least one piece')
  const pieces: string[] = []
  const scores = new Float64Array(vocabulary.length)
  // By index: iterators would make more garbage here than all else that a program does until its first answer.
  for (let i = 0; i < vocabulary.length; i++) {
    const entry = vocabulary[i]
    const isList = Array.isArray(entry)
    const piece: unknown = isList ? entry[0] : undefined
    const score: unknown = isList ? entry[1] : undefined
    if (typeof piece !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) {
      throw invalidTokenizer(`${model.where}: vocab[${i}]`, `is ${show(entry)}; it must be a piece and its score`)
    }
    pieces.push(piece)
    scores[i] = score
  }
  return { pieces, scores }
}

function readAddedTokens(file: JsonObject, pieces: readonly string[]): AddedToken[] {
  const contents = new Set<string>()
  const ids = new Set<number>()
  return file.objects('added_tokens', limits.addedTokens).map(token => {
    const { id, content, lstrip, rstrip, special } = token.fields
    if (!isId(id, limits.pieces)) throw token.wrong('id', `a number below ${limits.pieces}`)
    if (typeof content !== 'string' || content.length === 0 || content.length > limits.pieceUnits) {
      throw token.wrong('content', `a text of 1 to ${limits.pieceUnits} characters`)
    }
    if (isWhiteSpace(content.charCodeAt(0)) || isWhiteSpace(content.charCodeAt(content.length - 1))) {
      throw token.unreadable('content', 'tokens without white space around them')
    }
    if (contents.has(content)) throw token.wrong('content', 'different from the tokens before')
    if (ids.has(id)) throw token.wrong('id', 'different from the tokens before')
    contents.add(content)
    ids.add(id)
    const piece = pieces[id]
    if (piece !== undefined && piece !== content)
      throw token.wrong('content', `piece ${id} of the vocabulary, ${quote(piece)}`)
    if (token.fields['normalized'])
      throw token.unreadable('normalized', 'added tokens that are searched in the raw text (false)')
    if (token.fields['single_word']) throw token.unreadable('single_word', 'only false')
    return { id, content, lstrip: lstrip === true, rstrip: rstrip === true, special: special === true }
  })
}

/** The steps that are known, in the only order in which they are read. */
function readNormalizer(file: JsonObject): NormalizerRules {
  const doubledQuotes: string[] = []
  const rules = {
    doubledQuotes,
    decompose: false,
    lowerCase: false,
    charsmap: undefined as Charsmap | undefined,
    collapseSpaces: false,
  }
  const order = ['Replace', 'NFKD', 'StripAccents', 'Lowercase', 'Precompiled', 'Replace of spaces']
  let reached = 0
  let previous = ''
  for (const step of steps(file, 'normalizer', 'normalizers')) {
    let type = String(step.fields['type'])
    if (type === 'Replace') {
      const quoted = doubledQuote(step)
      if (quoted !== undefined) doubledQuotes.push(quoted)
      else if (isSpaceCollapse(step)) type = 'Replace of spaces'
      else throw step.unreadable('pattern', "`` and '' replaced by \", and runs of spaces by one")
    }
    const place = order.indexOf(type)
    if (place < 0 || place < reached) throw step.unreadable('type', `${order.join(', ')}, in this order`)
    if ((type === 'StripAccents') !== (previous === 'NFKD'))
      throw step.unreadable('type', 'NFKD directly followed by StripAccents')
    if (type === 'StripAccents') rules.decompose = true
    if (type === 'Lowercase') rules.lowerCase = true
    if (type === 'Precompiled') rules.charsmap = readCharsmap(step)
    if (type === 'Replace of spaces') rules.collapseSpaces = true
    reached = place
    previous = type
  }
  if (previous === 'NFKD') throw file.unreadable('normalizer', 'NFKD directly followed by StripAccents')
  return rules
}

function doubledQuote(step: JsonObject): string | undefined {
  const pattern = step.object('pattern').fields['String']
  return (pattern === '``' || pattern === "''") && step.fields['content'] === '"' ? pattern[0] : undefined
}

function isSpaceCollapse(step: JsonObject): boolean {
  return step.object('pattern').fields['Regex'] === ' {2,}' && step.fields['content'] === ' '
}

function readCharsmap(step: JsonObject): Charsmap {
  const text = step.fields['precompiled_charsmap']
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  // Buffer skips what is no base 64; then there are too few bytes.
  if (typeof text !== 'string' || bytes.length < Math.floor((text.length * 3) / 4) - 2) {
    throw step.wrong('precompiled_charsmap', 'text in base 64')
  }
  return new Charsmap(bytes, `${step.where}: precompiled_charsmap`)
}

/** true: words end at every white space; false: at spaces only. */
function readPreTokenizer(file: JsonObject): boolean {
  const list = steps(file, 'pre_tokenizer', 'pretokenizers')
  const types = list.map(step => String(step.fields['type'])).join(', ')
  if (types !== 'WhitespaceSplit, Metaspace' && types !== 'Metaspace') {
    throw file.unreadable('pre_tokenizer', `WhitespaceSplit, Metaspace or Metaspace alone, not ${quote(types)}`)
  }
  readMetaspace(list[list.length - 1]!)
  return list.length === 2
}

/** Today's spelling and the one of 2020, when the published files were written. */
function readMetaspace(step: JsonObject): void {
  const { type, replacement, split = true } = step.fields
  const scheme = step.fields['prepend_scheme'] ?? (step.fields['add_prefix_space'] === false ? 'never' : 'always')
  if (type !== 'Metaspace') throw step.unreadable('type', 'Metaspace')
  if (replacement !== WORD_MARK) throw step.unreadable('replacement', quote(WORD_MARK))
  if (scheme !== 'always') throw step.unreadable('prepend_scheme', 'always')
  if (split !== true) throw step.unreadable('split', 'true')
}

/** The steps of a chain: none, one, or the list of a Sequence. */
function steps(file: JsonObject, name: string, listName: string): JsonObject[] {
  if (file.fields[name] == null) return []
  const step = file.object(name)
  return step.fields['type'] === 'Sequence' ? step.objects(listName, 16) : [step]
}

function readTemplates(
  file: JsonObject,
  pieces: readonly string[],
  added: readonly AddedToken[],
): Pick<TokenizerDefinition, 'single' | 'pair'> {
  const processor = file.object('post_processor')
  if (processor.fields['type'] !== 'TemplateProcessing') throw processor.unreadable('type', 'TemplateProcessing')
  const specials = processor.object('special_tokens')
  const count = Math.max(pieces.length, ...added.map(token => token.id + 1))
  const part = (place: JsonObject): TemplatePart => {
    if ('Sequence' in place.fields) {
      const sequence = place.object('Sequence')
      const { id } = sequence.fields
      if (id !== 'A' && id !== 'B') throw sequence.wrong('id', 'A or B')
      return { sequence: id === 'A' ? 0 : 1, type: readType(sequence) }
    }
    const special = place.object('SpecialToken')
    const id = special.fields['id']
    if (typeof id !== 'string' || !Object.hasOwn(specials.fields, id))
      throw special.wrong('id', 'one of special_tokens')
    const token = specials.object(id)
    const ids = token.list('ids', 16)
    if (!ids.every(value => isId(value, count))) throw token.wrong('ids', `a list of numbers below ${count}`)
    return { ids: ids as number[], type: readType(special) }
  }
  const template = (name: string, wanted: string): TemplatePart[] => {
    const parts = processor.objects(name, 16).map(part)
    const sequences = parts.flatMap(p => ('sequence' in p ? [p.sequence] : []))
    if (sequences.join() !== wanted)
      throw processor.wrong(name, wanted === '0' ? 'a list with A once' : 'a list with A, then B')
    return parts
  }
  return { single: template('single', '0'), pair: template('pair', '0,1') }
}

function readType(place: JsonObject): number {
  const type = place.fields['type_id']
  if (!isId(type, 256)) throw place.wrong('type_id', 'a number below 256')
  return type
}
