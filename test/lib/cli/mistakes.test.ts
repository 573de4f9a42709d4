// What the command line says when something is wrong: one clear line, a hint, the right exit code, never a stack.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture } from '../pipelines/fixture.js'
import { albert, program, type RunOptions, start } from './albert.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'albert-mistakes-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ')

describe('one line, a hint, an exit code', () => {
  const mistakes: [what: string, args: string[], code: number, said: RegExp][] = [
    [
      'a file that is not there',
      ['embed', '--file', 'no-such-file.txt'],
      66,
      /^albert: There is no file 'no-such-file\.txt'\.$/m,
    ],
    ['a folder for a file', ['embed', '--file', '.'], 66, /'\.' is a folder, not a file/],
    [
      'a model that is not there',
      ['embed', 'x', '--model', './no-such-model'],
      66,
      /Model '\.\/no-such-model' was not found; tried .*no-such-model/,
    ],
    [
      '513 tokens without truncation',
      ['embed', words(511), '--no-auto-truncate'],
      64,
      /The text has 513 tokens, special tokens included; at most 512 are allowed\. \(TOO_LONG\)/,
    ],
    [
      'a head that the model lacks',
      ['classify', 'A film.'],
      66,
      /no trained head for text-classification: .*AlbertForSequenceClassification.* \(NO_HEAD\)/,
    ],
    ['no mask', ['fill-mask', 'No gap.'], 64, /has no \[MASK\]/],
    ['an unknown option', ['fill-mask', '--tok-k', '3'], 2, /Unknown option '--tok-k'\.\n {2}Did you mean --top-k\?/],
    ['an unknown command', ['fillmask', 'x'], 2, /Unknown command 'fillmask'\.\n {2}Did you mean fill-mask\?/],
    ['an option without its value', ['embed', '--model'], 2, /argument missing/],
    [
      'a value that is no number',
      ['fill-mask', 'x', '--top-k', 'many'],
      2,
      /--top-k must be a whole number from 1 on, not 'many'/,
    ],
    [
      'a pooling that is none',
      ['embed', 'x', '--pooling', 'average'],
      2,
      /--pooling must be one of mean, .*, not 'average'/,
    ],
    [
      'a dtype of another package',
      ['embed', 'x', '--dtype', 'q4'],
      2,
      /dtype "q4" is not supported; this version runs/,
    ],
    ['two formats', ['embed', 'x', '--json', '--ndjson'], 2, /--json and --ndjson exclude each other/],
    ['texts and a file', ['embed', 'x', '--file', 'y'], 2, /as arguments or with --file, not both/],
    ['a missing argument', ['similarity'], 2, /Missing required argument 'source'/],
    ['one sentence to order', ['order', 'Only one.'], 2, /Order compares two sentences; the arguments hold 1/],
    ['vectors of tokens in a pipe', ['embed', 'x', '--pooling', 'none'], 2, /ask for it with --json or --ndjson/],
    [
      'dimensions that are not there',
      ['embed', 'x', '--dimensions', '300'],
      64,
      /dimensions must be a whole number from 1 to 256, not 300/,
    ],
    ['an id that is none', ['decode', '99999'], 64, /"99999" is not an id; ids run from 0 to 7999/],
    ['a weight file that is none', ['inspect', 'package.json.safetensors'], 66, /package\.json\.safetensors/],
    ['arguments for a command without', ['doctor', 'now'], 2, /Too many arguments .*but got 1\.\n/],
    ['a choice that is none', ['ner', 'x', '--aggregation-strategy', 'last'], 2, /choices are none, .*, max\.\n/],
    ['an empty label', ['zero-shot', 'x', '--labels', 'a,,b'], 2, /--labels must be .*, not 'a,,b'\.$/m],
    ['no question', ['qa', ' ', 'A text.'], 2, /The question is empty/],
  ]
  test.each(mistakes)('%s', async (_, args, code, said) => {
    const run = await albert(args)
    expect(run.stderr).toMatch(said)
    expect(run.code).toBe(code)
    expect(run.stdout).toBe('')
    expect(run.stderr).not.toMatch(/^ {4}at /m)
    expect(run.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
  })

  test('ALBERT_DEBUG=1 shows the stack', async () => {
    const { stderr } = await albert(['fill-mask', 'No gap.'], { env: { ALBERT_DEBUG: '1' } })
    expect(stderr).toMatch(/^ {4}at /m)
  })

  test('bytes that are not UTF-8', async () => {
    const { code, stderr } = await albert(['embed'], { stdin: Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a) })
    expect(stderr).toMatch(/stdin is not UTF-8 text: line 2 is the first that is not\./)
    expect(code).toBe(64)
  })

  test('a letter that ends in the middle is told by its line', async () => {
    for (const bytes of [[0xe2, 0x0a, 0x61, 0x0a], [0xe2]])
      expect((await albert(['tokenize'], { stdin: Uint8Array.of(0x61, 0x0a, ...bytes) })).stderr).toContain('line 2')
  })

  test('a line without its second text', async () => {
    const { code, stderr } = await albert(['order', '--json'], { stdin: 'a\tb\nonly one\n' })
    expect(stderr).toMatch(/A pair needs a tab between its two texts; "only one" has none/)
    expect(code).toBe(64)
  })
})

describe('a mistake in one of many texts', () => {
  const stdin = 'The [MASK] is red.\nNo gap.\nA [MASK].\n'

  test('is said with its line, the others are answered, exit code 1', async () => {
    const { code, stdout, stderr } = await albert(['fill-mask', '--top-k', '1'], { stdin })
    expect(stderr).toBe('stdin:2: The text has no [MASK]: write [MASK] where the word is missing.\n')
    expect(stdout.split('\n').map(line => line.split('\t')[0])).toEqual(['The [MASK] is red.', 'A [MASK].', ''])
    expect(code).toBe(1)
  })

  test('--ndjson has a line for it, too', async () => {
    const { code, stdout } = await albert(['fill-mask', '--ndjson'], { stdin })
    const lines = stdout
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as unknown)
    expect(lines).toMatchObject([[{}, {}, {}, {}, {}], { error: { code: 'MASK_NOT_FOUND' } }, [{}, {}, {}, {}, {}]])
    expect(code).toBe(1)
  })

  test('--json is all or nothing', async () => {
    const { code, stdout } = await albert(['fill-mask', '--json'], { stdin })
    expect(stdout).toBe('')
    expect(code).toBe(64)
  })
})

describe('a mistake in the options is said once, and no text is answered', () => {
  const stdin = 'She was in the house.\nThe king said that.\n'
  const mistakes: [args: string[], said: RegExp][] = [
    [['fill-mask', '--targets', 'unbelievable'], /^albert: .*unbelievable/],
    [['embed', '--max-length', '600'], /^albert: max_length must be a whole number from 3 to 512, not 600/],
    [
      ['ner', '--stride', '62', '--model', fixture('token-classification').folder],
      /^albert: stride 62 must be smaller/,
    ],
    [
      ['qa', 'Who?', '--doc-stride', '80', '--model', fixture('question-answering').folder],
      /^albert: doc_stride 80 must be smaller/,
    ],
    [
      [
        'zero-shot',
        '--labels',
        'a,b',
        '--hypothesis-template',
        'no',
        '--model',
        fixture('zero-shot-classification').folder,
      ],
      /^albert: hypothesis_template must hold \{\} for the label, not "no"/,
    ],
  ]
  test.each(mistakes)('%s', async (args, said) => {
    for (const format of [[], ['--ndjson']]) {
      const { code, stdout, stderr } = await albert([...args, ...format], { stdin })
      expect(stderr).toMatch(said)
      expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
      expect(stdout).toBe('')
      expect(code).toBe(64)
    }
  })

  test('but a line that is no pair is a mistake in this line', async () => {
    const { code, stdout, stderr } = await albert(['order'], { stdin: 'only one\nA.\tB.\n' })
    expect(stderr).toMatch(/^stdin:1: A pair needs a tab/)
    expect(stdout).toMatch(/^A\.\tB\.\t/)
    expect(code).toBe(1)
  })
})

describe('what is said beside the answer', () => {
  test('texts that were cut, once; nothing with --quiet', async () => {
    const stdin = `${words(600)}\nshort\n${words(700)}\n`
    const loud = await albert(['embed', '--dimensions', '2'], { stdin })
    expect(loud.stderr).toBe('note: 2 texts were cut to 512 tokens; --no-auto-truncate refuses such texts instead.\n')
    const quiet = await albert(['embed', '--dimensions', '2', '--quiet'], { stdin })
    expect(quiet).toEqual({ code: 0, stdout: loud.stdout, stderr: '' })
  })

  test('a dtype that runs as another', async () => {
    const { stderr } = await albert(['embed', 'x', '--dtype', 'fp16', '--dimensions', '2'])
    expect(stderr).toBe("note: dtype 'fp16' is a form of storage here: the model runs as fp32.\n")
  })
})

describe('settings: flag, then variable, then albert.config.json, then default', () => {
  const width = async (args: string[], options: RunOptions): Promise<number> => {
    const { stdout } = await albert(['embed', 'Rain.', ...args], options)
    return stdout.trimEnd().split('\t').length
  }

  test('in this order', async () => {
    writeFileSync(join(folder, 'albert.config.json'), '{ "dimensions": 5, "normalize": false }')
    expect(await width([], {})).toBe(256)
    expect(await width([], { cwd: folder })).toBe(5)
    const env = { ALBERT_DIMENSIONS: '4' }
    expect(await width([], { cwd: folder, env })).toBe(4)
    expect(await width(['--dimensions', '3'], { cwd: folder, env })).toBe(3)
  })

  test('true and false', async () => {
    const first = async (args: string[], options: RunOptions): Promise<number> =>
      Number((await albert(['embed', 'Rain.', '--dimensions', '2', ...args], options)).stdout.split('\t')[0])
    const unit = await first([], {})
    const whole = await first(['--no-normalize'], {})
    expect(whole).not.toBe(unit)
    expect(await first([], { env: { ALBERT_NORMALIZE: 'false' } })).toBe(whole)
    expect(await first([], { cwd: folder })).toBe(whole)
    expect(await first([], { cwd: folder, env: { ALBERT_NORMALIZE: 'true' } })).toBe(unit)
  })

  test.each([
    ['{ "dimension": 5 }', 2, "albert.config.json has no setting 'dimension'.\n  Did you mean 'dimensions'?"],
    ['{ "dimensions": "wide" }', 2, "albert.config.json: dimensions must be a whole number from 1 on, not 'wide'."],
    ['{ dimensions }', 66, 'albert.config.json is not JSON'],
    ['[1]', 66, 'albert.config.json must hold one object'],
  ])('a configuration file with %s', async (content, code, said) => {
    writeFileSync(join(folder, 'albert.config.json'), content)
    const run = await albert(['embed', 'Rain.'], { cwd: folder })
    expect(run.stderr).toContain(said)
    expect(run.code).toBe(code)
  })

  test('a variable with a wrong value is named', async () => {
    const { code, stderr } = await albert(['embed', 'Rain.'], { env: { ALBERT_NUM_THREADS: 'all' } })
    expect(stderr).toContain("ALBERT_NUM_THREADS must be a whole number from 1 on, not 'all'.")
    expect(code).toBe(2)
  })
})

describe('pipes and signals', () => {
  const many = `${Array.from({ length: 20_000 }, (_, i) => `This is sentence number ${i} of many.`).join('\n')}\n`

  test('a reader that has seen enough is no error', async () => {
    const child = start(['embed'])
    let stderr = ''
    child.stderr!.on('data', part => (stderr += part))
    child.stdin!.on('error', () => {})
    child.stdin!.end(many)
    child.stdout!.once('data', () => child.stdout!.destroy())
    const code = await new Promise(resolve => child.on('close', resolve))
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  test.skipIf(!existsSync('/dev/full'))('an output that cannot be written', async () => {
    const child = spawn('sh', ['-c', '"$0" "$1" embed > /dev/full', process.execPath, program])
    let stderr = ''
    child.stderr.on('data', part => (stderr += part))
    child.stdin.end('Rain.\n')
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(73)
    expect(stderr).toMatch(/^albert: the output cannot be written: ENOSPC/)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it with %i', async (signal, code) => {
    const child = start(['embed'])
    child.stdin!.on('error', () => {})
    child.stdin!.end(many)
    child.stdout!.once('data', () => child.kill(signal))
    child.stdout!.on('data', () => {})
    const ended = await new Promise(resolve => child.on('close', (exit, by) => resolve(by ?? exit)))
    expect(ended).toBe(code)
  })
})
