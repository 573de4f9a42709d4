// Other forms of tokenizer.json that transformers writes: made by editing the golden file as forms.py does, against forms.jsonl.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AlbertTokenizer } from '../../../lib/tokenizer/index.js'
import { facts, golden, jsonLines } from './files.js'

interface Step {
  type: string
  [field: string]: unknown
}
interface Form {
  added_tokens: Record<string, unknown>[]
  normalizer: { normalizers: Step[] }
  pre_tokenizer: unknown
  model: { vocab: [string, number][] }
}

const cases = jsonLines<{ form: string; text: string; decoded: string } & ReturnType<typeof facts>>(
  'test/lib/tokenizer/forms.jsonl',
)
const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false }

/** The edits of forms.py, by its names. */
const edits: Record<string, (form: Form) => void> = {
  spaces_only: form => {
    form.normalizer.normalizers.push({ type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' })
    form.pre_tokenizer = metaspace(form)
    for (let id = 5; id < 13; id++) form.added_tokens.push({ ...plain, id, content: form.model.vocab[id]![0] })
  },
  keep_accents: form => without(form, 'NFKD', 'StripAccents'),
  keep_case: form => without(form, 'Lowercase'),
  no_charsmap: form => without(form, 'Precompiled'),
  bare_steps: form => {
    without(form, 'NFKD', 'StripAccents', 'Lowercase', 'Precompiled')
    form.pre_tokenizer = metaspace(form)
  },
  more_tokens: form => {
    form.added_tokens[4]!['rstrip'] = true
    form.added_tokens.push(
      { ...plain, id: 30000, content: '<new>', lstrip: true, rstrip: true },
      { ...plain, id: 30001, content: '<new>x', special: true },
      { ...plain, id: 30002, content: 'w\u{1f600}', rstrip: true, special: true },
    )
  },
}

const folder = mkdtempSync(join(tmpdir(), 'albert-forms-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each(Object.keys(edits))('%s', async name => {
  const form = JSON.parse(readFileSync(golden.json, 'utf8')) as Form
  edits[name]!(form)
  const file = join(folder, 'tokenizer.json')
  writeFileSync(file, JSON.stringify(form))
  const tokenizer = await AlbertTokenizer.from_pretrained(file)
  const own = cases.filter(entry => entry.form === name)
  expect(own.length).toBe(60)
  for (const { text, ids, tokens, offsets, decoded } of own) {
    expect(facts(tokenizer, text), JSON.stringify(text)).toEqual({ ids, tokens, offsets })
    expect(tokenizer.decode(ids, { skip_special_tokens: true }), JSON.stringify(text)).toBe(decoded)
  }
})

test('the spelling of 2020, in which the published files are written', async () => {
  const form = JSON.parse(readFileSync(golden.json, 'utf8'))
  const old = { type: 'Metaspace', replacement: '\u2581', str_rep: '\u2581', add_prefix_space: true }
  form.pre_tokenizer.pretokenizers[1] = old
  form.decoder = old
  delete form.model.type
  delete form.model.byte_fallback
  form.truncation = { max_length: 4, strategy: 'LongestFirst', stride: 0 }
  const file = join(folder, 'tokenizer.json')
  writeFileSync(file, JSON.stringify(form))
  const [published, own] = await Promise.all([golden.json, file].map(name => AlbertTokenizer.from_pretrained(name)))
  const text = 'Hello, (world) 3.14 – [MASK]!'
  expect(facts(own!, text)).toEqual(facts(published!, text))
})

function without(form: Form, ...types: string[]): void {
  form.normalizer.normalizers = form.normalizer.normalizers.filter(step => !types.includes(step.type))
}

function metaspace(form: Form): unknown {
  return (form.pre_tokenizer as { pretokenizers: unknown[] }).pretokenizers[1]
}
