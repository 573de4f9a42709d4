// The program of the native tests: this machine's, or with ALBERT_TEST_ARM (test/arm.mjs sets it) the one for 64-bit ARM,
// run by qemu.
import { join } from 'node:path'

const emulated = process.env['ALBERT_TEST_ARM'] !== undefined

export const architecture = emulated ? 'arm64' : process.arch

export const program = join(import.meta.dirname, '../../build', emulated ? 'arm' : 'Release', 'albert_test')

/** Runs the program: a command and what stands before its own arguments. */
export const command: [string, ...string[]] = emulated
  ? ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', '-cpu', 'max', program]
  : [program]

/** What the name of a native test must contain; '' = run all. */
export const filter = process.env['ALBERT_TEST_FILTER'] ?? ''

/** qemu took three minutes on one core of 2.5 GHz. */
export const timeoutMs = emulated ? 1_800_000 : 300_000

export const objdump = emulated ? 'aarch64-linux-gnu-objdump' : 'objdump'
