// How long a text of 128 tokens takes, beside the JavaScript library where it is installed:
//   npx vitest bench --run test/lib/tokenizer
// Texts are neighbouring sentences of test/golden/text/sentences.txt, a different one each time. Figures are in docs/tokenizer.md.
import { readFileSync } from 'node:fs'
import { bench, describe } from 'vitest'
import { AlbertTokenizer } from '../../../lib/tokenizer/index.js'
import { golden, jsonLines, path, sentences } from './files.js'

interface Peer {
  encode(text: string, options?: { add_special_tokens: boolean }): { ids: number[] }
}

const peerName = '@huggingface/tokenizers'
const library = (await import(peerName).catch(() => undefined)) as
  | { Tokenizer: new (json: unknown, config: unknown) => Peer }
  | undefined

function peer(file: string): Peer | undefined {
  const config = { tokenizer_class: 'AlbertTokenizer', do_lower_case: true }
  return library && new library.Tokenizer(JSON.parse(readFileSync(file, 'utf8')), config)
}

const files = { 'V 8000': path('models/starter-en/tokenizer.json'), 'V 30000': golden.json }

for (const [name, file] of Object.entries(files)) {
  const tokenizer = await AlbertTokenizer.from_pretrained(file)
  const texts = textsOf128Tokens(tokenizer)
  const tokens = texts.reduce((sum, text) => sum + tokenizer.encodeIds(text).ids.length, 0) / texts.length
  const other = peer(file)
  let i = 0
  describe(`${texts.length} texts of ${tokens.toFixed(1)} tokens on average, ${name}`, () => {
    bench('encodeIds', () => void tokenizer.encodeIds(texts[i++ % texts.length]!))
    bench('tokenizer(text)', () => void tokenizer(texts[i++ % texts.length]!))
    if (other) bench(peerName, () => void other.encode(texts[i++ % texts.length]!))
  })
}

const judged = peer(golden.json)
if (judged) {
  const lines = jsonLines<{ cat: string; text: string; ids: number[] }>('test/golden/tokenizer.jsonl')
  const texts = lines.filter(line => line.cat !== 'pair')
  const exact = texts.filter(
    ({ text, ids }) => judged.encode(text, { add_special_tokens: false }).ids.join() === ids.join(),
  )
  console.info(`${peerName}: the ids of ${exact.length} of ${texts.length} golden texts`)
}

/** Sentences put together until they have 128 tokens. */
function textsOf128Tokens(tokenizer: AlbertTokenizer): string[] {
  const texts: string[] = []
  let text = ''
  for (const sentence of sentences()) {
    text = text === '' ? sentence : `${text} ${sentence}`
    if (tokenizer.encodeIds(text).ids.length < 128) continue
    texts.push(text)
    text = ''
  }
  return texts
}
