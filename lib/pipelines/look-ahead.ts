// Entries of a stream, read ahead of their answers: as many as keep the model busy, and no more. What has been read when the
// model has nothing to do goes to it together, so that a slow source is answered at once and a fast one in full batches.
import { setImmediate } from 'node:timers/promises'
import { partOf } from './list-part.js'

/** What is asked of the model at once at most: enough that sorting by length pays, few enough that answers come soon. */
const PART = 256
/** One part is at work, one waits behind it, one is read meanwhile. */
const PARTS_AT_WORK = 2
const ROOM = 3 * PART
/** A text takes one unit of room, and one more for so many letters: bounds memory where texts are books. */
const LETTERS_A_UNIT = 10_000

type AskList<Answer> = (list: unknown[]) => Promise<Answer[]>

/** The answers of a part, up to the first that failed. */
interface Answered<Answer> {
  answers: { value: Answer; units: number }[]
  failure?: { error: unknown }
}

interface Entry {
  value: unknown
  units: number
}

export class LookAhead<Answer> {
  readonly #source: AsyncIterator<unknown>
  readonly #askPart: () => AskList<Answer>
  /** Read, and not yet at work. */
  readonly #waiting: Entry[] = []
  /** At work or answered, in order. */
  readonly #parts: Promise<Answered<Answer>>[] = []
  #atWork = 0
  /** Entries at work so far: the place of the next one. */
  #begun = 0
  #unitsHeld = 0
  #reading = false
  #ended = false
  #closed = false
  /** What the source threw. */
  #failure: { error: unknown } | undefined
  #stopped: { error: unknown } | undefined
  #due = false
  #wake: () => void = () => {}
  #change = Promise.resolve()

  /** `askPart`: gives what a part is asked with, once or entry by entry; its lists know their place in the stream. */
  constructor(source: AsyncIterator<unknown>, askPart: () => AskList<Answer>) {
    this.#source = source
    this.#askPart = askPart
    this.#renew()
    void this.#read()
  }

  /** Answers of the next entries in order; undefined at the end. Rejects with what the source threw, in its place. */
  async next(): Promise<Answered<Answer> | undefined> {
    for (;;) {
      if (this.#stopped) throw this.#stopped.error
      const part = this.#parts.shift()
      if (part) return part
      if (this.#ended && this.#waiting.length === 0) {
        if (this.#failure) throw this.#failure.error
        return undefined
      }
      await this.#change
    }
  }

  /** An answer was taken: there is room for another entry. */
  release(units: number): void {
    this.#unitsHeld -= units
    this.#changed()
  }

  /** Lets `next` reject, were the source to wait for ever. */
  stop(error: unknown): void {
    this.#stopped = { error }
    this.#changed()
  }

  /** Reads no further and closes the source. */
  async close(): Promise<void> {
    this.#closed = true
    this.#changed()
    if (this.#ended) return
    const closing = Promise.resolve(this.#source.return?.())
    // A source that is waiting for its next entry may hear of it only then: it gets one turn of the event loop.
    if (!this.#reading) await closing
    else await Promise.race([closing.catch(() => {}), setImmediate()])
  }

  async #read(): Promise<void> {
    try {
      while (!this.#closed) {
        if (this.#unitsHeld >= ROOM) {
          await this.#change
          continue
        }
        this.#reading = true
        const { done, value } = await this.#source.next()
        this.#reading = false
        if (done) break
        const entry = { value, units: unitsOf(value) }
        this.#waiting.push(entry)
        this.#unitsHeld += entry.units
        this.#begin()
      }
    } catch (error) {
      this.#failure = { error }
    }
    if (this.#closed) return
    this.#ended = true
    this.#changed()
  }

  /** Soon, and not at once: a source that has more at hand gives it first. */
  #begin(): void {
    if (this.#due) return
    this.#due = true
    void setImmediate().then(() => {
      this.#due = false
      while (!this.#closed && this.#atWork < PARTS_AT_WORK && this.#waiting.length > 0) this.#beginPart()
    })
  }

  #beginPart(): void {
    const part = this.#waiting.splice(0, PART)
    const first = this.#begun
    this.#begun += part.length
    this.#atWork++
    const answered = this.#answered(part, first).finally(() => {
      this.#atWork--
      this.#begin()
    })
    this.#parts.push(answered)
    this.#changed()
  }

  /**
   * Which entries share a part is a matter of time. So that it decides nothing, the entries of a part that failed are
   * asked one by one: those before the bad one are answered.
   */
  async #answered(part: Entry[], first: number): Promise<Answered<Answer>> {
    const answered: Answered<Answer> = { answers: [] }
    const askList = this.#askPart()
    const ask = async (from: number, end: number): Promise<void> => {
      const entries = part.slice(from, end)
      const list = entries.map(({ value }) => value)
      const values = await askList(partOf(list, first + from))
      for (const [i, { units }] of entries.entries()) answered.answers.push({ value: values[i]!, units })
    }
    try {
      await ask(0, part.length).catch(async error => {
        if (part.length === 1 || this.#closed) throw error
        for (let i = 0; i < part.length; i++) await ask(i, i + 1)
      })
    } catch (error) {
      answered.failure = { error }
    }
    return answered
  }

  #changed(): void {
    this.#wake()
    this.#renew()
  }

  #renew(): void {
    this.#change = new Promise(resolve => {
      this.#wake = resolve
    })
  }
}

/** Room that an entry takes: a text, or an object or a list with texts. */
function unitsOf(value: unknown): number {
  return 1 + Math.floor(lettersOf(value, 2) / LETTERS_A_UNIT)
}

function lettersOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || depth === 0) return 0
  return Object.values(value).reduce((sum: number, each) => sum + lettersOf(each, depth - 1), 0)
}
