// Ids and what they are called: pieces of the model, added tokens, and the five special tokens by their roles.
import { AlbertError } from '../errors.js'
import type { SpecialTokens, TokenizerDefinition } from './definition.js'

export class Vocabulary {
  readonly #pieces: readonly string[]
  readonly #added: ReadonlyMap<number, string>
  readonly #special: ReadonlySet<string>
  readonly #unknownId: number
  #ids: Map<string, number> | undefined
  /** Ids that decoding with skip_special_tokens leaves out, ascending. */
  readonly specialIds: readonly number[]

  constructor(definition: TokenizerDefinition) {
    this.#pieces = definition.pieces
    this.#unknownId = definition.unknownId
    this.#added = new Map(definition.addedTokens.map(token => [token.id, token.content]))
    const special = definition.addedTokens.filter(token => token.special)
    this.#special = new Set(special.map(token => token.content))
    this.specialIds = special.map(token => token.id).sort((a, b) => a - b)
  }

  /** Every token and its id; a fresh copy. */
  entries(): Map<string, number> {
    return new Map(this.#byToken())
  }

  /** The id of unknown for what is not there. */
  idOf(token: string): number {
    return this.#byToken().get(token) ?? this.#unknownId
  }

  has(token: string): boolean {
    return this.#special.has(token) || (this.#ids ? this.#ids.has(token) : this.#pieces.includes(token))
  }

  /** Ids lie below this. */
  get idEnd(): number {
    let end = this.#pieces.length
    for (const id of this.#added.keys()) end = Math.max(end, id + 1)
    return end
  }

  hasId(id: number): boolean {
    return this.#added.has(id) || this.#pieces[id] !== undefined
  }

  tokenOf(id: number): string {
    const token = this.#added.get(id) ?? this.#pieces[id]
    if (token !== undefined) return token
    throw new AlbertError(
      'INVALID_INPUT',
      `Token id ${id} does not exist; the vocabulary has ${this.#byToken().size} tokens.`,
    )
  }

  isSpecial(token: string): boolean {
    return this.#special.has(token)
  }

  /** The special tokens that this vocabulary has. */
  roles(names: SpecialTokens): { [role in keyof SpecialTokens]: string | null } {
    const present = (name: string): string | null => (this.has(name) ? name : null)
    const { pad, unk, cls, sep, mask } = names
    return { pad: present(pad), unk: present(unk), cls: present(cls), sep: present(sep), mask: present(mask) }
  }

  #byToken(): ReadonlyMap<string, number> {
    if (!this.#ids) {
      const ids = new Map<string, number>()
      for (let id = 0; id < this.#pieces.length; id++) ids.set(this.#pieces[id]!, id)
      for (const [id, content] of this.#added) ids.set(content, id)
      this.#ids = ids
    }
    return this.#ids
  }
}
