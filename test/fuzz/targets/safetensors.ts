// Weight files and their index. From memory the header alone is read; from a folder a model is loaded and asked, and every
// weight in it is compared with the bytes of the files, which are read here a second, simple way.
import {
  DTYPE_BITS,
  headerLength,
  parseHeader,
  type SafetensorsHeader,
} from '../../../lib/checkpoint/safetensors-header.js'
import { AlbertForMaskedLM, AlbertModel } from '../../../lib/heads.js'
import type { RawTensor } from '../../lib/checkpoint/raw-file.js'
import { halfToFloat } from '../halves.js'
import { ask, safetensors, silent, tinyConfigFile, tinyTensors } from '../models.js'
import { mutateJson } from '../mutate-json.js'
import { mutateSafetensors } from '../mutate-safetensors.js'
import type { Random } from '../random.js'
import { type Attempt, check, type Files, type Target } from '../target.js'

const config = { 'config.json': tinyConfigFile }
const whole = tinyTensors('masked_lm', 'F32')
const half = whole.length >> 1

function sharded(): Files {
  const names = whole.map(({ name }, i) => [name, i < half ? 'one.safetensors' : 'two.safetensors'])
  return {
    ...config,
    'model.safetensors.index.json': Buffer.from(
      JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(names) }),
    ),
    'one.safetensors': safetensors(whole.slice(0, half)),
    'two.safetensors': safetensors(whole.slice(half)),
  }
}

function withTiedDecoder(): Files {
  const word = whole.find(({ name }) => name.endsWith('word_embeddings.weight'))!
  return { ...config, 'model.safetensors': safetensors([...whole, { ...word, name: 'predictions.decoder.weight' }]) }
}

/** As a model in int8 is saved: some matrices of its layers with divisors, the word table without, others in bfloat16. */
function quantizedTensors(): RawTensor[] {
  const floats = (count: number, value: number) => Buffer.from(new Float32Array(count).fill(value).buffer)
  const halves = tinyTensors('masked_lm', 'BF16')
  return whole.flatMap((tensor, i) => {
    const [rows, columns] = tensor.shape
    if (rows === undefined || columns === undefined) return [tensor]
    const { name } = tensor
    if (!/albert_layers|word_embeddings/.test(name)) return [halves[i]!]
    const bytes = Buffer.from(Int8Array.from({ length: rows * columns }, (_, at) => ((at * 37) % 255) - 127).buffer)
    const matrix = { name, dtype: 'I8', shape: tensor.shape, bytes }
    const scales = { name: `${name}_scale`, dtype: 'F32', shape: [rows], bytes: floats(rows, 1 / 128) }
    const divisors = { name: `${name}_divisor`, dtype: 'F32', shape: [columns], bytes: floats(columns, 2) }
    return /\.(query|key|value|ffn)\.weight$/.test(name) ? [matrix, scales, divisors] : [matrix, scales]
  })
}

export const safetensorsTarget: Target = {
  seeds: [
    ...(['F32', 'F16', 'BF16', 'F64'] as const).map(dtype => ({
      ...config,
      'model.safetensors': safetensors(tinyTensors('masked_lm', dtype)),
    })),
    sharded(),
    withTiedDecoder(),
    { ...config, 'model.safetensors': safetensors(quantizedTensors()) },
  ],
  codes: ['INVALID_CHECKPOINT', 'UNSUPPORTED_CHECKPOINT'],
  mutate(file: string, bytes: Buffer, random: Random): Buffer {
    if (file === 'config.json') return bytes
    return file.endsWith('.json') ? mutateJson(bytes, random) : mutateSafetensors(bytes, random)
  },
  run: ({ files, folder, random }: Attempt) =>
    folder === undefined ? readHeaders(files) : load(files, folder, random),
}

async function readHeaders(files: Files): Promise<string> {
  const counts: number[] = []
  for (const [name, bytes] of Object.entries(files)) {
    if (!name.endsWith('.safetensors')) continue
    const length = headerLength(bytes.subarray(0, 8), bytes.length, name)
    const header = parseHeader(bytes.subarray(8, 8 + length), bytes.length, name)
    checkCover(header, 8 + length, bytes.length)
    counts.push(header.tensors.size)
  }
  return `headers ${counts}`
}

/** The tensors lie one after another, each as long as its shape says, from the header to the end of the file. */
function checkCover({ tensors }: SafetensorsHeader, from: number, to: number): void {
  let at = from
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    check(begin === at, `tensor ${name} begins at ${begin}, not at ${at}`)
    const bits = BigInt(DTYPE_BITS[dtype]!) * shape.reduce((product, extent) => product * BigInt(extent), 1n)
    check(BigInt(end - begin) * 8n === bits, `tensor ${name} has ${end - begin} bytes for ${bits} bits`)
    at = end
  }
  check(at === to, `the tensors end at ${at}, the file at ${to}`)
}

async function load(files: Files, folder: string, random: Random): Promise<string> {
  await using model = random.once(2)
    ? await AlbertForMaskedLM.from_pretrained(folder, silent)
    : await AlbertModel.from_pretrained(folder, silent)
  const stored = valuesIn(files)
  let compared = 0
  for (const [name, parameter] of model.parameters()) {
    const values = stored.get(name) ?? stored.get(`albert.${name}`) ?? stored.get(name.replace(/^albert\./, ''))
    if (!values) continue
    const own = parameter.data()
    check(own.length === values.length, `${name} has ${own.length} values, the file ${values.length}`)
    for (const [i, value] of values.entries())
      check(Object.is(own[i], value), `${name}[${i}] is ${own[i]}, not ${value}`)
    compared++
  }
  check(compared > 0, 'no weight of the model is in the files')
  return `${await ask(model)} ${compared}`
}

/** Float tensors by name, as float32. The files are known to be valid: a model was loaded from them. */
function valuesIn(files: Files): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>()
  for (const [file, bytes] of Object.entries(files)) {
    if (!file.endsWith('.safetensors')) continue
    const start = 8 + Number(bytes.readBigUInt64LE())
    const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
      string,
      { dtype: string; data_offsets: [number, number] }
    >
    for (const [name, entry] of Object.entries(header)) {
      if (name === '__metadata__') continue
      const data = bytes.subarray(start + entry.data_offsets[0], start + entry.data_offsets[1])
      const values = floats(data, entry.dtype)
      if (values) found.set(name, values)
    }
  }
  return found
}

function floats(data: Buffer, dtype: string): Float32Array | undefined {
  const read: Record<string, (i: number) => number> = {
    F64: i => data.readDoubleLE(8 * i),
    F32: i => data.readFloatLE(4 * i),
    F16: i => halfToFloat(data.readUInt16LE(2 * i)),
    BF16: i => new Float32Array(Uint32Array.of(data.readUInt16LE(2 * i) << 16).buffer)[0]!,
  }
  const width = { F64: 8, F32: 4, F16: 2, BF16: 2 }[dtype]
  return width === undefined ? undefined : Float32Array.from({ length: data.length / width }, (_, i) => read[dtype]!(i))
}
