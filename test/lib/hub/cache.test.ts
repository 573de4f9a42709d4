// What lies in the cache and what is asked of the hub: the layout of Python, only what is needed, only when it is needed.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { env, LogLevel } from '../../../lib/env.js'
import { AlbertForSequenceClassification, AlbertModel } from '../../../lib/heads.js'
import { type CachedEntry, cachedModels } from '../../../lib/hub/cached-models.js'
import { accessToken } from '../../../lib/hub/token.js'
import type { ProgressEvent } from '../../../lib/load-progress.js'
import { pipeline } from '../../../lib/pipelines/index.js'
import { AutoTokenizer } from '../../../lib/tokenizer/index.js'
import { etagOf, TINY_FILES } from './server.js'
import { filesBelow, useHub } from './surroundings.js'

const golden = join(import.meta.dirname, '../../golden/hub-cache')
const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const around = useHub()
/** That has the hub's library. */
const python = process.env['ALBERT_ORACLE_PYTHON']
const threads = 1

/** All questions fail: nothing may be asked. */
function closeNetwork(): void {
  env.fetch = input => expect.unreachable(`${String(input)} was asked`)
}

function pythonCache(): string {
  const program = 'import huggingface_hub.constants as c, os; print(os.path.normpath(c.HF_HUB_CACHE))'
  return spawnSync(python!, ['-c', program], { encoding: 'utf8' }).stdout.trim()
}

async function rank(model: string, options = {}): Promise<number> {
  const p = await pipeline('text-ranking', model, { threads, ...options })
  const [first] = await p('a dog', ['a cat', 'the king'])
  await p.dispose()
  return first!.score
}

async function warnings(work: () => Promise<unknown>): Promise<string[]> {
  const heard: string[] = []
  const listen = (warning: Error): void => void (warning.name === 'AlbertWarning' && heard.push(warning.message))
  process.on('warning', listen)
  await work()
  await new Promise(resolve => setTimeout(resolve, 10))
  process.off('warning', listen)
  return heard
}

describe('the layout of Python', () => {
  test('what we fetch lies where Python would have put it, to the link', async () => {
    around.hub.repositories.get('org/tiny')!.commit = COMMIT
    await rank('org/tiny')
    const ours = filesBelow(around.folder)
    // A mark for backups, and a file that transformers asks for.
    const theirs = filesBelow(golden).filter(file => !/CACHEDIR.TAG|special_tokens_map/.test(file))
    expect(ours).toEqual(theirs)
    for (const file of ours) {
      expect(readFileSync(join(around.folder, file))).toEqual(readFileSync(join(golden, file)))
      if (file.includes('snapshots'))
        expect(readlinkSync(join(around.folder, file))).toBe(readlinkSync(join(golden, file)))
    }
  })

  test('what Python has fetched is found, without a question', async () => {
    const score = await rank('./test/fixtures/text-ranking')
    closeNetwork()
    process.env['HF_HUB_CACHE'] = golden
    expect(await rank('org/tiny', { local_files_only: true })).toBe(score)
    expect(await rank('org/tiny', { revision: COMMIT })).toBe(score)
  })

  test.skipIf(!python)('Python finds what we fetched (needs ALBERT_ORACLE_PYTHON)', async () => {
    await rank('org/tiny')
    const [{ bytes }] = (await cachedModels(around.folder)) as [CachedEntry]
    const program = [
      'import huggingface_hub as h',
      `for f in ${JSON.stringify(TINY_FILES)}: print(h.hf_hub_download("org/tiny", f, local_files_only=True))`,
      'c = h.scan_cache_dir()',
      'print(c.warnings, [(r.repo_id, r.nb_files, r.size_on_disk, list(r.refs)) for r in c.repos])',
    ]
    const { stdout, stderr } = spawnSync(python!, ['-c', program.join('\n')], {
      encoding: 'utf8',
      env: { ...process.env, HF_HUB_OFFLINE: '1' },
    })
    expect(stderr).toBe('')
    const snapshot = join(around.folder, 'models--org--tiny/snapshots', 'a'.repeat(40))
    expect(stdout.trim().split('\n')).toEqual([
      ...TINY_FILES.map(file => join(snapshot, file)),
      // Python does not count the ref.
      `[] [('org/tiny', 4, ${bytes - 40}, ['main'])]`,
    ])
  })
})

describe('what is asked', () => {
  test('only the files that are needed, each once', async () => {
    const { hub } = around
    const { files } = hub.repositories.get('org/tiny')!
    for (const other of [
      'README.md',
      'pytorch_model.bin',
      'tf_model.h5',
      'onnx/model.onnx',
      'vocab.txt',
      'spiece.model',
    ])
      files.set(other, Buffer.from(other))
    await rank('org/tiny')
    const fetched = hub.asked.filter(each => each.startsWith('GET') && !each.includes('storage'))
    expect(fetched.sort()).toEqual(TINY_FILES.map(file => `GET ${file}`).sort())
    expect(hub.count(/README|pytorch|tf_model|onnx|vocab|spiece/)).toBe(0)
  })

  test('a model without its tokenizer, a tokenizer without its model', async () => {
    const { hub } = around
    const model = await AlbertForSequenceClassification.from_pretrained('org/tiny', { threads })
    await model.dispose()
    expect(hub.count(/tokenizer/)).toBe(0)
    hub.reset()
    await AutoTokenizer.from_pretrained('org/tiny')
    expect(hub.count(/GET config|safetensors/)).toBe(0)
  })

  test('spiece.model where there is no tokenizer.json', async () => {
    const spiece = readFileSync('models/starter-en/spiece.model')
    around.hub.add('org/pieces', { 'config.json': '{}', 'spiece.model': spiece })
    const tokenizer = await AutoTokenizer.from_pretrained('org/pieces')
    expect(tokenizer.decode(tokenizer.encode('Rain.'), { skip_special_tokens: true })).toBe('rain.')
    closeNetwork()
    await AutoTokenizer.from_pretrained('org/pieces', { revision: 'b'.repeat(40) })
  })

  test('a second time one question, for a commit none', async () => {
    const { hub } = around
    await rank('org/tiny')
    hub.asked.length = 0
    await rank('org/tiny')
    expect(hub.asked).toEqual(['HEAD config.json'])
    hub.asked.length = 0
    await rank('org/tiny', { revision: 'a'.repeat(40) })
    expect(hub.asked).toEqual([])
  })

  test('of a new commit only the files that differ', async () => {
    const { hub, folder } = around
    await rank('org/tiny')
    const repository = hub.repositories.get('org/tiny')!
    repository.commit = 'd'.repeat(40)
    repository.files.set('tokenizer_config.json', Buffer.from('{"do_lower_case": true}'))
    hub.asked.length = 0
    await rank('org/tiny')
    expect(hub.asked.filter(each => each.startsWith('GET'))).toEqual(['GET tokenizer_config.json'])
    expect(readFileSync(join(folder, 'models--org--tiny/refs/main'), 'utf8')).toBe('d'.repeat(40))
    closeNetwork()
    await rank('org/tiny', { revision: 'a'.repeat(40) })
  })

  test('revision, subfolder and model_file_name', async () => {
    const { files } = around.hub.repositories.get('org/tiny')!
    const moved = [...files].map(([file, content]) => [`small/${file.replace('model.', 'best.')}`, content] as const)
    around.hub.add('org/deep', Object.fromEntries(moved))
    const options = { subfolder: 'small', model_file_name: 'best', revision: 'v1' }
    const score = await rank('org/deep', options)
    expect(score).toBe(await rank('org/tiny'))
    const snapshot = join(around.folder, 'models--org--deep/snapshots', 'b'.repeat(40))
    expect(filesBelow(snapshot)).toContain('small/best.safetensors')
    expect(readFileSync(join(around.folder, 'models--org--deep/refs/v1'), 'utf8')).toBe('b'.repeat(40))
    // A folder of this machine has the same options.
    const folder = join(around.folder, 'local')
    mkdirSync(folder)
    for (const file of filesBelow(snapshot)) cpSync(join(snapshot, file), join(folder, file), { dereference: true })
    expect(await rank(folder, options)).toBe(score)
  })

  test('folders in variables are read as Python reads them: ~ and other variables in them', async () => {
    const { folder } = around
    process.env['HOME'] = folder
    process.env['ALBERT_CACHE_TEST'] = 'deep'
    const ways: [Record<string, string>, string][] = [
      [{ HF_HUB_CACHE: '~/one' }, 'one'],
      [{ HUGGINGFACE_HUB_CACHE: '$HOME/two' }, 'two'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how it is written in a shell
      [{ HF_HOME: '~/three/${ALBERT_CACHE_TEST}' }, 'three/deep/hub'],
      [{ XDG_CACHE_HOME: '~/four' }, 'four/huggingface/hub'],
      [{ HF_HUB_CACHE: '~' }, ''],
      [{ HF_HUB_CACHE: '~/$ALBERT_CACHE_NONE/a~' }, '$ALBERT_CACHE_NONE/a~'],
    ]
    for (const [variables, expected] of ways) {
      for (const name of ['HF_HUB_CACHE', 'HF_HOME', 'HUGGINGFACE_HUB_CACHE', 'XDG_CACHE_HOME'])
        delete process.env[name]
      Object.assign(process.env, variables)
      expect(env.cacheDir).toBe(join(folder, expected))
      if (python) expect(pythonCache()).toBe(join(folder, expected))
    }
    mkdirSync(join(folder, 'home'))
    writeFileSync(join(folder, 'home/mine'), 'hf_mine')
    process.env['HF_TOKEN_PATH'] = '~/home/mine'
    expect(accessToken()).toBe('hf_mine')
  })

  test('cache_dir wins over the environment', async () => {
    const cache_dir = join(around.folder, 'own')
    await rank('org/tiny', { cache_dir })
    expect(filesBelow(around.folder).every(file => file.startsWith('own/'))).toBe(true)
  })

  test('a hub below a path, by HF_ENDPOINT or remotePathTemplate', async () => {
    const { hub } = around
    const files = Object.fromEntries(hub.repositories.get('org/tiny')!.files)
    hub.add('api/models/org/tiny', files)
    process.env['HF_ENDPOINT'] = `${hub.url}/api/models/`
    await rank('org/tiny')
    process.env['HF_ENDPOINT'] = hub.url
    env.remotePathTemplate = 'api/models/{model}/resolve/{revision}'
    await rank('org/tiny', { cache_dir: join(around.folder, 'two') })
    expect(hub.count('GET storage model.safetensors')).toBe(2)
  })

  test('the token, from HF_TOKEN or from the file that Python writes', async () => {
    const { hub, folder } = around
    const sent = async (): Promise<string | undefined> => {
      hub.headers.length = 0
      await AutoTokenizer.from_pretrained('org/tiny')
      return hub.headers[0]!.authorization
    }
    expect(await sent()).toBeUndefined()
    mkdirSync(join(folder, 'home'))
    writeFileSync(join(folder, 'home/token'), 'hf_file\n')
    expect(await sent()).toBe('Bearer hf_file')
    process.env['HF_TOKEN'] = 'hf_variable'
    expect(await sent()).toBe('Bearer hf_variable')
    process.env['HF_HUB_DISABLE_IMPLICIT_TOKEN'] = '1'
    expect(await sent()).toBeUndefined()
  })

  test('requests are said at LogLevel.DEBUG, warnings not above WARNING', async () => {
    const said: string[] = []
    const { debug } = console
    console.debug = (text: string) => said.push(text)
    env.logLevel = LogLevel.DEBUG
    await rank('org/tiny').finally(() => (console.debug = debug))
    expect(said[0]).toContain(`HEAD ${around.hub.url}/org/tiny/resolve/main/config.json`)
    expect(said.join()).not.toContain('signature')
    env.logLevel = LogLevel.ERROR
    expect(await warnings(() => AlbertModel.from_pretrained('org/tiny', { threads }))).toEqual([])
    env.logLevel = LogLevel.WARNING
  })
})

describe('weights in several files', () => {
  const files = async (): Promise<Record<string, string | Buffer>> => {
    const { files } = around.hub.repositories.get('org/tiny')!
    const content = files.get('model.safetensors')!
    const size = Number(content.readBigUInt64LE(0))
    const header = JSON.parse(content.subarray(8, 8 + size).toString()) as Record<
      string,
      { data_offsets: [number, number] }
    >
    const names = Object.keys(header).filter(name => name !== '__metadata__')
    const shard = (own: string[]): Buffer => {
      let end = 0
      const parts: Buffer[] = []
      const entries = own.map(name => {
        const [from, to] = header[name]!.data_offsets
        parts.push(content.subarray(8 + size + from, 8 + size + to))
        end += to - from
        return [name, { ...header[name], data_offsets: [end - to + from, end] }]
      })
      const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(text.length))
      return Buffer.concat([length, text, ...parts])
    }
    const halves = [names.slice(0, 5), names.slice(5)]
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    const weight_map = Object.fromEntries(halves.flatMap((half, at) => half.map(name => [name, shards[at]])))
    const others = [...files].filter(([file]) => file !== 'model.safetensors')
    return {
      ...Object.fromEntries(others),
      'model.safetensors.index.json': JSON.stringify({ weight_map }),
      [shards[0]!]: shard(halves[0]!),
      [shards[1]!]: shard(halves[1]!),
    }
  }

  test('index and shards are fetched, told one by one, and found again without a question', async () => {
    around.hub.add('org/shards', await files())
    const events: ProgressEvent[] = []
    const score = await rank('org/shards', { progress_callback: (event: ProgressEvent) => events.push(event) })
    expect(score).toBe(await rank('org/tiny'))
    const done = events.flatMap(event => (event.status === 'done' ? [event.file] : []))
    expect(done.filter(file => /^model/.test(file))).toEqual([
      'model.safetensors.index.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ])
    closeNetwork()
    expect(await rank('org/shards', { revision: 'b'.repeat(40) })).toBe(score)
  })

  test.each(['../../../evil.safetensors', '/etc/evil.safetensors', 'a\\b.safetensors', 'x/../y.safetensors'])(
    'an index that leads to %j is refused, and nothing of it is fetched',
    async shard => {
      const { hub } = around
      const index = JSON.stringify({ weight_map: { x: shard } })
      hub.add('org/evil', { ...(await files()), 'model.safetensors.index.json': index })
      await expect(rank('org/evil')).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' })
      expect(hub.count(/evil|\by\.safetensors|b\.safetensors/)).toBe(0)
    },
  )

  test('an index that names pickles, or a shard that is not there', async () => {
    const { hub } = around
    const all = await files()
    hub.add('org/pickles', { ...all, 'model.safetensors.index.json': '{"weight_map":{"x":"pytorch_model.bin"}}' })
    await expect(rank('org/pickles')).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' })
    delete all['model-00002-of-00002.safetensors']
    hub.add('org/half', all)
    await expect(rank('org/half')).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('model-00002-of-00002.safetensors'),
    })
    expect(hub.count(/GET.*(bin|-0000)/)).toBe(0)
    delete all['model-00001-of-00002.safetensors']
    hub.reset()
    hub.add('org/none', all)
    await expect(rank('org/none')).rejects.toMatchObject({ message: expect.stringContaining('-00001-of-00002') })
    expect(hub.count(/-00002-of-00002/)).toBe(0)
  })
})

test.each([
  ['pytorch_model.bin', /t\.AlbertForSequenceClassification.*'org\/other'/],
  ['tf_model.h5', /from_tf=True.*'org\/other'/],
  ['onnx/model.onnx', /exported from/],
])('a model that has only %s is refused with the way out, and not fetched', async (file, hint) => {
  const { hub } = around
  const config = hub.repositories.get('org/tiny')!.files.get('config.json')!
  hub.add('org/other', { 'config.json': config, 'tokenizer.json': '{}', [file]: 'bytes' })
  await expect(rank('org/other')).rejects.toMatchObject({
    code: 'UNSUPPORTED_CHECKPOINT',
    hint: expect.stringMatching(hint),
  })
  expect(hub.asked.filter(each => each.startsWith('GET'))).toEqual(['GET config.json'])
})

describe('without a network', () => {
  const ways: [string, (options: { local_files_only?: boolean }) => void][] = [
    ['HF_HUB_OFFLINE', () => Object.assign(process.env, { HF_HUB_OFFLINE: '1' })],
    ['TRANSFORMERS_OFFLINE', () => Object.assign(process.env, { TRANSFORMERS_OFFLINE: '1' })],
    ['env.allowRemoteModels', () => Object.assign(env, { allowRemoteModels: false })],
    ['local_files_only', options => Object.assign(options, { local_files_only: true })],
  ]

  test.each(ways)(
    '%s: what is here answers, what is not is OFFLINE with every place that was tried',
    async (name, close) => {
      const score = await rank('org/tiny')
      const options = {}
      close(options)
      closeNetwork()
      expect(await rank('org/tiny', options)).toBe(score)
      const error = await rank('org/none', options).catch(error => error)
      expect(error).toMatchObject({ code: 'OFFLINE', hint: expect.stringContaining('albert pull org/none') })
      for (const part of [name, join(process.cwd(), 'org/none'), join(around.folder, 'models--org--none')])
        expect(error.message).toContain(part)
      // A snapshot that lacks its weights is no model.
      rmSync(join(around.folder, 'models--org--tiny/snapshots', 'a'.repeat(40), 'model.safetensors'))
      await expect(rank('org/tiny', options)).rejects.toMatchObject({ code: 'OFFLINE' })
      await expect(AutoTokenizer.from_pretrained('org/tiny', options)).resolves.toBeDefined()
    },
  )

  test('a hub that does not answer: the cache does, and it is said', async () => {
    const score = await rank('org/tiny')
    around.hub.misbehave = ask => {
      ask.response.destroy()
      return true
    }
    const heard = await warnings(async () => expect(await rank('org/tiny')).toBe(score))
    expect(heard).toEqual([expect.stringContaining("Model 'org/tiny' is taken from the cache as it was.")])
  })
})

describe('events', () => {
  test('initiate, download, progress and done for each file, progress_total over all that never goes back, ready', async () => {
    const events: ProgressEvent[] = []
    await rank('org/tiny', { progress_callback: (event: ProgressEvent) => events.push(event) })
    for (const file of TINY_FILES) {
      const own = events.filter(event => 'file' in event && event.file === file)
      expect(own.slice(0, 2).map(({ status }) => status)).toEqual(['initiate', 'download'])
      expect(new Set(own.slice(2, -1).map(({ status }) => status))).toEqual(new Set(['progress']))
      expect(own.at(-1)).toEqual({ status: 'done', name: 'org/tiny', file })
      const size = around.hub.repositories.get('org/tiny')!.files.get(file)!.length
      expect(own.at(-2)).toMatchObject({ progress: 100, loaded: size, total: size })
    }
    const whole = events.flatMap(event => (event.status === 'progress_total' ? [event.progress] : []))
    expect(whole).toEqual([...whole].sort((a, b) => a - b))
    expect(whole.at(-1)).toBe(100)
    expect(events.at(-1)).toEqual({ status: 'ready', task: 'text-ranking', model: 'org/tiny' })
  })

  test('a tokenizer and a model tell theirs', async () => {
    const told = new Set<string>()
    const progress_callback = (event: ProgressEvent): void => {
      if (event.status === 'download') told.add(event.file)
    }
    await AutoTokenizer.from_pretrained('org/tiny', { progress_callback })
    expect([...told].sort()).toEqual(['tokenizer.json', 'tokenizer_config.json'])
    const model = await AlbertForSequenceClassification.from_pretrained('org/tiny', { threads, progress_callback })
    await model.dispose()
    expect([...told].sort()).toEqual(TINY_FILES)
  })

  /** Of each file what was told, and the whole at last. */
  async function told(): Promise<{ files: Record<string, string[]>; whole: number | undefined }> {
    const events: ProgressEvent[] = []
    await rank('org/tiny', { progress_callback: (event: ProgressEvent) => events.push(event) })
    const files: Record<string, string[]> = {}
    for (const event of events)
      if ('file' in event) {
        const own = files[event.file] ?? []
        files[event.file] = own.at(-1) === event.status ? own : [...own, event.status]
      }
    return { files, whole: events.flatMap(event => (event.status === 'progress_total' ? [event.progress] : [])).at(-1) }
  }

  test('bytes that are there under another commit are not told as fetched, and the whole ends with 100', async () => {
    await rank('org/tiny')
    const repository = around.hub.repositories.get('org/tiny')!
    repository.commit = 'd'.repeat(40)
    repository.files.set('config.json', Buffer.concat([repository.files.get('config.json')!, Buffer.from('\n')]))
    const { files, whole } = await told()
    expect(files['config.json']).toEqual(['initiate', 'download', 'progress', 'done'])
    expect(files['model.safetensors']).toEqual(['initiate', 'progress', 'done'])
    expect(whole).toBe(100)
  })

  test('a file that only lacked its name has its progress too', async () => {
    const weights = around.hub.repositories.get('org/tiny')!.files.get('model.safetensors')!
    const blobs = join(around.folder, 'models--org--tiny/blobs')
    mkdirSync(blobs, { recursive: true })
    writeFileSync(join(blobs, `${etagOf('model.safetensors', weights)}.albert.incomplete`), weights)
    const { files, whole } = await told()
    expect(files['model.safetensors']).toEqual(['initiate', 'download', 'progress', 'done'])
    expect(whole).toBe(100)
    expect(around.hub.count('GET storage model.safetensors')).toBe(0)
  })

  test.each([null, 'no more'])('a callback may throw anything: %s', async thrown => {
    const progress_callback = ({ status }: ProgressEvent): void => {
      if (status === 'progress') throw thrown
    }
    expect(await rank('org/tiny', { progress_callback }).catch(error => error)).toBe(thrown)
  })

  test('a callback that throws ends it; what came is kept', async () => {
    const progress_callback = (event: ProgressEvent): void => {
      if (event.status === 'progress' && event.file === 'model.safetensors') throw new Error('no more')
    }
    await expect(rank('org/tiny', { progress_callback })).rejects.toThrow('no more')
    expect(filesBelow(around.folder).filter(file => file.endsWith('.lock'))).toEqual([])
    await rank('org/tiny')
  })
})

describe('disks', () => {
  test('a cache that cannot be written: the folder for temporary files, said once, and used again', async () => {
    process.env['TMPDIR'] = around.folder
    const file = join(around.folder, 'a-file')
    writeFileSync(file, '')
    process.env['HF_HUB_CACHE'] = join(file, 'hub')
    const heard = await warnings(async () => {
      await rank('org/tiny')
      await rank('org/tiny')
    })
    expect(heard).toEqual([expect.stringMatching(/a-file\/hub cannot be written \(ENOTDIR\).*albert-native-/)])
    expect(around.hub.count('GET storage model.safetensors')).toBe(1)
    closeNetwork()
    await rank('org/tiny', { local_files_only: true })
  })

  test.skipIf(process.platform !== 'linux')('where no folder can be made, nothing waits for one', async () => {
    process.env['TMPDIR'] = around.folder
    process.env['HF_HUB_CACHE'] = '/proc/albert/hub'
    const heard = await warnings(() => rank('org/tiny'))
    expect(heard).toEqual([expect.stringContaining('/proc/albert/hub cannot be written (ENOENT)')])
    process.env['TMPDIR'] = '/proc/albert'
    await expect(rank('org/tiny')).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
  })

  test('a folder of somebody else under that name is not used', async () => {
    process.env['TMPDIR'] = around.folder
    writeFileSync(join(around.folder, 'a-file'), '')
    process.env['HF_HUB_CACHE'] = join(around.folder, 'a-file/hub')
    mkdirSync(join(around.folder, `albert-native-${process.getuid?.() ?? 'cache'}`), { mode: 0o777 })
    chmodSync(join(around.folder, `albert-native-${process.getuid?.() ?? 'cache'}`), 0o777)
    await expect(rank('org/tiny')).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
  })

  const small = join(process.env['TMPDIR'] ?? '/tmp', `albert-small-disk-${process.pid}`)
  const mount = (...options: string[]): boolean => {
    mkdirSync(small, { recursive: true })
    return spawnSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', small]).status === 0
  }
  const unmount = (): void => {
    spawnSync('umount', [small])
    rmSync(small, { recursive: true })
  }
  const canMount = process.platform === 'linux' && mount()
  if (canMount) unmount()

  test.skipIf(!canMount)('a full disk: CANNOT_WRITE, no half file, free again (needs leave to mount)', async () => {
    mount('-o', 'size=64k')
    try {
      const loading = rank('org/tiny', { cache_dir: small })
      await expect(loading).rejects.toMatchObject({ code: 'CANNOT_WRITE', message: expect.stringContaining('ENOSPC') })
      expect(filesBelow(small).filter(file => /incomplete|safetensors|\.lock$/.test(file))).toEqual([])
    } finally {
      unmount()
    }
  })

  test.skipIf(!canMount)('a cache on a read-only disk answers (needs leave to mount)', async () => {
    mount('-o', 'size=1m')
    try {
      await rank('org/tiny', { cache_dir: small })
      spawnSync('mount', ['-o', 'remount,ro', small])
      await rank('org/tiny', { cache_dir: small })
      expect(around.hub.count('GET storage model.safetensors')).toBe(1)
    } finally {
      unmount()
    }
  })
})

describe('names of revisions', () => {
  const revisions = ['main', 'v1', 'feature/x.y', 'refs/pr/1']

  test('with slashes: we find what Python calls so, and Python what we do', async () => {
    const { hub, folder } = around
    for (const revision of revisions) await AutoTokenizer.from_pretrained('org/tiny', { revision })
    expect(filesBelow(join(folder, 'models--org--tiny/refs'))).toEqual([...revisions].sort())
    closeNetwork()
    for (const revision of revisions) await AutoTokenizer.from_pretrained('org/tiny', { revision })
    if (!python) return
    const program = [
      'import os, sys, huggingface_hub as h',
      'mode, *revisions = sys.argv[1:]',
      'for r in revisions: print(h.hf_hub_download("org/tiny", "tokenizer.json", revision=r, local_files_only=mode == "local"))',
    ]
    const run = async (mode: string): Promise<string> => {
      const child = spawn(python, ['-c', program.join('\n'), mode, ...revisions], { env: { ...process.env } })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', part => (said += part))
      await new Promise(resolve => child.once('close', resolve))
      return said.trim()
    }
    const path = join(folder, 'models--org--tiny/snapshots', 'a'.repeat(40), 'tokenizer.json')
    const expected = revisions.map(() => path).join('\n')
    expect(await run('local')).toBe(expected)
    rmSync(join(folder, 'models--org--tiny'), { recursive: true })
    expect(await run('remote')).toBe(expected)
    expect(hub.count('GET tokenizer.json')).toBe(2)
    const options = { local_files_only: true }
    for (const revision of revisions) await AutoTokenizer.from_pretrained('org/tiny', { revision, ...options })
  })

  test.each([
    ['feature', 'feature/x'],
    ['feature/x', 'feature'],
  ])('%s, then %s: the cache has a place for the one only, the other is fetched all the same', async (one, other) => {
    await AutoTokenizer.from_pretrained('org/tiny', { revision: one })
    await AutoTokenizer.from_pretrained('org/tiny', { revision: other })
    await AutoTokenizer.from_pretrained('org/tiny', { revision: one, local_files_only: true })
    expect(filesBelow(join(around.folder, 'models--org--tiny/refs'))).toEqual([one])
  })
})

test('a link that is gone is made anew without fetching its blob', async () => {
  await rank('org/tiny')
  const snapshot = join(around.folder, 'models--org--tiny/snapshots', 'a'.repeat(40))
  rmSync(join(snapshot, 'config.json'))
  await rank('org/tiny')
  expect(existsSync(join(snapshot, 'config.json'))).toBe(true)
  expect(around.hub.count('GET config.json')).toBe(1)
})
