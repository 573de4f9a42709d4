// Fuzzes what reads files: `npm run fuzz -- --target spiece --seconds 600`. Ends with 1 if something was found.
//   --target NAME   safetensors, config, spiece, tokenizer-json; may be given several times; default: all, two at a time
//   --seconds N     for each target, default 60
//   --seed N        repeats a run; default: drawn from the clock, and printed
//   --case N        with --seed and --target: runs that case again and says what it does
// Where `node native/build.mjs --sanitize` was run and libasan is installed, the addon runs under AddressSanitizer.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'tsdown'

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))
const ALL = ['safetensors', 'spiece', 'config', 'tokenizer-json']
/** A case that makes no progress for so long hangs. */
const HANG_MS = 60_000

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    case: { type: 'string' },
  },
})
const chosen = values.target ?? ALL
const unknown = chosen.find(name => !ALL.includes(name))
const seed = number('seed', values.seed ?? String(Date.now() % 2 ** 31))
const seconds = number('seconds', values.seconds)
if (unknown !== undefined) usage(`There is no target '${unknown}'; there are ${ALL.join(', ')}.`)
if (values.case !== undefined && (values.seed === undefined || chosen.length !== 1))
  usage('--case needs --seed and one --target.')

// Some thousand files a second are written: where there is a disk in memory, into it.
const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const bundle = join(root, 'build/fuzz', `${process.pid}`)
const sanitizer = sanitizerSettings()
let found = 0
try {
  await build({
    config: false,
    cwd: root,
    entry: ['test/fuzz/worker.ts'],
    outDir: bundle,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    dts: false,
    logLevel: 'error',
  })
  const waiting = [...chosen]
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await fuzz(name)
  }
  await Promise.all([work(), work()])
} finally {
  rmSync(bundle, { recursive: true, force: true })
}
process.exitCode = found > 0 ? 1 : 0

function number(name, text) {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) usage(`--${name} is '${text}'; it must be a whole number.`)
  return value
}

function usage(message) {
  console.error(message)
  process.exit(2)
}

/** Variables for a Node.js that loads the addon built with AddressSanitizer; undefined: it, or the library, is not there. */
function sanitizerSettings() {
  const addon = join(root, 'build/Sanitize/albert.node')
  const { stdout } = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' })
  const library = stdout?.trim()
  if (!existsSync(addon) || !library || !existsSync(library)) return undefined
  // Node.js itself leaves memory behind when it ends.
  return {
    ALBERT_NATIVE_PATH: addon,
    LD_PRELOAD: library,
    ASAN_OPTIONS: 'detect_leaks=0:quarantine_size_mb=16',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  }
}

async function fuzz(target) {
  const folder = mkdtempSync(join(scratch, 'albert-fuzz-'))
  mkdirSync(join(folder, 'case'))
  const order = { target, seed, seconds, folder, corpus: join(root, 'test/fuzz/corpus', target) }
  if (values.case !== undefined) order.case = number('case', values.case)
  try {
    const { output, death } = await run(order)
    const result = death ? undefined : JSON.parse(output)
    if (result) console.log(summary(target, result))
    if (!death && result.finding === undefined) return
    found++
    const at = result?.case ?? Number(readFileSync(join(folder, 'progress'), 'utf8'))
    console.log(`${target}: seed ${seed}, case ${at}: ${result?.finding ?? `the process ${death}`}`)
    if (death) await run({ ...order, case: at, died: death.split('\n')[0] })
    console.log(`  kept in test/fuzz/corpus/${target}/seed-${seed}-case-${at}; say in its case.json what is right`)
    console.log(`  again: npm run fuzz -- --target ${target} --seed ${seed} --case ${at}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function summary(target, { cases, works, refused, seconds: took, cpuSeconds }) {
  // Of the processor: a machine that does other things as well is no slower fuzzer.
  const rate = Math.round(cases / cpuSeconds)
  const how = sanitizer ? ' under AddressSanitizer' : ''
  return `${target}: seed ${seed}, ${cases} cases in ${took.toFixed(1)} s${how} (${rate} a second of the processor), ${refused} refused, ${works} work`
}

/** Runs a worker to its end, or ends it where it hangs. */
function run(order) {
  const args = ['--max-old-space-size=1024', join(bundle, 'worker.mjs'), JSON.stringify(order)]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...sanitizer },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.on('data', data => (output += data))
  child.stderr.on('data', data => (complaint = (complaint + data).slice(-8000)))
  let hangs = false
  const watch = watchProgress(join(order.folder, 'progress'), () => {
    hangs = true
    child.kill('SIGKILL')
  })
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', (status, signal) => {
      clearInterval(watch)
      const how = hangs ? `hung for ${HANG_MS / 1000} s` : (signal ?? `ended with ${status}`)
      done({ output, death: status === 0 ? undefined : `${how}\n${complaint}` })
    })
  })
}

function watchProgress(file, stop) {
  let last = ''
  let since = performance.now()
  return setInterval(() => {
    const now = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (now !== last) since = performance.now()
    last = now
    if (performance.now() - since > HANG_MS) stop()
  }, 1000)
}
