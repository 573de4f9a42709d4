// Reads the machine code that the compiler made: instructions of a newer processor stand only in the functions of their
// own row, and the loops of the micro-kernels never touch the stack. Both break silently, by a compiler's choice.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { architecture, objdump, program } from './program.js'

interface Instruction {
  address: number
  text: string
}

/** How an architecture writes what the tests look for. */
interface Architecture {
  /** What multiplies and adds in a micro-kernel: float32, bfloat16, int8. */
  multiplies: RegExp
  /** A jump to an address. */
  jump: RegExp
  /** What a loop that is the innermost does not have. */
  leaves: RegExp
  stack: RegExp
  prefetch: RegExp
  /** Instructions that only some functions may have: what they are, by what they are known, whose they are. */
  reserved: [string, RegExp, RegExp][]
  /** Micro-kernels: row, dot product, heights of tiles. */
  kernels: [string, string, number][]
}

const architectures: Record<string, Architecture> = {
  x64: {
    multiplies: /^(\{vex\} )?v(fmadd|dpbf16ps|pdpbusd|pmaddwd)/,
    jump: /^j\w+\s+([0-9a-f]+)/,
    leaves: /^(j|call)/,
    stack: /\(%rsp|-0x[0-9a-f]+\(%rbp/,
    prefetch: /^prefetcht0/,
    reserved: [
      ['registers of AVX', /%[yz]mm/, /::(avx\w+|amx)::/],
      ['registers of AVX-512', /%zmm|%k[1-7]/, /::(avx512\w*|amx)::/],
      ['tile registers', /%tmm/, /::amx::/],
    ],
    kernels: [
      ['avx2', 'Fp32Dot', 6],
      ['avx2', 'Bf16Dot', 3],
      ['avx2', 'Int8Dot', 3],
      ['avx_vnni', 'Int8Dot', 6],
      ['avx512', 'Fp32Dot', 14],
      ['avx512', 'Bf16Dot', 12],
      ['avx512', 'Int8Dot', 6],
      ['avx512_vnni', 'Int8Dot', 7],
      ['avx512_bf16', 'Bf16Dot', 14],
      ['avx512_bf16', 'Int8Dot', 7],
    ],
  },
  arm64: {
    multiplies: /^(fmla|bfdot|sdot|sadalp)\s/,
    jump: /^(?:b(?:\.\w+)?|cbn?z\s+\w+,|tbn?z\s+\w+, #\w+,)\s+([0-9a-f]+)/,
    leaves: /^(b(\.\w+)?|bl|br|blr|ret|cbn?z|tbn?z)(\s|$)/,
    stack: /\[(sp|x29)\b/,
    prefetch: /^prfm/,
    reserved: [
      ['dot products of bytes', /^[su]dot\s/, /::neon_(dot|bf16)::/],
      ['instructions of bfloat16', /^bf(cvt|dot|mlal|mmla)/, /::neon_bf16::/],
    ],
    kernels: [
      ['neon', 'Fp32Dot', 6],
      ['neon', 'Bf16Dot', 4],
      ['neon', 'Int8Dot', 4],
      ['neon_dot', 'Int8Dot', 6],
      ['neon_bf16', 'Bf16Dot', 6],
      ['neon_bf16', 'Int8Dot', 6],
    ],
  },
}

const own = architectures[architecture] ?? architectures['x64']!

function reasonToSkip(): string | undefined {
  if (architectures[architecture] === undefined) return `there are no rows for ${architecture}`
  if (!existsSync(program)) return `${program} is missing`
  if (spawnSync(objdump, ['--version']).status !== 0) return `${objdump} (binutils) is missing`
  return undefined
}

function disassemble(): Map<string, Instruction[]> {
  const { stdout } = spawnSync(objdump, ['-d', '-C', '--no-show-raw-insn', program], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  const functions = new Map<string, Instruction[]>()
  let current: Instruction[] = []
  for (const line of stdout.split('\n')) {
    const head = /^[0-9a-f]+ <(.*)>:$/.exec(line)
    if (head?.[1] !== undefined) {
      current = []
      functions.set(`${head[1]} ${functions.size}`, current)
      continue
    }
    const body = /^\s*([0-9a-f]+):\s+(.*)$/.exec(line)
    if (body?.[1] !== undefined && body[2] !== undefined) {
      current.push({ address: Number.parseInt(body[1], 16), text: body[2] })
    }
  }
  return functions
}

/** Loops without another jump or a call inside, that multiply and add. */
function innerLoops(instructions: Instruction[]): string[][] {
  const loops: string[][] = []
  instructions.forEach(({ text }, end) => {
    const target = own.jump.exec(text)?.[1]
    const start = instructions.findIndex(({ address }) => address === Number.parseInt(target ?? '', 16))
    if (start < 0 || start >= end) return
    const body = instructions.slice(start, end).map(instruction => instruction.text)
    if (body.some(line => own.leaves.test(line)) || !body.some(line => own.multiplies.test(line))) return
    loops.push(body)
  })
  return loops
}

const skipped = reasonToSkip()
const functions = skipped === undefined ? disassemble() : new Map<string, Instruction[]>()

test.for(own.reserved)('only the rows that may use %s do', ([, pattern, rows], context) => {
  if (skipped !== undefined) context.skip(skipped)
  const users = [...functions].filter(([, instructions]) => instructions.some(({ text }) => pattern.test(text)))
  expect(users.length).toBeGreaterThan(0)
  expect(users.map(([name]) => name).filter(name => !rows.test(name))).toEqual([])
})

test.for(own.kernels)(
  'the inner loops of the %s micro-kernels, %s, have no stack access, and fetch ahead',
  ([row, dot, heights], context) => {
    if (skipped !== undefined) context.skip(skipped)
    const kernels = [...functions].filter(
      ([name]) => name.includes(`cpu::${row}::`) && name.includes('::multiply_tile<') && name.includes(`::${dot},`),
    )
    const withLoops = kernels.map(([name, instructions]) => ({ name, loops: innerLoops(instructions) }))
    expect(withLoops.length).toBeGreaterThanOrEqual(heights)
    expect(withLoops.filter(({ loops }) => loops.length === 0).map(({ name }) => name)).toEqual([])
    const spilling = withLoops.filter(({ loops }) => loops.flat().some(line => own.stack.test(line)))
    expect(spilling.map(({ name }) => name)).toEqual([])
    // gcc 12 once took the prefetch for a call without effects and dropped it.
    const blind = withLoops.filter(({ loops }) => !loops.flat().some(line => own.prefetch.test(line)))
    expect(blind.map(({ name }) => name)).toEqual([])
  },
)
