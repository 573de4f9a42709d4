// Reads the machine code that the compiler made: instructions of a newer processor stand only in the functions of their
// own row, and the loops of the micro-kernels never touch the stack. Both break silently, by a compiler's choice.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

interface Instruction {
  address: number
  text: string
}

const binary = fileURLToPath(new URL('../../build/Release/albert_test', import.meta.url))

function reasonToSkip(): string | undefined {
  if (process.arch !== 'x64') return 'the rows with vector instructions are for x86-64'
  if (!existsSync(binary)) return 'build/Release/albert_test is missing'
  if (spawnSync('objdump', ['--version']).status !== 0) return 'objdump (binutils) is missing'
  return undefined
}

function disassemble(): Map<string, Instruction[]> {
  const { stdout } = spawnSync('objdump', ['-d', '-C', '--no-show-raw-insn', binary], {
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

/** What multiplies and adds in a micro-kernel: float32, bfloat16, int8. */
const MULTIPLIES = /^(\{vex\} )?v(fmadd|dpbf16ps|pdpbusd|pmaddwd)/

/** Loops without another jump or a call inside, that multiply and add. */
function innerLoops(instructions: Instruction[]): string[][] {
  const loops: string[][] = []
  instructions.forEach(({ text }, end) => {
    const target = /^j\w+\s+([0-9a-f]+)/.exec(text)?.[1]
    const start = instructions.findIndex(({ address }) => address === Number.parseInt(target ?? '', 16))
    if (start < 0 || start >= end) return
    const body = instructions.slice(start, end).map(instruction => instruction.text)
    if (body.some(line => /^(j|call)/.test(line)) || !body.some(line => MULTIPLIES.test(line))) return
    loops.push(body)
  })
  return loops
}

const skipped = reasonToSkip()
const functions = skipped === undefined ? disassemble() : new Map<string, Instruction[]>()

test('no function outside a row uses the registers of its instruction set', context => {
  if (skipped !== undefined) context.skip(skipped)
  const strays = [...functions]
    .filter(([name]) => !/::(avx\w+|amx)::/.test(name))
    .filter(([, instructions]) => instructions.some(({ text }) => /%[yz]mm/.test(text)))
  expect(strays.map(([name]) => name)).toEqual([])
})

test('only the AVX-512 rows use their registers', context => {
  if (skipped !== undefined) context.skip(skipped)
  const users = [...functions].filter(([, instructions]) => instructions.some(({ text }) => /%zmm|%k[1-7]/.test(text)))
  expect(users.length).toBeGreaterThan(0)
  expect(users.map(([name]) => name).filter(name => !/::(avx512|amx)/.test(name))).toEqual([])
})

test('only the AMX row uses tile registers, one micro-kernel for each format and shape', context => {
  if (skipped !== undefined) context.skip(skipped)
  const users = [...functions].filter(([, instructions]) => instructions.some(({ text }) => /%tmm/.test(text)))
  expect(users.map(([name]) => name).filter(name => !name.includes('::amx::'))).toEqual([])
  for (const product of ['tdpbf16ps', 'tdpbssd']) {
    const kernels = users.filter(
      ([name, instructions]) =>
        name.includes('multiply_in_registers<') && instructions.some(({ text }) => text.startsWith(product)),
    )
    expect(kernels.length).toBe(3)
  }
})

test.for<[string, string, number]>([
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
])(
  'the inner loops of the %s micro-kernels, %s, have no stack access, and fetch ahead',
  ([row, dot, heights], context) => {
    if (skipped !== undefined) context.skip(skipped)
    const kernels = [...functions].filter(
      ([name]) => name.includes(`cpu::${row}::`) && name.includes('::multiply_tile<') && name.includes(`::${dot},`),
    )
    const withLoops = kernels.map(([name, instructions]) => ({ name, loops: innerLoops(instructions) }))
    expect(withLoops.length).toBeGreaterThanOrEqual(heights)
    expect(withLoops.filter(({ loops }) => loops.length === 0).map(({ name }) => name)).toEqual([])
    const spilling = withLoops.filter(({ loops }) => loops.flat().some(line => /\(%rsp|-0x[0-9a-f]+\(%rbp/.test(line)))
    expect(spilling.map(({ name }) => name)).toEqual([])
    // gcc 12 once took the prefetch for a call without effects and dropped it.
    const blind = withLoops.filter(({ loops }) => !loops.flat().some(line => line.startsWith('prefetcht0')))
    expect(blind.map(({ name }) => name)).toEqual([])
  },
)
