// The same programs with AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer in the addon. Takes a build of its
// own, so only with ALBERT_TEST_FULL=1.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { root, run } from './child.js'

/** gcc's runtime, which must be there before Node's own allocations. */
const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim() ?? ''

function reasonToSkip(): string | undefined {
  if (process.env['ALBERT_TEST_FULL'] !== '1') return 'only with ALBERT_TEST_FULL=1'
  if (process.platform !== 'linux' || !existsSync(runtime)) return 'gcc with libasan.so is missing'
  return undefined
}

const skipped = reasonToSkip()

beforeAll(() => {
  if (skipped !== undefined) return
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'native/build.mjs'), '--sanitize'], {
    encoding: 'utf8',
  })
  expect(status, stdout + stderr).toBe(0)
}, 1_800_000)

// What process.exit leaves behind is Node's and not freed by it; leaks are sought where a program comes to its end.
const programs: [program: string, args: string[], status: number, leaks: 0 | 1][] = [
  ['dispose.mjs', [], 0, 1],
  ['reload.mjs', [], 0, 1],
  ['terminate.mjs', ['5'], 0, 1],
  ['workers.mjs', [], 0, 1],
  ['exit.mjs', ['dispose', 'end'], 7, 1],
  ['exit.mjs', ['load'], 7, 0],
  ['exit.mjs', ['forward'], 7, 0],
  ['exit.mjs', ['queue'], 7, 0],
  ['exit.mjs', ['dispose'], 7, 0],
]

it.for(programs)('%s %j', { timeout: 600_000 }, ([program, args, status, leaks], context) => {
  if (skipped !== undefined) context.skip(skipped)
  const ended = run(program, {
    args,
    env: {
      ALBERT_NATIVE_PATH: join(root, 'build/Sanitize/albert.node'),
      LD_PRELOAD: runtime,
      ASAN_OPTIONS: `detect_leaks=${leaks}:exitcode=99`,
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
    timeoutMs: 590_000,
  })
  expect(ended).toMatchObject({ status, signal: null, stderr: '' })
})
