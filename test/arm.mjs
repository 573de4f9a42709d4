// Runs the native tests for 64-bit ARM on a machine that is none: built with Debian's cross compiler into build/arm, run
// by qemu, which has every instruction but says nothing of speed; then the test that reads the object code.
//   node test/arm.mjs [FILTER]    the tests whose name contains the filter; all without one
// As root on Debian it installs what is missing; elsewhere it names it and skips.
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { has, run } from '../native/command.mjs'

/** Programs, and the packages of Debian that have them. @type {Record<string, string>} */
const NEEDED = {
  cmake: 'cmake',
  'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu',
  'aarch64-linux-gnu-objdump': 'binutils-aarch64-linux-gnu',
  'qemu-aarch64': 'qemu-user',
}

function missing() {
  return Object.keys(NEEDED).filter(command => !has(command))
}

function install() {
  const packages = missing().map(command => NEEDED[command] ?? command)
  if (packages.length === 0 || process.getuid?.() !== 0 || !has('apt-get')) return
  const apt = (/** @type {string[]} */ ...args) =>
    spawnSync('apt-get', ['--quiet', ...args], { stdio: ['ignore', 2, 2] })
  apt('update')
  apt('install', '--yes', '--no-install-recommends', 'libc6-dev-arm64-cross', ...packages)
}

install()
const still = missing()
if (still.length > 0) {
  console.log(`skipped: 64-bit ARM (missing: ${still.map(command => `${command} of ${NEEDED[command]}`).join(', ')})`)
  console.log('0 passed, 0 failed, 1 skipped')
} else {
  run('cmake', ['-S', '.', '-B', 'build/arm', '-DCMAKE_TOOLCHAIN_FILE=test/arm.cmake'])
  run('cmake', ['--build', 'build/arm', '--parallel', String(availableParallelism()), '--target', 'albert_test'])
  run('npx', ['vitest', 'run', 'test/native.test.ts', 'test/native/objects.test.ts'], {
    ALBERT_TEST_ARM: '1',
    ALBERT_TEST_FILTER: process.argv[2] ?? '',
  })
}
