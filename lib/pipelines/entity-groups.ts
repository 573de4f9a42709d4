// From labelled tokens to entities: pieces to words where a strategy asks for it, then neighbours of one tag to groups.
// Knows no model and no tokenizer; docs/pipelines.md says what the strategies mean.

export interface ScoredToken {
  /** As in the vocabulary; what it stands for where the vocabulary does not know it. */
  piece: string
  /** A word begins here. */
  opensWord: boolean
  /** Probability of each label. */
  scores: Float64Array
  start: number
  end: number
}

/** Neighbouring tokens under one label. */
export interface LabelledPart {
  label: number
  score: number
  pieces: string[]
  start: number
  end: number
}

export interface Entity {
  tag: string
  score: number
  word: string
  start: number
  end: number
}

export type WordStrategy = 'first' | 'average' | 'max'

/** Each token with its likeliest label. */
export function labelledTokens(tokens: readonly ScoredToken[]): LabelledPart[] {
  return tokens.map(token => labelled([token], token.scores))
}

/** Each word with one label: that of its first piece, of the mean of its pieces, or of its surest piece. */
export function labelledWords(tokens: readonly ScoredToken[], strategy: WordStrategy): LabelledPart[] {
  const words: ScoredToken[][] = []
  for (const token of tokens) {
    const word = words.at(-1)
    if (word && !token.opensWord) word.push(token)
    else words.push([token])
  }
  return words.map(word => labelled(word, wordScores(word, strategy)))
}

/** Groups of one tag that have any text. `I-` goes on with the group before it, `B-` and `S-` begin one, `E-` and `S-` end it. */
export function groups(parts: readonly LabelledPart[], labels: (id: number) => string): Entity[] {
  const lists: { tag: string; parts: LabelledPart[] }[] = []
  let closed = true
  for (const part of parts) {
    const { prefix, tag } = tagOf(labels(part.label))
    const open = closed ? undefined : lists.at(-1)
    if (open && open.tag === tag && prefix !== 'B' && prefix !== 'S') open.parts.push(part)
    else lists.push({ tag, parts: [part] })
    closed = prefix === 'E' || prefix === 'S'
  }
  return lists.flatMap(list => {
    const first = list.parts.find(hasText)
    const last = list.parts.findLast(hasText)
    if (!first || !last) return []
    return {
      tag: list.tag,
      score: list.parts.reduce((sum, part) => sum + part.score, 0) / list.parts.length,
      word: wordOf(list.parts.slice(0, list.parts.indexOf(last) + 1).flatMap(part => part.pieces)),
      start: first.start,
      end: last.end,
    }
  })
}

/** A lone word mark has none. */
function hasText({ start, end }: { start: number; end: number }): boolean {
  return end > start
}

/** Entities of windows that overlap: of those that lie on each other the longest stays, of equally long ones the surest. */
export function withoutOverlaps<E extends Entity>(entities: readonly E[]): E[] {
  const kept: E[] = []
  for (const entity of [...entities].sort((a, b) => a.start - b.start)) {
    const last = kept.at(-1)
    if (!last || entity.start >= last.end) kept.push(entity)
    else if (longerOrSurer(entity, last)) kept[kept.length - 1] = entity
  }
  return kept
}

/** `B-PER` is the tag `PER`; a label without a prefix goes on like one with `I-`. */
function tagOf(label: string): { prefix: string; tag: string } {
  const [, prefix = 'I', tag = label] = /^([BIES])-(.+)$/s.exec(label) ?? []
  return { prefix, tag }
}

function labelled(tokens: readonly ScoredToken[], scores: Float64Array): LabelledPart {
  const label = largest(scores)
  return {
    label,
    score: scores[label]!,
    pieces: tokens.map(token => token.piece),
    start: (tokens.find(hasText) ?? tokens[0]!).start,
    end: (tokens.findLast(hasText) ?? tokens.at(-1)!).end,
  }
}

function wordScores(word: readonly ScoredToken[], strategy: WordStrategy): Float64Array {
  if (strategy === 'first') return word[0]!.scores
  if (strategy === 'average')
    return word[0]!.scores.map((_, label) => word.reduce((sum, token) => sum + token.scores[label]!, 0) / word.length)
  const sureness = word.map(token => token.scores[largest(token.scores)]!)
  return word[largest(sureness)]!.scores
}

/** Of equal values the first. */
function largest(values: ArrayLike<number>): number {
  let at = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i
  return at
}

/** A mark becomes a space, but in the first piece nothing. */
function wordOf([first = '', ...others]: readonly string[]): string {
  return first.replaceAll('\u2581', '') + others.map(piece => piece.replaceAll('\u2581', ' ')).join('')
}

function longerOrSurer(a: Entity, b: Entity): boolean {
  const longer = a.end - a.start - (b.end - b.start)
  return longer > 0 || (longer === 0 && a.score > b.score)
}
